import type { ImageModel, TokenPrices } from '../models/model';
import { nanoUsd, shareOut, tokenPrice, type NanoUsd } from './money';
import type { Usage } from './usage';

/** Prices that a user gives, for a model that the catalogue does not know or for a contract of their own. */
export interface UserPrices {
	/** USD per million tokens. */
	textIn?: number;
	imageIn?: number;
	imageOut?: number;
	/** USD per image; goes before the token prices. */
	perImage?: number;
}

/**
 * What something cost. `basis`: `usage` (tokens that the server counted), `per_image` (a fixed price),
 * `unknown` (no price or no token count is known: then the amounts are null, never 0).
 */
export type Cost =
	| { basis: 'usage' | 'per_image'; input: NanoUsd; output: NanoUsd; pricedAt: string | null }
	| { basis: 'unknown'; input: null; output: null; pricedAt: null };

export const UNKNOWN_COST: Cost = { basis: 'unknown', input: null, output: null, pricedAt: null };

/** What priced images have in common: the model (if the catalogue knows it) and the user's own prices. */
export interface PriceSource {
	model: ImageModel | undefined;
	prices?: UserPrices | undefined;
	/** Of these prices, what is paid; 1 where it is left out. */
	share?: number | undefined;
}

/** What the server says it drew. */
export interface Drawn {
	quality: string | null;
	size: string | null;
	images: number;
}

/** The price of a finished request. */
export function priceRequest(source: PriceSource, usage: Usage | null, drawn: Drawn): Cost {
	const { model, prices, share = 1 } = source;
	const pricedAt = prices ? null : (model?.prices.pricedAt ?? null);
	if (prices?.perImage !== undefined)
		return perImage(nanoUsd(prices.perImage * share), drawn.images, pricedAt);
	const tokens = tokenPrices(source);
	if (usage && tokens) {
		const input =
			tokenPrice(usage.inputTextTokens - usage.cachedTextTokens, tokens.textIn) +
			tokenPrice(usage.cachedTextTokens, tokens.textInCached ?? tokens.textIn) +
			tokenPrice(usage.inputImageTokens - usage.cachedImageTokens, tokens.imageIn) +
			tokenPrice(usage.cachedImageTokens, tokens.imageInCached ?? tokens.imageIn);
		const output =
			tokenPrice(usage.outputTokens - usage.outputTextTokens, tokens.imageOut) +
			tokenPrice(usage.outputTextTokens, tokens.textOut ?? tokens.imageOut);
		return { basis: 'usage', input, output, pricedAt };
	}
	const published = prices ? undefined : publishedPrice(model, drawn);
	return published === undefined
		? UNKNOWN_COST
		: perImage(nanoUsd(published * share), drawn.images, pricedAt);
}

/** The token prices that hold: the user's where any are given, else the catalogue's. */
export function tokenPrices({ share = 1, ...source }: PriceSource): TokenPrices | undefined {
	const whole = wholePrices(source);
	if (!whole || share === 1) return whole;
	return Object.fromEntries(
		Object.entries(whole).map(([name, price]) => [name, price * share]),
	) as unknown as TokenPrices;
}

function wholePrices({ model, prices }: PriceSource): TokenPrices | undefined {
	if (!prices) return model?.prices.tokens;
	const { textIn, imageIn, imageOut } = prices;
	if (textIn === undefined && imageIn === undefined && imageOut === undefined) return undefined;
	return { textIn: textIn ?? 0, imageIn: imageIn ?? 0, imageOut: imageOut ?? 0 };
}

/** OpenAI's published price of one such image, USD. */
export function publishedPrice(model: ImageModel | undefined, { quality, size }: Drawn): number | undefined {
	const table = model?.prices.perImage;
	if (!table || size === null) return undefined;
	// Models that are sold by the image have one quality that goes without saying: the first.
	return table[quality ?? Object.keys(table)[0] ?? '']?.[size];
}

function perImage(price: NanoUsd, images: number, pricedAt: string | null): Cost {
	return { basis: 'per_image', input: 0, output: price * images, pricedAt };
}

/** Divides a request's cost over its images; the parts add up to it exactly. */
export function shareCost(cost: Cost, parts: number): Cost[] {
	if (cost.basis === 'unknown') return Array.from({ length: parts }, () => UNKNOWN_COST);
	const inputs = shareOut(cost.input, parts);
	const outputs = shareOut(cost.output, parts);
	return inputs.map((input, index) => ({ ...cost, input, output: outputs[index] ?? 0 }));
}

/** The sum of costs; unknown as soon as one of them is. */
export function sumCosts(costs: readonly Cost[]): Cost {
	if (costs.length === 0) return UNKNOWN_COST;
	return costs.reduce((sum, cost) => {
		if (sum.basis === 'unknown' || cost.basis === 'unknown') return UNKNOWN_COST;
		return { ...sum, input: sum.input + cost.input, output: sum.output + cost.output };
	});
}

/** Input and output together; `null` where unknown. */
export function totalOf(cost: Cost): NanoUsd | null {
	return cost.basis === 'unknown' ? null : cost.input + cost.output;
}
