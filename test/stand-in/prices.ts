import { conversationModels } from './conversation-models';
import type { ImageModel, Quality } from './models';

/**
 * Nano-dollars (billionths of a US dollar) per token: a price of 5 USD per million tokens is 5,000. Whole numbers,
 * so that sums are exact. OpenAI's price list as of 2026-11-21.
 */
interface TokenPrice {
	textIn: number;
	imageIn: number;
	imageOut: number;
}

const tokenPrices: Record<string, TokenPrice> = {
	'gpt-image-2': { textIn: 5_000, imageIn: 8_000, imageOut: 30_000 },
	'gpt-image-1.5': { textIn: 5_000, imageIn: 8_000, imageOut: 32_000 },
	'gpt-image-1-mini': { textIn: 2_000, imageIn: 2_500, imageOut: 8_000 },
	'gpt-image-1': { textIn: 5_000, imageIn: 10_000, imageOut: 40_000 },
};

/** Nano-dollars per image of the models that were sold by the piece. */
const imagePrices: Record<string, Record<string, Record<string, number>>> = {
	'dall-e-3': {
		standard: { '1024x1024': 40_000_000, '1792x1024': 80_000_000, '1024x1792': 80_000_000 },
		hd: { '1024x1024': 80_000_000, '1792x1024': 120_000_000, '1024x1792': 120_000_000 },
	},
	'dall-e-2': { standard: { '256x256': 16_000_000, '512x512': 18_000_000, '1024x1024': 20_000_000 } },
};

/** Token counts as in an answer's `usage`. */
export interface Usage {
	input_tokens: number;
	input_tokens_details: { text_tokens: number; image_tokens: number };
	output_tokens: number;
	output_tokens_details?: { text_tokens: number; image_tokens: number };
	total_tokens: number;
}

/** What a request's tokens cost, in nano-dollars; 0 where the model has no known price. */
export function usagePrice(model: ImageModel, usage: Usage): number {
	const price = model.price === null ? undefined : tokenPrices[model.price];
	if (!price) return 0;
	const { text_tokens: text, image_tokens: image } = usage.input_tokens_details;
	return text * price.textIn + image * price.imageIn + usage.output_tokens * price.imageOut;
}

/**
 * What n images cost, in nano-dollars, where the model is sold by the piece.
 *
 * @throws Error where there is no price for this quality and size
 */
export function perImagePrice(model: ImageModel, quality: Quality, size: string, n: number): number {
	const price = imagePrices[model.price ?? '']?.[quality]?.[size];
	if (price === undefined) throw new Error(`No price for ${model.id}, ${quality}, ${size}`);
	return n * price;
}

/** What the text model that wrote an SVG cost, in nano-dollars; 0 where its price is not known. */
export function authorPrice(model: string, inputTokens: number, outputTokens: number): number {
	const price = conversationModels.find(({ id }) => id === model)?.price;
	return price ? inputTokens * price.in + outputTokens * price.out : 0;
}
