import type { ImageModel, Quality } from './models';

/** gpt-image-1 and 1.5, tokens per image (OpenAI's image guide). */
const table: Record<string, Record<string, number>> = {
	low: { '1024x1024': 272, '1024x1536': 408, '1536x1024': 400 },
	medium: { '1024x1024': 1056, '1024x1536': 1584, '1536x1024': 1568 },
	high: { '1024x1024': 4160, '1024x1536': 6240, '1536x1024': 6208 },
};

/**
 * gpt-image-1-mini: OpenAI publishes dollars per image (0.005, 0.011, 0.036; rectangles 0.006, 0.015, 0.052), here
 * as tokens at its 8 USD per million.
 */
const miniSquare: Record<string, number> = { low: 625, medium: 1375, high: 4500 };
const miniRectangle: Record<string, number> = { low: 750, medium: 1875, high: 6500 };

/** Patches along the longer edge, by OpenAI's calculator. */
const grids: Record<'grid-2' | 'grid-2.5', Partial<Record<Quality, number>>> = {
	'grid-2': { low: 16, medium: 48, high: 96 },
	'grid-2.5': { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
};

/**
 * gpt-image-2.6 has no published formula. Thousandths of what 2.5 takes, so that the two published measurements
 * (1536x1024: low 664, high 1353) come out; medium lies between "three and four times", the rest is as 2.5.
 */
const thousandthsOf25: Partial<Record<Quality, number>> = { low: 4200, medium: 3500, high: 986 };

/**
 * Output tokens of a whole request of `n` images, before any are drawn.
 *
 * @param quality a definite one, never `auto`
 * @throws Error where the model counts no tokens or has no such quality
 */
export function outputTokens(
	model: ImageModel,
	quality: Quality,
	width: number,
	height: number,
	n: number,
): number {
	switch (model.tokens) {
		case 'table':
			return n * known(table[quality]?.[`${width}x${height}`], model, quality);
		case 'mini':
			return n * known((width === height ? miniSquare : miniRectangle)[quality], model, quality);
		case 'grid-2':
		case 'grid-2.5':
			return gridTokens(known(grids[model.tokens][quality], model, quality), width, height, n);
		case 'measured-2.6': {
			const as25 = gridTokens(known(grids['grid-2.5'][quality], model, quality), width, height, n);
			return Math.round((as25 * (thousandthsOf25[quality] ?? 1000)) / 1000);
		}
		case null:
			throw new Error(`${model.id} is not counted in tokens`);
	}
}

/** Tokens of a prompt, the stand-in's own rule: a quarter of its UTF-8 length, rounded up, at least 1. */
export function textTokens(prompt: string): number {
	return Math.max(1, Math.ceil(Buffer.byteLength(prompt) / 4));
}

function gridTokens(grid: number, width: number, height: number, n: number): number {
	const short = divideHalfToEven(grid * Math.min(width, height), Math.max(width, height));
	return Math.ceil((n * grid * short * (2_000_000 + width * height)) / 4_000_000);
}

function divideHalfToEven(dividend: number, divisor: number): number {
	const whole = Math.floor(dividend / divisor);
	const twiceRest = 2 * (dividend - whole * divisor);
	if (twiceRest === divisor) return whole + (whole % 2);
	return twiceRest > divisor ? whole + 1 : whole;
}

function known(count: number | undefined, model: ImageModel, quality: Quality): number {
	if (count === undefined) throw new Error(`No token count for ${model.id} at quality ${quality}`);
	return count;
}
