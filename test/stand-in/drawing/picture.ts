import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { ImageOrder, OutputFormat } from '../orders/order';
import { caption, layGround, paintOver } from './ground';
import type { Ground } from './ground';
import { svgOf } from './layers';
import type { Layer } from './layers';
import { layOut, letter, letterSvg, rule } from './lettering';
import { pad } from './padding';
import { paintScene } from './scene';
import { unfinished } from './unfinished';

// Pictures are drawn side by side, so each makes do with one thread; and none is ever drawn twice.
sharp.concurrency(1);
sharp.cache(false);

/** A finished picture. */
export interface Picture {
	bytes: Buffer;
	mimeType: string;
	/** Without a dot. */
	extension: string;
	/** What comes before it in a stream, of the same size and format. */
	partials: Buffer[];
}

/** What is written on a picture. */
export interface Inscription {
	/** Each begins on a line of its own. */
	paragraphs: readonly string[];
	/** Of a conversation: how many instructions there were, this one included. */
	turn?: number;
}

const mimeTypes: Record<OutputFormat, string> = {
	png: 'image/png',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	gif: 'image/gif',
	svg: 'image/svg+xml',
};

/**
 * Draws all pictures of an order: a landscape derived from the text and the picture's number, or the images it
 * starts from; the text on it, and below it the model, quality, size and number.
 *
 * @param imageBytes about how large each file is to be, partial ones too; 0 for as large as it comes
 * @throws ApiError 400 where an image that came with the order cannot be read to its end
 */
export async function drawPictures(
	order: ImageOrder,
	inscription: Inscription,
	imageBytes: number,
): Promise<Picture[]> {
	const ground = order.inputs && (await layGround(order, order.inputs));
	return await Promise.all(
		Array.from({ length: order.n }, async (_, index) => {
			const { bytes, partials } = await draw(order, inscription, index, ground);
			const { outputFormat } = order;
			const padded = (file: Buffer) => (imageBytes > 0 ? pad(file, outputFormat, imageBytes) : file);
			return {
				bytes: padded(bytes),
				partials: partials.map(padded),
				mimeType: mimeTypes[outputFormat],
				extension: outputFormat === 'jpeg' ? 'jpg' : outputFormat,
			};
		}),
	);
}

async function draw(
	order: ImageOrder,
	{ paragraphs, turn }: Inscription,
	index: number,
	ground: Ground | null,
): Promise<Pick<Picture, 'bytes' | 'partials'>> {
	const { model, quality, width, height, outputFormat, background, inputs, n } = order;
	const transparent = background === 'transparent';
	const made = [model.id, quality, `${width} × ${height}`, ...(inputs ? [caption(inputs)] : [])];
	const right = turn === undefined ? `${index + 1} / ${n}` : `turn ${turn}`;
	const text = paragraphs.join('\n');
	// A variation has no prompt.
	const written = text === '' && inputs ? ['Variation'] : paragraphs;
	// A conversation's letters do not shrink from one turn to the next, so that what was written is written over.
	const modest = inputs !== null || turn !== undefined;
	const layout = layOut(written, { left: made.join('  ·  '), right }, { width, height, transparent, modest });
	const { shadeFrom, coverFrom } = layout;
	const options = {
		width,
		height,
		seed: `${text}#${index}`,
		transparent,
		shadeFrom,
		...(turn === undefined ? {} : { coverFrom }),
	};
	const scene = (phase: number) => paintScene({ ...options, phase }) + rule(layout);
	if (outputFormat === 'svg') {
		return { bytes: svgOf(width, height, scene(0) + letterSvg(layout)), partials: [] };
	}

	const lettering = await letter(layout);
	const still = async (phase: number) => {
		if (!ground) return paint(order, scene(phase), lettering);
		const layers = await paintOver(ground, { ...options, phase }, rule(layout));
		return paint(order, '', [...layers, ...lettering]);
	};
	if (order.animation) return { bytes: await animate(order.animation, still), partials: [] };
	return await develop(await still(0), order);
}

/** The picture's file, and those of it on its way. */
async function develop(picture: Sharp, order: ImageOrder): Promise<Pick<Picture, 'bytes' | 'partials'>> {
	const wanted = order.stream?.partials ?? 0;
	if (wanted === 0) return { bytes: await encode(picture, order), partials: [] };
	const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
	const { width, height, channels } = info;
	const raw = { width, height, channels };
	const partials: Buffer[] = [];
	for (let part = 1; part <= wanted; part++) {
		partials.push(await encode(await unfinished({ data, raw }, part / (wanted + 1)), order));
	}
	return { bytes: await encode(sharp(data, { raw, limitInputPixels: false }), order), partials };
}

function paint(order: ImageOrder, scene: string, layers: Layer[]): Sharp {
	const { width, height } = order;
	const picture = sharp(svgOf(width, height, scene), { limitInputPixels: false }).composite(layers);
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
	{ frames, frameMs }: { frames: number; frameMs: number },
	still: (phase: number) => Promise<Sharp>,
): Promise<Buffer> {
	const stills: Buffer[] = [];
	// One after the other: sixteen frames at once are much memory.
	for (let frame = 0; frame < frames; frame++) {
		const painted = await still(frame / frames);
		stills.push(await painted.png({ compressionLevel: 1 }).toBuffer());
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
