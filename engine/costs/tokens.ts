import type { Dimensions } from '../models/sizes';

/** OpenAI's `round` in the calculator rounds a half to the even neighbour. */
function roundHalfToEven(value: number): number {
	const floor = Math.floor(value);
	if (value - floor !== 0.5) return Math.round(value);
	return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Output tokens of `n` images, by OpenAI's calculator for gpt-image-2 and 2.5.
 * @param grid cells along the longer edge, by quality
 */
export function gridTokens(grid: number, { width, height }: Dimensions, n: number): number {
	const short = roundHalfToEven((grid * Math.min(width, height)) / Math.max(width, height));
	return Math.ceil((n * grid * short * (2_000_000 + width * height)) / 4_000_000);
}

/**
 * What a prompt takes at least and at most. A rule of thumb: no tokenizer is at hand, and at $5 a million
 * a prompt of 1,000 characters is a tenth of a cent at the most. The lower end is long English words,
 * the upper end two bytes a token.
 */
export function promptTokens(prompt: string): { low: number; high: number } {
	const bytes = Buffer.byteLength(prompt, 'utf8');
	return { low: Math.ceil(bytes / 6), high: Math.ceil(bytes / 2) + 8 };
}
