import sharp from 'sharp';
import type { InputImage } from '../inputs/input';
import { layerOf, svgOf } from './layers';
import type { Layer } from './layers';
import { label } from './lettering';
import { cardOf } from './scene';

/** Of 1024 pixels of the card's shorter side. */
const margin = 48;
const gap = 14;
const largest = 132;
/** More than so many go into two rows. */
const fewest = 6;

/** A thumbnail's name: its number, or what lies upon the first image. */
interface Named {
	name: string;
	image: InputImage;
}

/**
 * All inputs in a strip at the top of the picture, numbered in their order, mask and markup by name. A chequerboard
 * shows where they are see-through.
 *
 * @param guard runs the drawing of each, and says what is wrong with an input that cannot be read
 */
export async function drawThumbnails(
	inputs: readonly Named[],
	width: number,
	height: number,
	transparent: boolean,
	guard: (image: InputImage, draw: () => Promise<Layer>) => Promise<Layer>,
): Promise<Layer[]> {
	const card = cardOf(width, height, transparent);
	const unit = Math.min(card.width, card.height) / 1024;
	const rows = inputs.length > fewest ? 2 : 1;
	const perRow = Math.ceil(inputs.length / rows);
	const space = gap * unit;
	const room = (card.width - 2 * margin * unit - (perRow - 1) * space) / perRow;
	const edge = Math.max(16, Math.floor(Math.min(largest * unit, room)));
	const layers: Layer[] = [];
	// One after the other: inputs may be large.
	for (const [index, { name, image }] of inputs.entries()) {
		const left = card.x + margin * unit + (index % perRow) * (edge + space);
		const top = card.y + margin * unit + Math.floor(index / perRow) * (edge + space);
		const draw = () => drawThumbnail(image, name, edge, Math.round(left), Math.round(top));
		layers.push(await guard(image, draw));
	}
	return layers;
}

async function drawThumbnail(
	image: InputImage,
	name: string,
	edge: number,
	left: number,
	top: number,
): Promise<Layer> {
	const radius = edge * 0.14;
	const border = Math.max(1, edge * 0.03);
	const inner = edge - border;
	const outline = `x="${border / 2}" y="${border / 2}" width="${inner}" height="${inner}" rx="${radius}"`;
	const text = await label(name, edge * 0.24, edge * 0.8, edge * 0.28);
	const pill = {
		width: Math.max(text.raw.height * 1.9, text.raw.width + edge * 0.16),
		height: edge * 0.34,
		x: border,
		y: edge - border - edge * 0.34,
	};
	const cover = await sharp(image.bytes)
		.autoOrient()
		.resize(edge, edge, { fit: 'cover' })
		.toColourspace('srgb')
		.ensureAlpha()
		.png({ compressionLevel: 0 })
		.toBuffer();
	const drawn = sharp(svgOf(edge, edge, chequers(edge))).composite([
		{ input: cover },
		{
			input: svgOf(
				edge,
				edge,
				`<rect x="${pill.x}" y="${pill.y}" width="${pill.width}" height="${pill.height}" ` +
					`rx="${radius}" fill="#11131a" fill-opacity="0.94"/>`,
			),
		},
		{
			...text,
			left: Math.round(pill.x + (pill.width - text.raw.width) / 2),
			top: Math.round(pill.y + (pill.height - text.raw.height) / 2),
		},
		{
			input: svgOf(edge, edge, `<rect ${outline} fill="none" stroke="#fff" stroke-width="${border}"/>`),
		},
		{
			input: svgOf(edge, edge, `<rect ${outline} stroke="#fff" stroke-width="${border}"/>`),
			blend: 'dest-in',
		},
	]);
	return await layerOf(drawn, left, top);
}

function chequers(edge: number): string {
	const step = Math.max(2, Math.round(edge / 12));
	return (
		`<defs><pattern id="c" width="${2 * step}" height="${2 * step}" patternUnits="userSpaceOnUse">` +
		`<rect width="${2 * step}" height="${2 * step}" fill="#e9ebf0"/>` +
		`<path d="M0 0h${step}v${step}H0zM${step} ${step}h${step}v${step}h-${step}z" fill="#c3c8d4"/></pattern></defs>` +
		`<rect width="${edge}" height="${edge}" fill="url(#c)"/>`
	);
}
