import type { Usage } from '../costs/usage';
import { ImageError } from '../jobs/error';
import type { WireResponse } from '../requests/wire';
import { apiErrorIn, errorFromBody } from './errorResponse';
import { JsonImageReader, type FoundImage } from './jsonImages';

/** What the server says it made. A field is `null` where the server does not say. */
export interface Served {
	size: string | null;
	quality: string | null;
	background: string | null;
	output_format: string | null;
}

/** Tokens of the text model that wrote an SVG. */
export interface SvgUsage {
	model: string;
	input_tokens: number;
	output_tokens: number;
}

/** An answer of the Images API without its images. */
export interface ImagesAnswer {
	/** One for every image, in order. `image` is its number among the images read from the answer. */
	entries: Array<{ image?: number; url?: string; revisedPrompt: string | null }>;
	served: Served;
	usage: Usage | null;
	svgUsage: SvgUsage | null;
}

/**
 * Reads an answer of `/images/generations` or `/images/edits` as it arrives. Each image is handed over as soon as it
 * is complete and is not held afterwards, so that those before a broken connection are in hand.
 * @param expected how many images were asked for
 * @param take called for one image after the other; reading goes on when it is done
 * @throws ImageError whatever ends the reading
 */
export async function readImagesResponse(
	response: WireResponse,
	expected: number,
	take: (image: FoundImage, number: number) => Promise<void>,
	redact: (text: string) => string,
	now: number,
): Promise<ImagesAnswer> {
	const reader = new JsonImageReader(likelyBytes(response.headers, expected));
	let number = 0;
	for await (const piece of response.body) {
		for (const image of reader.push(piece)) await take(image, number++);
	}
	const document = reader.end(redact);
	const error = apiErrorIn(document);
	if (error) throw errorFromBody(error, response, now);
	return answerFrom(document);
}

/** Three bytes for four characters of base64, if the answer says how long it is. */
function likelyBytes(headers: Readonly<Record<string, string>>, images: number): number | undefined {
	const length = Number(headers['content-length']);
	if (!(length > 0) || headers['content-encoding'] !== undefined) return undefined;
	return Math.min(Math.ceil((length * 0.75) / images) + 1024, MAX_CAPACITY);
}

/** A server's word is not believed beyond this, bytes. */
const MAX_CAPACITY = 64 * 1024 * 1024;

function answerFrom(document: unknown): ImagesAnswer {
	const body = isRecord(document) ? document : {};
	const data = Array.isArray(body.data) ? body.data.filter(isRecord) : [];
	if (data.length === 0) {
		throw new ImageError({
			kind: 'invalid_response',
			code: 'no_image',
			message: 'The server answered without an image. The request may have been billed.',
			maybeBilled: true,
		});
	}
	return {
		entries: data.map((entry) => ({
			...(typeof entry.b64_json === 'string' ? { image: Number(entry.b64_json) } : {}),
			...(typeof entry.url === 'string' ? { url: entry.url } : {}),
			revisedPrompt: textOf(entry.revised_prompt),
		})),
		served: {
			size: textOf(body.size),
			quality: textOf(body.quality),
			background: textOf(body.background),
			output_format: textOf(body.output_format),
		},
		usage: readUsage(body.usage),
		svgUsage: readSvgUsage(body.svg_usage),
	};
}

/** The API's `usage` object; `null` where there is none or it has no counts. */
export function readUsage(value: unknown): Usage | null {
	if (!isRecord(value) || !isCount(value.output_tokens)) return null;
	const input = isRecord(value.input_tokens_details) ? value.input_tokens_details : {};
	const cached = isRecord(input.cached_tokens_details) ? input.cached_tokens_details : {};
	const output = isRecord(value.output_tokens_details) ? value.output_tokens_details : {};
	const inputImageTokens = count(input.image_tokens);
	return {
		// Without details all input counts as text.
		inputTextTokens: isCount(input.text_tokens)
			? input.text_tokens
			: count(value.input_tokens) - inputImageTokens,
		inputImageTokens,
		cachedTextTokens: count(cached.text_tokens),
		cachedImageTokens: count(cached.image_tokens),
		outputTokens: value.output_tokens,
		outputTextTokens: count(output.text_tokens),
	};
}

function readSvgUsage(value: unknown): SvgUsage | null {
	if (!isRecord(value)) return null;
	return {
		model: textOf(value.model) ?? '',
		input_tokens: count(value.input_tokens),
		output_tokens: count(value.output_tokens),
	};
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function count(value: unknown): number {
	return isCount(value) ? value : 0;
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
