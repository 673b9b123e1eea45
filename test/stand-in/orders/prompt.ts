import { invalidRequest } from '../errors';
import type { ImageModel } from '../models';
import { readRequiredString, refuseLonger } from '../parameters';
import type { Fields } from '../parameters';

/**
 * The prompt: blanks alone are accepted, as they are by the API.
 *
 * @throws ApiError 400 `missing_required_parameter`, `invalid_type`, `empty_string`, `string_above_max_length`
 */
export function readPrompt(fields: Fields, model: ImageModel): string {
	const prompt = readRequiredString(fields, 'prompt');
	if (prompt === '') {
		throw invalidRequest(
			"Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
			'prompt',
			'empty_string',
		);
	}
	refuseLonger(prompt, 'prompt', model.promptCharacters);
	return prompt;
}
