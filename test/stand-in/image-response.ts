import type { Charge } from './books';
import type { Wishes } from './directives';
import type { Picture } from './drawing/picture';
import type { Service } from './exchange';
import type { ImageModel } from './models';
import type { ImageOrder } from './orders/order';
import { pictureText } from './picture-text';
import { authorPrice, perImagePrice, usagePrice } from './prices';
import type { Usage } from './prices';
import { outputTokens, textTokens } from './tokens';

/** One picture as an answer has it. */
interface ImageData {
	b64_json?: string;
	url?: string;
	revised_prompt?: string;
}

/** An answer of the image endpoints, before it is written out. */
export interface MadeImages {
	body: { created: number; data: ImageData[]; [field: string]: unknown };
	charge: Charge;
}

/** What the author of an SVG used, as an answer has it. */
export interface SvgUsage {
	input_tokens: number;
	model: string;
	output_tokens: number;
	reasoning_tokens: number;
	total_tokens: number;
}

/** Output tokens that each partial picture costs (OpenAI's image guide). */
const partialTokens = 100;

/** Tokens of reasoning that an SVG's author spends, by effort: figures of the stand-in's own. */
const reasoningTokens: Record<string, number> = {
	none: 0,
	minimal: 64,
	low: 256,
	medium: 512,
	high: 1024,
	xhigh: 2048,
	max: 4096,
};

/** What the author of an SVG is told besides the prompt, in tokens: the picture it works from. Likewise its own. */
const referenceTokens = 1024;

/**
 * The pictures as the API answers them, with what they cost.
 *
 * The charge is what the real API would bill, also where a directive spoils the answer.
 */
export function imagesResponse(
	order: ImageOrder,
	pictures: Picture[],
	wishes: Wishes,
	service: Pick<Service, 'files' | 'origin'>,
): MadeImages {
	const { model, width, height, quality, n } = order;
	const size = `${width}x${height}`;
	const created = Math.floor(Date.now() / 1000);
	const data = wishes.has('empty')
		? []
		: pictures.map((picture) => imageData(order, picture, wishes, service));

	if (model.family === 'dall-e-2' || model.family === 'dall-e-3') {
		const nanoDollars = perImagePrice(model, quality, size, n);
		return { body: { created, data }, charge: { images: data.length, nanoDollars } };
	}

	const usage = usageOf(order);
	const svgUsage = authorUsage(order, pictures);
	const body = {
		created,
		background: order.background,
		data,
		output_format: order.outputFormat,
		quality,
		...(order.safetyIdentifier === null ? {} : { safety_identifier: order.safetyIdentifier }),
		size,
		...(svgUsage && !wishes.has('no-usage') ? { svg_usage: svgUsage } : {}),
		...(wishes.has('no-usage') ? {} : { usage }),
	};
	return { body, charge: { images: data.length, nanoDollars: tokenPrice(model, usage, svgUsage) } };
}

/** What a request to a GPT Image model costs, in nano-dollars, with the author of its SVG. */
export function tokenPrice(model: ImageModel, usage: Usage, svgUsage: SvgUsage | null): number {
	const authored = svgUsage ? authorPrice(svgUsage.model, svgUsage.input_tokens, svgUsage.output_tokens) : 0;
	return usagePrice(model, usage) + authored;
}

/** The tokens of a whole request. What goes in is counted once for each image, as the API does. */
export function usageOf(order: ImageOrder): Usage {
	const { model, quality, width, height, n } = order;
	const text = (textTokens(order.prompt) + order.inputTokens.text) * n;
	const image = order.inputTokens.image * n;
	const partials = order.stream?.partials ?? 0;
	const output = outputTokens(model, quality, width, height, n) + partialTokens * partials;
	// The older models leave the details of the output out: then all of it is image.
	const detailed = model.tokens !== 'table' && model.tokens !== 'mini';
	return {
		input_tokens: text + image,
		input_tokens_details: { text_tokens: text, image_tokens: image },
		output_tokens: output,
		...(detailed ? { output_tokens_details: { text_tokens: 0, image_tokens: output } } : {}),
		total_tokens: text + image + output,
	};
}

/** The tokens of an SVG's author; null for what is no SVG. */
export function authorUsage(order: ImageOrder, pictures: Picture[]): SvgUsage | null {
	if (!order.author) return null;
	const { model, effort } = order.author;
	const input = textTokens(order.prompt) + referenceTokens;
	const reasoning = reasoningTokens[effort] ?? 0;
	const written = pictures.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 4), 0);
	return {
		input_tokens: input,
		model,
		output_tokens: written + reasoning,
		reasoning_tokens: reasoning,
		total_tokens: input + written + reasoning,
	};
}

function imageData(
	order: ImageOrder,
	picture: Picture,
	wishes: Wishes,
	service: Pick<Service, 'files' | 'origin'>,
): ImageData {
	const revised = order.model.family === 'dall-e-3' ? { revised_prompt: order.prompt } : {};
	if (order.delivery === 'url' || wishes.has('url')) {
		const name = service.files.add(picture.bytes, picture.mimeType, picture.extension);
		return { url: `${service.origin}/stand-in/files/${name}`, ...revised };
	}
	return { b64_json: pictureText(picture.bytes, picture.mimeType, wishes), ...revised };
}
