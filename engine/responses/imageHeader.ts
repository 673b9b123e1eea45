import type { OutputFormat } from '../models/model';

/** What an image's own bytes say of it. Lengths are pixels. */
export interface ImageHeader {
	format: OutputFormat;
	mimeType: string;
	/** The usual ending of a file's name, without the dot. */
	extension: string;
	/** As it is shown: after the turning that a camera asks for. */
	width: number;
	height: number;
	/** Whether there is transparency. Known for png only, and only when the bytes go as far as its pixels. */
	alpha?: boolean;
}

type Reader = (bytes: Buffer) => Pick<ImageHeader, 'width' | 'height' | 'alpha'> | undefined;

const FORMATS: ReadonlyArray<{ format: OutputFormat; mimeType: string; extension: string; read: Reader }> = [
	{ format: 'png', mimeType: 'image/png', extension: 'png', read: readPng },
	{ format: 'jpeg', mimeType: 'image/jpeg', extension: 'jpg', read: readJpeg },
	{ format: 'webp', mimeType: 'image/webp', extension: 'webp', read: readWebp },
	{ format: 'gif', mimeType: 'image/gif', extension: 'gif', read: readGif },
	{ format: 'svg', mimeType: 'image/svg+xml', extension: 'svg', read: readSvg },
];

/** Reads type and size of a png, jpeg, webp, gif or svg from its bytes; `undefined` for anything else. */
export function readImageHeader(bytes: Buffer): ImageHeader | undefined {
	for (const { read, ...kind } of FORMATS) {
		const size = read(bytes);
		if (size && size.width > 0 && size.height > 0) return { ...kind, ...size };
	}
	return undefined;
}

/** Whether bytes begin as an image of some kind, though they may not go as far as to say its size. */
export function beginsAsImage(bytes: Buffer): boolean {
	const start = bytes.toString('latin1', 0, 12);
	return (
		/^(\x89PNG\r\n\x1a\n|\xff\xd8|GIF8[79]a|RIFF[^]{4}WEBP)/.test(start) || /^(\xef\xbb\xbf)?\s*</.test(start)
	);
}

/** The usual ending of a file's name for a format, without the dot. */
export function extensionOf(format: OutputFormat): string {
	return FORMATS.find((known) => known.format === format)?.extension ?? format;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function readPng(bytes: Buffer) {
	if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
	const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	const alpha = hasPngAlpha(bytes);
	return alpha === undefined ? size : { ...size, alpha };
}

/** Grey with alpha, and colour with alpha. */
const PNG_ALPHA_TYPES = [4, 6];

/** Other colour types may name transparent colours in a chunk before the pixels. */
function hasPngAlpha(bytes: Buffer): boolean | undefined {
	if (PNG_ALPHA_TYPES.includes(bytes[25] ?? 0)) return true;
	for (let position = 8; position + 8 <= bytes.length; position += 12 + bytes.readUInt32BE(position)) {
		const chunk = bytes.toString('latin1', position + 4, position + 8);
		if (chunk === 'tRNS') return true;
		if (chunk === 'IDAT') return false;
	}
	return undefined;
}

/** SOF0 to SOF15 hold the size, save for three numbers among them that mean other things (DHT, JPG, DAC). */
function isStartOfFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readJpeg(bytes: Buffer) {
	if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
	let position = 2;
	let turned = false;
	while (position + 9 <= bytes.length) {
		if (bytes[position] !== 0xff) return undefined;
		const marker = bytes[position + 1] as number;
		if (isStartOfFrame(marker)) {
			const [height, width] = [bytes.readUInt16BE(position + 5), bytes.readUInt16BE(position + 7)];
			return turned ? { width: height, height: width } : { width, height };
		}
		if (marker === EXIF_MARKER)
			turned = isTurned(bytes.subarray(position + 4, position + 2 + bytes.readUInt16BE(position + 2)));
		// 0xff fills, and some markers stand alone without a length.
		const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
		position += marker === 0xff ? 1 : alone ? 2 : 2 + bytes.readUInt16BE(position + 2);
	}
	return undefined;
}

const EXIF_MARKER = 0xe1;
const ORIENTATION_TAG = 0x0112;

/** Whether Exif data say that the picture lies on its side (orientations 5 to 8). */
function isTurned(exif: Buffer): boolean {
	if (exif.length < 14 || exif.toString('latin1', 0, 4) !== 'Exif') return false;
	const tiff = exif.subarray(6);
	const little = tiff.toString('latin1', 0, 2) === 'II';
	const short = (at: number) =>
		at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
	const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
	for (let entry = 0; entry < short(directory); entry++) {
		const at = directory + 2 + entry * 12;
		if (short(at) === ORIENTATION_TAG) return short(at + 8) >= 5;
	}
	return false;
}

function readWebp(bytes: Buffer) {
	if (
		bytes.length < 30 ||
		bytes.toString('latin1', 0, 4) !== 'RIFF' ||
		bytes.toString('latin1', 8, 12) !== 'WEBP'
	)
		return undefined;
	switch (bytes.toString('latin1', 12, 16)) {
		case 'VP8 ':
			return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
		case 'VP8L': {
			const bits = bytes.readUInt32LE(21);
			return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8X':
			return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
		default:
			return undefined;
	}
}

function readGif(bytes: Buffer) {
	if (bytes.length < 10 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined;
	return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** How far into a file the `<svg>` tag may stand, bytes. */
const SVG_HEAD = 16 * 1024;

function readSvg(bytes: Buffer) {
	const head = bytes
		.subarray(0, SVG_HEAD)
		.toString('utf8')
		.replace(/^\uFEFF/, '')
		.trimStart();
	if (!head.startsWith('<')) return undefined;
	const tag = /<svg\b[^>]*>/i.exec(head.replace(/<!--[\s\S]*?-->/g, ''))?.[0];
	if (tag === undefined) return undefined;
	const length = (name: string) =>
		Number(new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(?:px)?\\s*["']`, 'i').exec(tag)?.[1]);
	const box =
		/\sviewBox\s*=\s*["']\s*([^"']+)["']/i
			.exec(tag)?.[1]
			?.trim()
			.split(/[\s,]+/)
			.map(Number) ?? [];
	const width = length('width') || box[2];
	const height = length('height') || box[3];
	return width && height ? { width: Math.round(width), height: Math.round(height) } : undefined;
}
