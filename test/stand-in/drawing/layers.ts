import sharp from 'sharp';
import type { Sharp } from 'sharp';

/** Pixels with alpha, and where they go on a picture. */
export interface Layer {
	input: Buffer;
	raw: { width: number; height: number; channels: 4 };
	/** Pixels from the picture's upper left corner. */
	left: number;
	top: number;
}

/** Where on a picture something goes, in whole pixels. */
export interface Box {
	left: number;
	top: number;
	width: number;
	height: number;
}

/** A sharp pipeline's pixels as a layer. */
export async function layerOf(image: Sharp, left: number, top: number): Promise<Layer> {
	const { data, info } = await image
		.toColourspace('srgb')
		.ensureAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { input: data, raw: { width: info.width, height: info.height, channels: 4 }, left, top };
}

/** SVG of this size. */
export function svgOf(width: number, height: number, inside: string): Buffer {
	return Buffer.from(
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
			`viewBox="0 0 ${width} ${height}">${inside}</svg>`,
	);
}

/** A layer's pixels to work on. */
export function pixelsOf({ input, raw }: Pick<Layer, 'input' | 'raw'>): Sharp {
	return sharp(input, { raw });
}
