import sharp from 'sharp';
import type { Layer } from './layers';
import { cardOf } from './scene';

/** Pango reads TrueType but no WOFF, hence this package. */
const fonts = {
	bold: {
		font: 'Inter Bold',
		fontfile: require.resolve('@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf'),
	},
	medium: {
		font: 'Inter Medium',
		fontfile: require.resolve('@expo-google-fonts/inter/500Medium/Inter_500Medium.ttf'),
	},
};

/** Of 1024 pixels of the picture's shorter side. The largest that fits is taken. */
const headlineSizes = [84, 70, 58, 48, 40, 33, 27, 22];
const modestSizes = headlineSizes.slice(3);
const footerSize = 22;
const margin = 64;

/** How wide a letter of Inter Bold is on average, and how high a line, in parts of the font's size. */
const letterWidth = 0.58;
const lineHeight = 1.24;

/** How much of the card's height the prompt may take. */
const headlineShare = 0.52;

/** A picture's measures, and how it is lettered. */
export interface Canvas {
	width: number;
	height: number;
	transparent: boolean;
	modest: boolean;
}

/** What is written on a picture and where, in pixels from its upper left corner. */
export interface Layout {
	headline: { text: string; lines: string[]; size: number };
	footer: { left: string; right: string; size: number };
	x: number;
	width: number;
	/** Where the headline ends and the footer's line runs. */
	ruleY: number;
	footerY: number;
	/** The most the headline may take. */
	headlineHeight: number;
	/** From where on the picture has to be dark enough for white letters. */
	shadeFrom: number;
	/**
	 * From where on letters that were there before must not be seen: as high as those of the turns before can reach,
	 * which are more in height only where they were larger.
	 */
	coverFrom: number;
}

/**
 * Sets the prompt as large as fits, and shortens it where not even the smallest size is small enough: one paragraph
 * at its end, several at their beginning.
 *
 * @param modest smaller letters on less shade, for pictures of which as much as possible should be seen
 */
export function layOut(
	paragraphs: readonly string[],
	footer: { left: string; right: string },
	{ width, height, transparent, modest }: Canvas,
): Layout {
	const card = cardOf(width, height, transparent);
	const unit = Math.min(card.width, card.height) / 1024;
	const space = margin * unit;
	const boxWidth = card.width - 2 * space;
	const boxHeight = card.height * headlineShare;
	const footerPx = Math.max(8, footerSize * unit);
	const footerY = card.y + card.height - space - footerPx;
	const sizes = modest ? modestSizes : headlineSizes;
	const headline = fit(paragraphs.map(printable), boxWidth, boxHeight, unit, sizes);
	const ruleY = footerY - 22 * unit;
	const headlineTop = ruleY - headline.size * (0.45 + headline.lines.length * lineHeight);
	const shrunk = headline.size < (sizes[0] ?? 0) * unit;
	return {
		headline,
		footer: { ...footer, size: footerPx },
		x: card.x + space,
		width: boxWidth,
		ruleY,
		footerY,
		headlineHeight: boxHeight,
		coverFrom: shrunk ? Math.min(headlineTop, ruleY - boxHeight - headline.size) : headlineTop,
		shadeFrom: modest
			? Math.max(0, headlineTop - 0.16 * height)
			: Math.max(0, Math.min(0.4 * height, headlineTop - 0.24 * height)),
	};
}

/** The lettering as pixels. */
export async function letter(layout: Layout): Promise<Layer[]> {
	const { headline, footer, x, width, ruleY, footerY } = layout;
	const [head, left, right] = await Promise.all([
		rendered(headline.text, 'bold', headline.size, 1, layout.width, layout.headlineHeight, 'word-char'),
		rendered(footer.left, 'medium', footer.size, 0.85, width * 0.88, footer.size * 2, 'none'),
		rendered(footer.right, 'medium', footer.size, 0.85, width * 0.12, footer.size * 2, 'none'),
	]);
	const pieces = [
		{ piece: head, left: x, top: ruleY - headline.size * 0.45 - head.raw.height },
		{ piece: left, left: x, top: footerY },
		{ piece: right, left: x + width - right.raw.width, top: footerY },
	];
	return pieces.map(({ piece, ...at }) => ({
		...piece,
		left: Math.max(0, Math.round(at.left)),
		top: Math.max(0, Math.round(at.top)),
	}));
}

/** The fine line over the footer, as SVG. */
export function rule({ x, width, ruleY, footer }: Layout): string {
	const thickness = Math.max(1, footer.size / 14);
	return `<rect x="${x}" y="${ruleY}" width="${width}" height="${thickness}" fill="#fff" fill-opacity="0.4"/>`;
}

