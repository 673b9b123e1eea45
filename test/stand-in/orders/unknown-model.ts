import type { ImageModel, Quality } from '../models';
import { readBoolean, readInteger, readString } from '../parameters';
import type { Fields } from '../parameters';
import { readSize } from '../sizes';
import type { ImageOrder, OutputFormat } from './order';
import { readPrompt } from './prompt';

const formats: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'gif'];

/** So that a made-up size cannot ask for more memory than a machine has. */
const longestEdge = 8192;

/**
 * A generation or an edit by a model that only a compatible server knows: fields it has never heard of are let be,
 * and what it does not understand becomes a default. It streams where it is asked for one still picture; else the
 * answer comes whole.
 *
 * @throws ApiError 400 where there is no prompt or a field has the wrong type
 */
export function readUnknownModelOrder(fields: Fields, model: ImageModel): ImageOrder {
	return order(fields, model, readPrompt(fields, model));
}

/**
 * A variation by such a model, which has no prompt.
 *
 * @throws ApiError 400 where a field has the wrong type
 */
export function readUnknownModelVariation(fields: Fields, model: ImageModel): ImageOrder {
	return order(fields, model, '');
}

function order(fields: Fields, model: ImageModel, prompt: string): ImageOrder {
	const quality = readString(fields, 'quality') as Quality | undefined;
	const format = readString(fields, 'output_format') as OutputFormat | undefined;
	const outputFormat = format && formats.includes(format) ? format : 'png';
	const alpha = outputFormat === 'png' || outputFormat === 'webp';
	const size = readSize(readString(fields, 'size'), model);
	const n = readInteger(fields, 'n', 1, 100) ?? 1;
	const streams = (readBoolean(fields, 'stream') ?? false) && n === 1 && outputFormat !== 'gif';
	const partials = readInteger(fields, 'partial_images', 0, 3) ?? 0;
	return {
		model,
		prompt,
		n,
		width: Math.min(size.width, longestEdge),
		height: Math.min(size.height, longestEdge),
		quality: quality && model.qualities.includes(quality) ? quality : 'medium',
		background: alpha && fields.background === 'transparent' ? 'transparent' : 'opaque',
		outputFormat,
		outputCompression: readInteger(fields, 'output_compression', 0, 100) ?? 100,
		animation: outputFormat === 'gif' ? { frames: 9, frameMs: 200 } : null,
		author: null,
		inputs: null,
		inputTokens: { text: 0, image: 0 },
		delivery: fields.response_format === 'url' && !streams ? 'url' : 'b64_json',
		stream: streams ? { partials } : null,
		safetyIdentifier: null,
	};
}
