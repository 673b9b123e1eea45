import sharp from 'sharp';
import type { Sharp } from 'sharp';

/** Of the longer edge, in pixels: what a blur is made of. */
const blurEdge = 14;

/** A finished picture's pixels. */
export interface Pixels {
	data: Buffer;
	raw: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}

/**
 * A picture on its way: its upper part is there already, the rest is a blur.
 *
 * @param share how much of it is there, 0 to 1
 */
export async function unfinished({ data, raw }: Pixels, share: number): Promise<Sharp> {
	const { width, height, channels } = raw;
	const scale = blurEdge / Math.max(width, height);
	// Small and enlarged again, which takes a fraction of the time of a blur of this width.
	const small = await sharp(data, { raw, limitInputPixels: false })
		.resize(Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale)), { fit: 'fill' })
		.raw()
		.toBuffer({ resolveWithObject: true });
	const { width: across, height: down } = small.info;
	const blur = await sharp(small.data, { raw: { width: across, height: down, channels } })
		.resize(width, height, { fit: 'fill', kernel: 'cubic' })
		.raw()
		.toBuffer();
	// Both are rows of pixels of the same width: the upper rows of one, the lower of the other.
	const border = Math.round(height * share) * width * channels;
	const rows = Buffer.concat([data.subarray(0, border), blur.subarray(border)]);
	return sharp(rows, { raw, limitInputPixels: false });
}