/** The lettering as SVG text, for answers that are SVG. */
export function letterSvg({ headline, footer, x, width, ruleY, footerY }: Layout): string {
	const step = headline.size * lineHeight;
	const first = ruleY - headline.size * 0.6 - (headline.lines.length - 1) * step;
	const lines = headline.lines.map(
		(line, index) => `<tspan x="${x}" y="${(first + index * step).toFixed(1)}">${escaped(line)}</tspan>`,
	);
	const baseline = (footerY + footer.size * 0.85).toFixed(1);
	const small = `font-size="${footer.size}" font-weight="500" fill-opacity="0.85"`;
	return (
		'<g fill="#fff" font-family="Inter, system-ui, sans-serif">' +
		`<text font-size="${headline.size}" font-weight="700">${lines.join('')}</text>` +
		`<text x="${x}" y="${baseline}" ${small}>${escaped(footer.left)}</text>` +
		`<text x="${x + width}" y="${baseline}" text-anchor="end" ${small}>${escaped(footer.right)}</text></g>`
	);
}

/** A word or two in white, as pixels, no larger than the box. */
export async function label(
	text: string,
	size: number,
	width: number,
	height: number,
): Promise<Pick<Layer, 'input' | 'raw'>> {
	return await rendered(text, 'bold', size, 1, width, height, 'none');
}

/** @param wrap `none`: one line, made smaller where it is too long */
async function rendered(
	text: string,
	weight: keyof typeof fonts,
	size: number,
	opacity: number,
	width: number,
	height: number,
	wrap: 'word-char' | 'none',
): Promise<Pick<Layer, 'input' | 'raw'>> {
	const alpha = `${Math.round(opacity * 100)}%`;
	const markup =
		`<span foreground="#ffffff" alpha="${alpha}" size="${Math.round(size * 1024)}">` +
		`${escaped(text)}</span>`;
	// At 72 dpi a point is a pixel.
	const { data, info } = await sharp({
		text: {
			text: markup,
			...fonts[weight],
			// Lines are broken at the width also where words are not.
			...(wrap === 'none' ? {} : { width: Math.round(width) }),
			dpi: 72,
			rgba: true,
			wrap,
		},
	})
		.resize({
			width: Math.max(1, Math.floor(width)),
			height: Math.max(1, Math.floor(height)),
			fit: 'inside',
			withoutEnlargement: true,
		})
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { input: data, raw: { width: info.width, height: info.height, channels: 4 } };
}

function fit(
	paragraphs: readonly string[],
	width: number,
	height: number,
	unit: number,
	sizes: readonly number[],
): Layout['headline'] {
	const smallest = sizes.at(-1);
	for (const nominal of sizes) {
		const size = nominal * unit;
		const letters = Math.floor(width / (size * letterWidth));
		const lines = paragraphs.flatMap((paragraph) => wrapped(paragraph, letters));
		const fitting = Math.floor(height / (size * lineHeight));
		if (lines.length <= fitting) return { text: paragraphs.join('\n'), lines, size };
		if (nominal !== smallest) continue;
		const kept = shortened(lines, Math.max(1, fitting), paragraphs.length > 1);
		// Broken lines of several paragraphs stay as they are; Pango breaks one paragraph better by itself.
		return { text: kept.join(paragraphs.length > 1 ? '\n' : ' '), lines: kept, size };
	}
	throw new Error('No sizes to choose from');
}

function shortened(lines: string[], most: number, keepEnd: boolean): string[] {
	if (keepEnd && most > 1) return ['…', ...lines.slice(1 - most)];
	const kept = lines.slice(0, most);
	return [...kept.slice(0, -1), `${(kept.at(-1) ?? '').slice(0, -1)}…`];
}

/** Breaks a text into lines of so many letters; words that are longer are broken too. */
function wrapped(text: string, letters: number): string[] {
	const most = Math.max(1, letters);
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > most) {
			lines.push(line);
			line = '';
		}
		line = line === '' ? word : `${line} ${word}`;
		while (line.length > most) {
			lines.push(line.slice(0, most));
			line = line.slice(most);
		}
	}
	return [...lines, line];
}

/** One line of text without what neither Pango nor XML can take. */
function printable(text: string): string {
	// Through UTF-8 lone surrogates become a sign for themselves.
	const clean = Buffer.from(text)
		.toString()
		.replace(/[\p{Cc}\uFFFE\uFFFF\s]+/gu, ' ')
		.trim();
	return clean === '' ? 'untitled' : clean;
}

function escaped(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}
