import sharp from 'sharp';
import type { InputImage } from '../inputs/input';
import type { Box, Layer } from './layers';

/** The part of a picture that a mask leaves open, in two layers of the same place. */
export interface Hole {
	box: Box;
	/** One byte a pixel of the box: 255 where the mask is fully transparent, else 0. */
	open: Buffer;
	/** Stripes over it and a line around it. */
	marking: Layer;
}

/**
 * Finds where a mask is fully transparent, when it is laid over the box.
 *
 * @throws Error where the mask's bytes cannot be read
 */
export async function findHole(mask: InputImage, box: Box): Promise<Hole> {
	const { data: alpha } = await sharp(mask.bytes)
		.autoOrient()
		.ensureAlpha()
		.extractChannel('alpha')
		.toColourspace('b-w')
		// The nearest pixel, for a mean of many would hardly ever be zero.
		.resize(box.width, box.height, { fit: 'fill', kernel: 'nearest' })
		.raw()
		.toBuffer({ resolveWithObject: true });
	const open = Buffer.alloc(alpha.length);
	for (let at = 0; at < alpha.length; at++) if (alpha[at] === 0) open[at] = 255;
	return { box, open, marking: mark(open, box) };
}

function mark(open: Buffer, box: Box): Layer {
	const { width, height } = box;
	const unit = Math.min(width, height);
	const line = Math.max(1, Math.round(unit / 200));
	const stripe = Math.max(2, Math.round(unit / 90));
	const pixels = Buffer.alloc(width * height * 4);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const at = y * width + x;
			if (open[at] === 0) continue;
			const isRim =
				!isOpen(open, box, x - line, y) ||
				!isOpen(open, box, x + line, y) ||
				!isOpen(open, box, x, y - line) ||
				!isOpen(open, box, x, y + line);
			const isStripe = (x + y) % (4 * stripe) < stripe / 2;
			if (isRim) pixels.writeUInt32BE(0xff3d81ff, at * 4);
			else if (isStripe) pixels.writeUInt32BE(0xffffff6b, at * 4);
		}
	}
	return { input: pixels, raw: { width, height, channels: 4 }, left: box.left, top: box.top };
}

/** Beyond the edge counts as closed, so that the line runs all around. */
function isOpen(open: Buffer, { width, height }: Box, x: number, y: number): boolean {
	return x >= 0 && y >= 0 && x < width && y < height && open[y * width + x] !== 0;
}
