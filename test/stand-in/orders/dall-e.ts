import type { ImageModel } from '../models';
import { readChoice, readInteger, readString, refuseUnknown } from '../parameters';
import type { Fields } from '../parameters';
import { readSize } from '../sizes';
import type { ImageOrder } from './order';
import { readPrompt } from './prompt';

const fieldNames = ['model', 'n', 'prompt', 'quality', 'response_format', 'size', 'user'];

/**
 * A generation by a DALL-E model, which only compatible servers still have.
 *
 * @throws ApiError 400
 */
export function readDallEOrder(fields: Fields, model: ImageModel): ImageOrder {
	const only3 = model.family === 'dall-e-3';
	refuseUnknown(fields, only3 ? [...fieldNames, 'style'] : fieldNames);
	readChoice(fields, 'style', ['vivid', 'natural']);
	readString(fields, 'user');
	return {
		model,
		prompt: readPrompt(fields, model),
		n: readInteger(fields, 'n', 1, only3 ? 1 : 10) ?? 1,
		...readSize(readString(fields, 'size'), model),
		quality: readChoice(fields, 'quality', model.qualities) ?? 'standard',
		background: 'opaque',
		outputFormat: 'png',
		outputCompression: 100,
		animation: null,
		author: null,
		inputImageTokens: 0,
		delivery: readChoice(fields, 'response_format', ['url', 'b64_json'] as const) ?? 'url',
		safetyIdentifier: null,
	};
}
