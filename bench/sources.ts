import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';

/** How many different files there are of each format; items take turns with them. */
const EACH = 4;

/**
 * Files of noise, as a camera's and a scanner's are to a compressor: about 5 MB each, JPEG and PNG by turns.
 * Drawn once; those that are there already are kept.
 * @returns their paths
 */
export async function drawSources(folder: string): Promise<string[]> {
	await mkdir(folder, { recursive: true });
	const paths: string[] = [];
	for (let index = 0; index < EACH; index++) {
		paths.push(
			await once(join(folder, `photo-${index}.jpg`), async () =>
				noise(2720, 2040).jpeg({ quality: 96 }).toBuffer(),
			),
			await once(join(folder, `scan-${index}.png`), async () => noise(1400, 1280).png().toBuffer()),
		);
	}
	return paths;
}

async function once(path: string, draw: () => Promise<Buffer>): Promise<string> {
	if (!(await stat(path).catch(() => null))) await writeFile(path, await draw());
	return path;
}

function noise(width: number, height: number): Sharp {
	return sharp({
		create: {
			width,
			height,
			channels: 3,
			background: '#808080',
			noise: { type: 'gaussian', mean: 128, sigma: 40 },
		},
	});
}
