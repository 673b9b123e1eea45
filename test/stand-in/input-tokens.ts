import type { ImageModel } from './models';

/** GPT Image 2 and later see an image in patches of so many pixels, and at most so many of them. */
const patch = 32;
const mostPatches = 1536;
/** An image whose longer edge is less is seen enlarged to it. */
const shortestLongEdge = 1024;

/** What a GPT Image 2.5 is told of each image, in text tokens. */
const textPerImage = 10;

/** The first generation sees tiles, after the image was scaled until its shorter edge has 512 pixels. */
const tile = 512;
const baseTokens = 65;
const tokensPerTile = 129;
/** Of high input fidelity, on top: square images, and all others. */
const highFidelity = { square: 4160, other: 6240 };

/** Pixels, as the image is seen. */
interface Measured {
	width: number;
	height: number;
}

/**
 * What images add to the tokens of one output image besides the prompt's. A mask adds nothing: it tells where, not
 * what.
 *
 * Patches: measured by third parties on real usage (341x512 704, 1179x2556 1482, 3840x2160 1508). Tiles: OpenAI's
 * guide to images and vision.
 */
export function inputTokens(
	model: ImageModel,
	images: readonly Measured[],
	inputFidelity: 'low' | 'high',
): { text: number; image: number } {
	const sum = (count: (image: Measured) => number) =>
		images.reduce((total, image) => total + count(image), 0);
	switch (model.tokens) {
		case null:
			return { text: 0, image: 0 };
		case 'table':
		case 'mini':
			return { text: 0, image: sum((image) => tileTokens(image, inputFidelity)) };
		case 'grid-2':
			return { text: 0, image: sum(patchTokens) };
		case 'grid-2.5':
		case 'measured-2.6':
			return { text: textPerImage * images.length, image: sum(patchTokens) };
	}
}

function patchTokens({ width, height }: Measured): number {
	const scale = Math.max(1, shortestLongEdge / Math.max(width, height));
	const across = (width * scale) / patch;
	const down = (height * scale) / patch;
	const patches = ceiling(across) * ceiling(down);
	if (patches <= mostPatches) return patches;
	// Scaled down until the budget holds, and a little more so that one edge is whole patches.
	const shrink = Math.sqrt(mostPatches / (across * down));
	const whole = Math.min(
		Math.floor(across * shrink) / (across * shrink),
		Math.floor(down * shrink) / (down * shrink),
	);
	return ceiling(across * shrink * whole) * ceiling(down * shrink * whole);
}

function tileTokens({ width, height }: Measured, inputFidelity: 'low' | 'high'): number {
	const scale = tile / Math.min(width, height);
	const tiles = ceiling((width * scale) / tile) * ceiling((height * scale) / tile);
	const extra = width === height ? highFidelity.square : highFidelity.other;
	return baseTokens + tokensPerTile * tiles + (inputFidelity === 'high' ? extra : 0);
}

/** Rounded up, but not because of the last binary digit. */
function ceiling(value: number): number {
	return Math.ceil(value - 1e-9);
}
