import type { FreeSizes, ImageModel } from './model';

/** Pixels. */
export interface Dimensions {
	width: number;
	height: number;
}

/** Reads `WIDTHxHEIGHT` (`1536x1024`); `undefined` where the text is not that. */
export function parseSize(size: string): Dimensions | undefined {
	const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(size);
	return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined;
}

/** Writes `WIDTHxHEIGHT`. */
export function formatSize({ width, height }: Dimensions): string {
	return `${width}x${height}`;
}

type Sized = Pick<ImageModel, 'sizes' | 'freeSizes'>;

/** Whether the model can draw this size (`auto` or `WIDTHxHEIGHT`). */
export function allowsSize(model: Sized, size: string): boolean {
	if (model.sizes.includes(size)) return true;
	const dimensions = parseSize(size);
	return dimensions !== undefined && model.freeSizes !== undefined && fits(dimensions, model.freeSizes);
}

function fits({ width, height }: Dimensions, free: FreeSizes): boolean {
	const pixels = width * height;
	return (
		width % free.step === 0 &&
		height % free.step === 0 &&
		Math.max(width, height) <= free.maxEdge &&
		Math.max(width, height) <= free.maxRatio * Math.min(width, height) &&
		pixels >= free.minPixels &&
		pixels <= free.maxPixels
	);
}

/** The model's sizes in words. */
export function describeSizes(model: Sized): string {
	const fixed = model.sizes.join(', ');
	const free = model.freeSizes;
	if (!free) return fixed;
	return (
		`${fixed}, or any WIDTHxHEIGHT with both divisible by ${free.step}, no edge above ${free.maxEdge}, ` +
		`a ratio of at most ${free.maxRatio}:1 and ${free.minPixels.toLocaleString('en-US')} to ` +
		`${free.maxPixels.toLocaleString('en-US')} pixels`
	);
}

/** The size nearest to the one asked for that the model has: closest in shape first, then in area. */
export function nearestSize(model: Sized, asked: Dimensions): string {
	const candidates = model.sizes
		.map(parseSize)
		.filter((size): size is Dimensions => size !== undefined)
		.concat(model.freeSizes ? [nearestFree(asked, model.freeSizes)] : []);
	const distance = (size: Dimensions) =>
		4 * Math.abs(Math.log(size.width / size.height / (asked.width / asked.height))) +
		Math.abs(Math.log((size.width * size.height) / (asked.width * asked.height)));
	return formatSize(candidates.reduce((best, size) => (distance(size) < distance(best) ? size : best)));
}

function nearestFree(asked: Dimensions, free: FreeSizes): Dimensions {
	const ratio = clamp(asked.width / asked.height, 1 / free.maxRatio, free.maxRatio);
	const area = clamp(asked.width * asked.height, free.minPixels, free.maxPixels);
	const longest = Math.min(Math.sqrt(area * Math.max(ratio, 1 / ratio)), free.maxEdge);
	const long = Math.round(longest / free.step) * free.step;
	const round = Math.round(long / Math.max(ratio, 1 / ratio) / free.step) * free.step;
	// Rounding may step over a limit: the next one or two steps on either side lie within it.
	const short = [0, 1, -1, 2, -2]
		.map((steps) => round + steps * free.step)
		.find((edge) => fits({ width: long, height: edge }, free));
	if (short === undefined) return { width: 1024, height: 1024 };
	return ratio >= 1 ? { width: long, height: short } : { width: short, height: long };
}

function clamp(value: number, min: number, max: number): number {
	return Math.min(Math.max(value, min), max);
}
