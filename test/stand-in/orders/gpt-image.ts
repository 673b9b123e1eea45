import { imageUserError, invalidRequest } from '../errors';
import type { ImageModel } from '../models';
import {
	fieldsIn,
	readBoolean,
	readChoice,
	readInteger,
	readObject,
	readRequiredString,
	readString,
	refuseUnknown,
} from '../parameters';
import type { Fields } from '../parameters';
import { readSize } from '../sizes';
import type { ImageOrder, OutputFormat } from './order';
import { readPrompt } from './prompt';

/** Of generations and edits alike. */
const fieldNames = [
	'background',
	'frame_count',
	'frame_duration_ms',
	'model',
	'moderation',
	'n',
	'output_compression',
	'output_format',
	'partial_images',
	'prompt',
	'quality',
	'safety_identifier',
	'size',
	'stream',
	'user',
];

/** What one endpoint has and the others have not. `tool` is the image tool of the Responses API. */
const endpoints = {
	generations: { fields: ['svg'], formats: ['png', 'webp', 'jpeg', 'gif', 'svg'] },
	edits: { fields: ['input_fidelity'], formats: ['png', 'webp', 'jpeg', 'gif'] },
	tool: { fields: ['svg', 'input_fidelity'], formats: ['png', 'webp', 'jpeg', 'gif', 'svg'] },
} as const;

/** A GIF delay is kept in hundredths of a second, 16 bits of them. */
const longestFrameMs = 655_350;

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/**
 * What writes an SVG when a request to the Images API names no model. The stand-in's choice: OpenAI does not publish
 * its own. Of the tool it is the conversation model.
 */
const defaultAuthor = 'gpt-6-luna';

/**
 * A generation, an edit or a call of the tool by a GPT Image model, checked as strictly as the API does.
 *
 * `auto` comes to 1024x1024, medium and opaque. The images of an edit are not looked at here.
 *
 * @param conversationModel of a call of the tool
 * @throws ApiError 400
 */
export function readGptImageOrder(
	fields: Fields,
	model: ImageModel,
	endpoint: keyof typeof endpoints,
	conversationModel?: string,
): ImageOrder {
	const own = endpoints[endpoint];
	refuseUnknown(fields, [...fieldNames, ...own.fields, ...(model.complexity ? ['complexity'] : [])]);
	const prompt = readPrompt(fields, model);
	const n = readInteger(fields, 'n', 1, 10) ?? 1;
	const quality = readChoice(fields, 'quality', [...model.qualities, 'auto'] as const) ?? 'auto';
	readChoice(fields, 'moderation', ['auto', 'low']);
	readChoice(fields, 'complexity', ['low', 'medium', 'high']);
	readString(fields, 'user');
	const safetyIdentifier = readString(fields, 'safety_identifier', 128) ?? null;
	const outputFormat = readChoice<OutputFormat>(fields, 'output_format', own.formats) ?? 'png';
	const size = readSize(readString(fields, 'size'), model);
	const background = readBackground(fields, model, outputFormat);
	const outputCompression = readCompression(fields, outputFormat);
	const animation = readAnimation(fields, outputFormat);
	const author = readAuthor(fields, outputFormat, n, conversationModel);
	const stream = readStream(fields, outputFormat, n, endpoint === 'tool');
	return {
		model,
		prompt,
		n,
		...size,
		quality: quality === 'auto' ? 'medium' : quality,
		background,
		outputFormat,
		outputCompression,
		animation,
		author,
		inputs: null,
		inputTokens: { text: 0, image: 0 },
		delivery: 'b64_json',
		stream,
		safetyIdentifier,
	};
}

function readBackground(fields: Fields, model: ImageModel, format: OutputFormat): 'opaque' | 'transparent' {
	const background = readChoice(fields, 'background', ['transparent', 'opaque', 'auto']);
	if (background !== 'transparent') return 'opaque';
	if (!model.transparent) {
		throw imageUserError('Transparent background is not supported for this model.', 'background');
	}
	if (format !== 'png' && format !== 'webp') {
		throw imageUserError(
			`Transparent background is not supported for ${format.toUpperCase()} output format`,
			'background',
		);
	}
	return 'transparent';
}

function readCompression(fields: Fields, format: OutputFormat): number {
	const compression = readInteger(fields, 'output_compression', 0, 100);
	if (compression === undefined || format === 'jpeg' || format === 'webp') return compression ?? 100;
	if (format === 'png') {
		// 100 is the default and says no more than leaving it out.
		if (compression === 100) return compression;
		throw imageUserError(
			'Compression less than 100 is not supported for PNG output format',
			'output_compression',
			'invalid_png_output_compression',
		);
	}
	throw imageUserError(
		`Compression is not supported for ${format.toUpperCase()} output format`,
		'output_compression',
	);
}

function readAnimation(fields: Fields, format: OutputFormat): ImageOrder['animation'] {
	const frames = readInteger(fields, 'frame_count', 2, 16);
	const frameMs = readInteger(fields, 'frame_duration_ms', 1, Number.MAX_SAFE_INTEGER);
	if (format !== 'gif') {
		for (const name of ['frame_count', 'frame_duration_ms']) {
			if ((fields[name] ?? null) === null) continue;
			throw imageUserError(`'${name}' is only supported with output_format=gif.`, name);
		}
		return null;
	}
	const rounded = Math.round((frameMs ?? 200) / 10) * 10;
	return { frames: frames ?? 9, frameMs: Math.min(rounded, longestFrameMs) };
}

function readAuthor(
	fields: Fields,
	format: OutputFormat,
	n: number,
	conversationModel: string | undefined,
): ImageOrder['author'] {
	const svg = readObject(fields, 'svg');
	if (format !== 'svg') {
		if (svg) throw imageUserError("'svg' is only supported with output_format=svg.", 'svg');
		return null;
	}
	if (n !== 1) throw imageUserError('SVG generation requires n=1.', 'n');
	if (!svg) return { model: conversationModel ?? defaultAuthor, effort: 'medium' };
	const inside = fieldsIn(svg, 'svg');
	refuseUnknown(inside, ['svg.model', 'svg.reasoning']);
	const model =
		conversationModel === undefined
			? readRequiredString(inside, 'svg.model')
			: (readString(inside, 'svg.model') ?? conversationModel);
	const deeper = fieldsIn(readObject(inside, 'svg.reasoning') ?? {}, 'svg.reasoning');
	refuseUnknown(deeper, ['svg.reasoning.effort']);
	return { model, effort: readChoice(deeper, 'svg.reasoning.effort', efforts) ?? 'medium' };
}

/** @param tool whether the answer may be streamed without a picture on its way: the SDK's comment on GIFs */
function readStream(fields: Fields, format: OutputFormat, n: number, tool: boolean): ImageOrder['stream'] {
	const stream = readBoolean(fields, 'stream') ?? false;
	const partials = readInteger(fields, 'partial_images', 0, 3) ?? 0;
	if (!stream && partials === 0) return null;
	if (format === 'gif' || format === 'svg') {
		const name = stream && !tool ? 'stream' : 'partial_images';
		if (!tool || partials > 0) {
			throw imageUserError(`'${name}' is not supported with output_format=${format}.`, name);
		}
	}
	if (!stream) {
		throw invalidRequest(
			"Invalid 'partial_images': partial images are only sent with 'stream': true.",
			'partial_images',
			'invalid_value',
		);
	}
	if (n !== 1)
		throw invalidRequest("Invalid 'n': streaming is only supported with n=1.", 'n', 'invalid_value');
	return { partials };
}
