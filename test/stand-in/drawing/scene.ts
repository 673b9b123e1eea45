import { Randomness } from './randomness';

/** What a scene is painted with, from back to front. */
interface Palette {
	sky: readonly [string, string];
	sun: string;
	near: readonly [string, string, string];
}

const palettes: readonly [Palette, ...Palette[]] = [
	{ sky: ['#1c2b6e', '#f0718a'], sun: '#ffd08a', near: ['#6b3f86', '#452a68', '#231a48'] },
	{ sky: ['#0b5d7a', '#9fe0c6'], sun: '#fff3c4', near: ['#1c8a86', '#116470', '#0a3d52'] },
	{ sky: ['#ff7e4f', '#ffd79a'], sun: '#fff1d8', near: ['#d2533f', '#96343d', '#4f1f33'] },
	{ sky: ['#3a1c71', '#d76d9b'], sun: '#ffc7a0', near: ['#7f3a8e', '#54287a', '#2c1654'] },
	{ sky: ['#0f2745', '#4f8fc0'], sun: '#e9f4ff', near: ['#2f6690', '#1d456b', '#0f2744'] },
	{ sky: ['#2f6f4f', '#d6e49a'], sun: '#fffbe0', near: ['#3f8f5a', '#256a4b', '#12402f'] },
	{ sky: ['#8b2f5f', '#f7a072'], sun: '#ffe3b3', near: ['#b0476a', '#742f5c', '#3c1d42'] },
	{ sky: ['#134e5e', '#71b280'], sun: '#f3ffd6', near: ['#2c7a6b', '#1a5657', '#0d3440'] },
];

/** How a scene is to be painted. */
export interface SceneOptions {
	width: number;
	height: number;
	/** Whatever the picture is derived from. */
	seed: string;
	/** See-through outside a rounded card in the middle. */
	transparent: boolean;
	/** Where it begins to get dark for the lettering, in pixels from the top. */
	shadeFrom: number;
	/** 0 to 1: how far an animation has come, which ends where it began. */
	phase: number;
	/** Over an image that has letters already: from where on they must not be seen, in pixels from the top. */
	coverFrom?: number;
}

/** A scene as the inside of an `<svg>`: a landscape, darker towards the bottom, where the lettering goes. */
export function paintScene(options: SceneOptions): string {
	const { width, height, seed, transparent, shadeFrom } = options;
	const random = new Randomness(seed);
	const palette = random.pick(palettes);
	const card = cardOf(width, height, transparent);
	const [top, bottom] = palette.sky;
	const [light, middle, dark] = palette.near;
	const gradients = [
		linear('sky', [
			[0, top, 1],
			[0.75, bottom, 1],
		]),
		linear('shade', [
			[0, dark, 0],
			[0.55, dark, 0.72],
			[1, dark, 0.96],
		]),
		radial('glow', palette.sun),
	];
	const shapes = [
		`<rect width="${width}" height="${height}" fill="url(#sky)"/>`,
		sun(options, palette.sun, random),
		ridge(options, light, 0.5, 0.12, random),
		ridge(options, middle, 0.62, 0.1, random),
		ridge(options, dark, 0.76, 0.07, random),
		`<rect y="${round(shadeFrom)}" width="${width}" height="${round(height - shadeFrom)}" fill="url(#shade)"/>`,
	];
	const clip = transparent ? clipOf('card', card) : '';
	const group = transparent ? '<g clip-path="url(#card)">' : '<g>';
	return `<defs>${gradients.join('')}${clip}</defs>${group}${shapes.join('')}</g>`;
}

/**
 * What lies over the image that an edit starts from, as the inside of an `<svg>`: a tint and a glow of the scene's
 * colours, darker at the bottom for the lettering and a little at the top for the thumbnails.
 */
