import sharp from 'sharp';
import type { LongBody } from '../answer';
import { paintScene } from './scene';

const edge = 1024;

/** A picture to start from: a landscape of 1024x1024 without letters. The same every time. */
export async function drawPhoto(format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
	const scene = paintScene({
		width: edge,
		height: edge,
		seed: 'photo',
		transparent: false,
		shadeFrom: edge,
		phase: 0,
	});
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${edge}" height="${edge}">${scene}</svg>`;
	return await sharp(Buffer.from(svg)).removeAlpha().toFormat(format).toBuffer();
}

const piece = Buffer.alloc(64 * 1024);
/** What every PNG begins with. The rest of this one is zeros. */
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** 60 MB that say they are a PNG. Only a piece of them is ever held. */
export const hugeFile: LongBody = {
	length: 60 * 1024 * 1024,
	pieceBytes: piece.length,
	subarray(start, end = hugeFile.length) {
		const length = Math.min(end, start + piece.length) - start;
		if (start > 0) return piece.subarray(0, length);
		return Buffer.concat([signature, piece]).subarray(0, length);
	},
};
