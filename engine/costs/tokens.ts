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

const PATCH = 32;
const MAX_PATCHES = 1536;
const MIN_LONG_EDGE = 1024;

/**
 * Tokens of one input image for gpt-image-2 and later: 32-pixel patches, at most 1,536 of them; a long edge
 * under 1,024 is scaled up first, an image over the budget scaled down. Measured by third parties, and matched with real
 * usage: 1024x1024 1024, 1536x1024 1536, 341x512 704, 1179x2556 1482, 3840x2160 1508.
 */
export function patchTokens({ width, height }: Dimensions): number {
	// The subtraction keeps a whole number of patches from being rounded up for the last bit's sake.
	const patches = (scale: number) =>
		Math.ceil((width * scale) / PATCH - 1e-9) * Math.ceil((height * scale) / PATCH - 1e-9);
	const enlarged = Math.max(1, MIN_LONG_EDGE / Math.max(width, height));
	if (patches(enlarged) <= MAX_PATCHES) return patches(enlarged);
	const fitting = Math.sqrt((MAX_PATCHES * PATCH * PATCH) / (width * height));
	const columns = (width * fitting) / PATCH;
	const rows = (height * fitting) / PATCH;
	return patches(fitting * Math.min(Math.floor(columns) / columns, Math.floor(rows) / rows));
}

/** No input image takes more than this by patches. */
export const MOST_PATCH_TOKENS = MAX_PATCHES;

const TILE = 512;

/**
 * Tokens of one input image for the first generation, by OpenAI's guide to vision: 65, and 129 for every 512-pixel tile of
 * the image scaled to a shorter edge of 512; a high `input_fidelity` adds 4,160 for a square and 6,240 for any other shape.
 */
export function tileTokens({ width, height }: Dimensions, fidelity: string | undefined): number {
	const longer = (TILE * Math.max(width, height)) / Math.min(width, height);
	const extra = fidelity !== 'high' ? 0 : width === height ? 4160 : 6240;
	return 65 + 129 * Math.ceil(longer / TILE - 1e-9) + extra;
}