export function paintVeil(options: SceneOptions): string {
	const { width, height, seed, transparent, phase, coverFrom } = options;
	const shadeFrom = Math.min(options.shadeFrom, (coverFrom ?? height) - 0.08 * height);
	const random = new Randomness(seed);
	const palette = random.pick(palettes);
	const dark = palette.near[2];
	const card = cardOf(width, height, transparent);
	const unit = Math.min(width, height);
	const x = round(width * random.between(0.2, 0.8) + 0.1 * unit * Math.cos(2 * Math.PI * phase));
	const y = round(height * random.between(0.25, 0.45) + 0.1 * unit * Math.sin(2 * Math.PI * phase));
	const below = round(height - shadeFrom);
	const gradients = [
		linear('veil-top', [
			[0, dark, 0.45],
			[1, dark, 0],
		]),
		linear(
			'veil-bottom',
			coverFrom === undefined
				? [
						[0, dark, 0],
						[0.35, dark, 0.8],
						[0.7, dark, 0.96],
						[1, dark, 0.98],
					]
				: [
						[0, dark, 0],
						[(coverFrom - shadeFrom) / below, dark, 1],
						[1, dark, 1],
					],
		),
		radial('veil-glow', palette.sun),
	];
	return (
		`<defs>${gradients.join('')}${clipOf('veil-card', card)}</defs><g clip-path="url(#veil-card)">` +
		`<rect width="${width}" height="${height}" fill="${palette.sky[1]}" fill-opacity="0.06"/>` +
		`<circle cx="${x}" cy="${y}" r="${round(unit * 0.42)}" fill="url(#veil-glow)" fill-opacity="0.4"/>` +
		`<rect width="${width}" height="${round(height * 0.24)}" fill="url(#veil-top)"/>` +
		`<rect y="${round(shadeFrom)}" width="${width}" height="${below}" fill="url(#veil-bottom)"/></g>`
	);
}

/** What of the picture is painted on, in pixels. */
export function cardOf(width: number, height: number, transparent: boolean) {
	if (!transparent) return { x: 0, y: 0, width, height, radius: 0 };
	const inset = Math.round(Math.min(width, height) * 0.08);
	return {
		x: inset,
		y: inset,
		width: width - 2 * inset,
		height: height - 2 * inset,
		radius: Math.round(Math.min(width, height) * 0.12),
	};
}

function clipOf(id: string, { x, y, width, height, radius }: ReturnType<typeof cardOf>): string {
	return `<clipPath id="${id}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/></clipPath>`;
}

function sun({ width, height, phase }: SceneOptions, colour: string, random: Randomness): string {
	const unit = Math.min(width, height);
	const x = width * random.between(0.25, 0.78);
	const y = height * (random.between(0.2, 0.32) + 0.05 * Math.sin(2 * Math.PI * phase));
	const radius = unit * random.between(0.08, 0.15);
	return (
		`<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius * 3.4)}" fill="url(#glow)"/>` +
		`<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${colour}"/>`
	);
}

/** A range of hills whose crest wanders about `level`, both in parts of the height. */
function ridge(
	{ width, height, phase }: SceneOptions,
	colour: string,
	level: number,
	swing: number,
	random: Randomness,
): string {
	const hills = 4;
	const step = width / hills;
	const heights = Array.from({ length: hills + 1 }, () => random.between(-swing, swing));
	const sway = 0.3 * swing * Math.sin(2 * Math.PI * (phase + level));
	const crest = heights.map((rise, index) => ({
		x: round(index * step),
		y: round(height * (level - rise + sway * (index % 2 === 0 ? 1 : -1))),
	}));
	const curve = crest.map(({ x, y }, index) => {
		const before = crest[index - 1];
		if (!before) return `M${x} ${y}`;
		const half = round((before.x + x) / 2);
		return `C${half} ${before.y} ${half} ${y} ${x} ${y}`;
	});
	return `<path d="${curve.join('')}V${height}H0Z" fill="${colour}"/>`;
}

function linear(
	id: string,
	stops: ReadonlyArray<readonly [at: number, colour: string, opacity: number]>,
): string {
	const inside = stops.map(
		([at, colour, opacity]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
	);
	return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${inside.join('')}</linearGradient>`;
}

function radial(id: string, colour: string): string {
	return (
		`<radialGradient id="${id}"><stop offset="0.2" stop-color="${colour}" stop-opacity="0.55"/>` +
		`<stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`
	);
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
