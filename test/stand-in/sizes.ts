import { imageUserError } from './errors';
import type { ImageModel } from './models';

/** Limits of the models with arbitrary sizes (OpenAI's image guide and the SDK's comment on `size`). */
const multiple = 16;
const longestEdge = 3840;
const widestRatio = 3;
const fewestPixels = 655_360;
const mostPixels = 8_294_400;

/** What `auto`, or no size at all, comes to: real models choose by the prompt, the stand-in always takes this. */
const chosen = { width: 1024, height: 1024 };

/**
 * The picture's measures in pixels.
 *
 * @param size `auto`, `WIDTHxHEIGHT`, or undefined for the default
 * @throws ApiError 400 `invalid_value` where the model does not have the size
 */
export function readSize(size: string | undefined, model: ImageModel): { width: number; height: number } {
	if (size === undefined) return chosen;
	if (size === 'auto' && model.family !== 'dall-e-2' && model.family !== 'dall-e-3') return chosen;

	const refuse = (reason: string) => imageUserError(`Invalid size '${size}'. ${reason}`, 'size');
	if (model.sizes !== 'arbitrary') {
		if (!model.sizes.includes(size)) {
			const names = model.family === 'gpt' ? [...model.sizes, 'auto'] : [...model.sizes];
			const last = names.pop();
			throw refuse(`Supported sizes are ${names.join(', ')}, and ${last}.`);
		}
		return measures(size)!;
	}

	const measured = measures(size);
	if (model.family === 'unknown') return measured ?? chosen;
	if (!measured) throw refuse("Expected WIDTHxHEIGHT, for example '1824x1024'.");
	const { width, height } = measured;
	if (width % multiple !== 0 || height % multiple !== 0) {
		throw refuse(`Width and height must both be divisible by ${multiple}.`);
	}
	if (Math.max(width, height) > longestEdge) {
		throw refuse(`The longest edge must be less than or equal to ${longestEdge}.`);
	}
	if (Math.max(width, height) > widestRatio * Math.min(width, height)) {
		throw refuse(`The maximum supported aspect ratio is ${widestRatio}:1.`);
	}
	if (width * height < fewestPixels) {
		throw refuse('Requested resolution is below the current minimum pixel budget.');
	}
	if (width * height > mostPixels) throw refuse('Requested resolution exceeds the current pixel budget.');
	return measured;
}

function measures(size: string): { width: number; height: number } | null {
	const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(size);
	return match && { width: Number(match[1]), height: Number(match[2]) };
}
