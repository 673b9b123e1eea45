import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { ImageOrder, OutputFormat } from '../orders/order';
import { layOut, letter, letterSvg, rule } from './lettering';
import type { Layout, Lettering } from './lettering';
import { pad } from './padding';
import { paintScene } from './scene';

// Pictures are drawn side by side, so each makes do with one thread; and none is ever drawn twice.
sharp.concurrency(1);
sharp.cache(false);

/** A finished picture. */
export interface Picture {
	bytes: Buffer;
	mimeType: string;
	/** Without a dot. */
	extension: string;
}

const mimeTypes: Record<OutputFormat, string> = {
	png: 'image/png',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	gif: 'image/gif',
	svg: 'image/svg+xml',
};

/**
 * Draws all pictures of an order: a landscape derived from the text and the picture's number, the text on it, and
 * below it the model, quality, size and number.
 *
 * @param text what to write on them
 * @param imageBytes about how large each file is to be, 0 for as large as it comes
 */
export async function drawPictures(order: ImageOrder, text: string, imageBytes: number): Promise<Picture[]> {
	return await Promise.all(
		Array.from({ length: order.n }, async (_, index) => {
			const bytes = await draw(order, text, index);
			const { outputFormat } = order;
			return {
				bytes: imageBytes > 0 ? pad(bytes, outputFormat, imageBytes) : bytes,
				mimeType: mimeTypes[outputFormat],
				extension: outputFormat === 'jpeg' ? 'jpg' : outputFormat,
			};
		}),
	);
}

async function draw(order: ImageOrder, text: string, index: number): Promise<Buffer> {
	const { model, quality, width, height, outputFormat, background, n } = order;
	const transparent = background === 'transparent';
	const footer = {
		left: `${model.id}  ·  ${quality}  ·  ${width} × ${height}`,
		right: `${index + 1} / ${n}`,
	};
	const layout = layOut(text, footer, width, height, transparent);
	const { shadeFrom } = layout;
	const scene = (phase: number) =>
		paintScene({ width, height, seed: `${text}#${index}`, transparent, shadeFrom, phase }) + rule(layout);
	if (outputFormat === 'svg') return Buffer.from(svg(order, scene(0) + letterSvg(layout)));
	if (order.animation) return await animate(order, order.animation, scene, layout);
	const painted = paint(order, scene(0), await letter(layout));
	return await encode(painted, order);
}

function paint(order: ImageOrder, scene: string, lettering: Lettering[]): Sharp {
	const picture = sharp(Buffer.from(svg(order, scene)), { limitInputPixels: false }).composite(lettering);
	return order.background === 'transparent' ? picture : picture.removeAlpha();
}

async function encode(picture: Sharp, order: ImageOrder): Promise<Buffer> {
	// 0 is not a quality to sharp.
	const quality = Math.max(1, order.outputCompression);
	if (order.outputFormat === 'jpeg') return await picture.jpeg({ quality }).toBuffer();
	if (order.outputFormat === 'webp') return await picture.webp({ quality, effort: 0 }).toBuffer();
	// The lowest level takes a quarter of the time of the usual one.
	return await picture.png({ compressionLevel: 1 }).toBuffer();
}

async function animate(
	order: ImageOrder,
	{ frames, frameMs }: { frames: number; frameMs: number },
	scene: (phase: number) => string,
	layout: Layout,
): Promise<Buffer> {
	const lettering = await letter(layout);
	const stills: Buffer[] = [];
	// One after the other: sixteen frames at once are much memory.
	for (let frame = 0; frame < frames; frame++) {
		stills.push(
			await paint(order, scene(frame / frames), lettering)
				.png({ compressionLevel: 1 })
				.toBuffer(),
		);
	}
	return await sharp(stills, { join: { animated: true } })
		.gif({
			delay: Array.from({ length: frames }, () => frameMs),
			loop: 0,
			effort: 1,
			colours: 128,
			dither: 0.5,
		})
		.toBuffer();
}

function svg({ width, height }: ImageOrder, inside: string): string {
	return (
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
		`viewBox="0 0 ${width} ${height}">${inside}</svg>`
	);
}
