import sharp from 'sharp';
import type { InputImage, OrderInputs } from '../inputs/input';
import { invalidImageFile, invalidOverlay } from '../inputs/rules';
import type { ImageOrder } from '../orders/order';
import { findHole } from './hole';
import type { Hole } from './hole';
import { layerOf, pixelsOf, svgOf } from './layers';
import type { Box, Layer } from './layers';
import { cardOf, paintScene, paintVeil } from './scene';
import type { SceneOptions } from './scene';
import { drawThumbnails } from './thumbnails';

/** Behind images that are see-through. */
const behind = '#39404f';

/** What all pictures of an edit have in common, drawn once. */
export interface Ground {
	/** The first image, as large as fits, over a blurred one that fills the card. */
	image: Layer[];
	hole: Hole | null;
	markup: Layer | null;
	thumbnails: Layer[];
}

/**
 * Draws what an edit or a variation starts from.
 *
 * @throws ApiError 400 where the header of an image was good but the rest cannot be read
 */
export async function layGround(order: ImageOrder, inputs: OrderInputs): Promise<Ground> {
	const { width, height, background } = order;
	const transparent = background === 'transparent';
	const card = cardOf(width, height, transparent);
	const [first] = inputs.images;
	const box = contain(first, { left: card.x, top: card.y, width: card.width, height: card.height });
	const image = await readable(inputs, first, () => drawImage(first, box, card));
	const { mask, markup } = inputs;
	return {
		image,
		hole: mask && (await readable(inputs, mask, () => findHole(mask, box))),
		markup: markup && (await readable(inputs, markup, () => drawMarkup(markup, box))),
		thumbnails: await drawAllThumbnails(inputs, order, transparent),
	};
}

/**
 * The layers of one picture, from back to front.
 *
 * @param inside SVG to go with the veil
 */
export async function paintOver(ground: Ground, options: SceneOptions, inside: string): Promise<Layer[]> {
	const { width, height } = options;
	const veil = await layerOf(sharp(svgOf(width, height, paintVeil(options) + inside)), 0, 0);
	const { image, hole, markup, thumbnails } = ground;
	const changed = hole ? [await drawChange(hole, options)] : [];
	const overlays = [hole?.marking, markup].filter((layer) => !!layer);
	return [...image, ...changed, veil, ...overlays, ...thumbnails];
}

/** What was done, in words: `edit of 3 images, mask`. */
export function caption({ kind, images, mask, markup }: OrderInputs): string {
	const number = images.length === 1 ? '1 image' : `${images.length} images`;
	return `${kind} of ${number}${mask ? ', mask' : ''}${markup ? ', markup' : ''}`;
}

/** Where a mask is open a scene of its own shows, as if the model had painted there. */
async function drawChange({ box, open }: Hole, options: SceneOptions): Promise<Layer> {
	const { width, height } = options;
	const scene = sharp(
		svgOf(width, height, paintScene({ ...options, transparent: false, shadeFrom: height })),
	);
	const colours = await scene.extract(box).removeAlpha().raw().toBuffer();
	const pixels = sharp(colours, { raw: { width: box.width, height: box.height, channels: 3 } }).joinChannel(
		open,
		{ raw: { width: box.width, height: box.height, channels: 1 } },
	);
	return await layerOf(pixels, box.left, box.top);
}

async function drawImage(image: InputImage, box: Box, card: ReturnType<typeof cardOf>): Promise<Layer[]> {
	const fitted = await layerOf(
		sharp(image.bytes)
			.autoOrient()
			.resize(box.width, box.height, { fit: 'fill' })
			.flatten({ background: behind })
			.modulate({ brightness: 0.92 }),
		box.left,
		box.top,
	);
	const fills = box.width === card.width && box.height === card.height;
	const layers = fills ? [fitted] : [await blurred(fitted, card), fitted];
	return await Promise.all(layers.map((layer) => roundedOff(layer, card)));
}

async function blurred(image: Layer, card: ReturnType<typeof cardOf>): Promise<Layer> {
	// Small and enlarged again, which takes a fraction of the time of a blur of this width.
	const small = await layerOf(pixelsOf(image).resize(48, 48, { fit: 'cover' }).blur(2), 0, 0);
	const large = pixelsOf(small)
		.resize(card.width, card.height, { fit: 'fill', kernel: 'cubic' })
		.modulate({ brightness: 0.55 });
	return await layerOf(large, card.x, card.y);
}

/** Cuts off what reaches beyond the card's round corners. */
async function roundedOff(layer: Layer, card: ReturnType<typeof cardOf>): Promise<Layer> {
	if (card.radius === 0) return layer;
	const { width, height } = layer.raw;
	const shape =
		`<rect x="${card.x - layer.left}" y="${card.y - layer.top}" width="${card.width}" ` +
		`height="${card.height}" rx="${card.radius}"/>`;
	const cut = pixelsOf(layer).composite([{ input: svgOf(width, height, shape), blend: 'dest-in' }]);
	return await layerOf(cut, layer.left, layer.top);
}

async function drawMarkup(markup: InputImage, box: Box): Promise<Layer> {
	const fitted = sharp(markup.bytes).autoOrient().resize(box.width, box.height, { fit: 'fill' });
	return await layerOf(fitted, box.left, box.top);
}

async function drawAllThumbnails(
	inputs: OrderInputs,
	{ width, height }: ImageOrder,
	transparent: boolean,
): Promise<Layer[]> {
	const { images, mask, markup } = inputs;
	const named = [
		...images.map((image, index) => ({ name: String(index + 1), image })),
		...(mask ? [{ name: 'mask', image: mask }] : []),
		...(markup ? [{ name: 'markup', image: markup }] : []),
	];
	return await drawThumbnails(named, width, height, transparent, (image, draw) =>
		readable(inputs, image, draw),
	);
}

/** The largest box of the image's shape within another, in its middle. */
function contain({ measures }: InputImage, { left, top, width, height }: Box): Box {
	const scale = Math.min(width / measures.width, height / measures.height);
	const fitted = {
		width: Math.max(1, Math.min(width, Math.round(measures.width * scale))),
		height: Math.max(1, Math.min(height, Math.round(measures.height * scale))),
	};
	return {
		left: left + Math.floor((width - fitted.width) / 2),
		top: top + Math.floor((height - fitted.height) / 2),
		...fitted,
	};
}

/** Draws with an input, whose pixels are read for the first time here. */
async function readable<Drawn>(
	{ images }: OrderInputs,
	input: InputImage,
	draw: () => Promise<Drawn>,
): Promise<Drawn> {
	try {
		return await draw();
	} catch {
		throw input.role === 'image'
			? invalidImageFile(images.indexOf(input))
			: invalidOverlay(input.role, 'image is not a valid PNG file');
	}
}
