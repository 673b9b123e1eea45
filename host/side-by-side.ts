import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';

/** Pixels. */
const SIDE = 400;
const GAP = 16;

/**
 * Pictures in a row, from left to right, each fitted into a square of 400 pixels, on white, as PNG.
 * @param files at least one
 * @param into the new picture; its folder is made
 * @returns its size, bytes
 * @throws where a file is no picture
 */
export async function putSideBySide(files: readonly string[], into: string): Promise<number> {
	const row = await Promise.all(
		files.map(async (file, index) => ({
			input: await sharp(file).resize(SIDE, SIDE, { fit: 'contain', background: 'white' }).toBuffer(),
			left: index * (SIDE + GAP),
			top: 0,
		})),
	);
	const width = files.length * (SIDE + GAP) - GAP;
	await mkdir(dirname(into), { recursive: true });
	const { size } = await sharp({ create: { width, height: SIDE, channels: 3, background: 'white' } })
		.composite(row)
		.png({ palette: true, colours: 128, effort: 10 })
		.toFile(into);
	return size;
}
