import type { ImageModel } from '../models';
import { readChoice, readInteger, readString, refuseUnknown } from '../parameters';
import type { Fields } from '../parameters';
import { readSize } from '../sizes';
import type { ImageOrder } from './order';
import { readPrompt } from './prompt';

const fieldNames = ['model', 'n', 'prompt', 'quality', 'response_format', 'size', 'user'];
const variationFieldNames = ['model', 'n', 'response_format', 'size', 'user'];

/**
 * A generation or an edit by a DALL-E model, which only compatible servers still have.
 *
 * @throws ApiError 400
 */
export function readDallEOrder(fields: Fields, model: ImageModel): ImageOrder {
	refuseUnknown(fields, model.family === 'dall-e-3' ? [...fieldNames, 'style'] : fieldNames);
	readChoice(fields, 'style', ['vivid', 'natural']);
	return order(fields, model, readPrompt(fields, model));
}

/**
 * A variation by dall-e-2, which has no prompt.
 *
 * @throws ApiError 400
 */
export function readDallEVariation(fields: Fields, model: ImageModel): ImageOrder {
	refuseUnknown(fields, variationFieldNames);
	return order(fields, model, '');
}

function order(fields: Fields, model: ImageModel, prompt: string): ImageOrder {
	readString(fields, 'user');
	return {
		model,
		prompt,
		n: readInteger(fields, 'n', 1, model.family === 'dall-e-3' ? 1 : 10) ?? 1,
		...readSize(readString(fields, 'size'), model),
		quality: readChoice(fields, 'quality', model.qualities) ?? 'standard',
		background: 'opaque',
		outputFormat: 'png',
		outputCompression: 100,
		animation: null,
		author: null,
		inputs: null,
		inputTokens: { text: 0, image: 0 },
		delivery: readChoice(fields, 'response_format', ['url', 'b64_json'] as const) ?? 'url',
		stream: null,
		safetyIdentifier: null,
	};
}
