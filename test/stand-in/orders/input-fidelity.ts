import { imageUserError } from '../errors';
import type { ImageModel } from '../models';
import { readChoice } from '../parameters';
import type { Fields } from '../parameters';

/**
 * `input_fidelity`, `low` where it is left out.
 *
 * @throws ApiError 400 `invalid_input_fidelity_model` where the model does not have it, or not this one
 */
export function readInputFidelity(fields: Fields, model: ImageModel): 'low' | 'high' {
	const fidelity = readChoice(fields, 'input_fidelity', ['low', 'high'] as const);
	if (fidelity === undefined || model.inputFidelities.includes(fidelity)) return fidelity ?? 'low';
	const what = model.inputFidelities.length === 0 ? "the 'input_fidelity' parameter" : `'${fidelity}' for it`;
	throw imageUserError(
		`The model '${model.id}' does not support ${what}.`,
		'input_fidelity',
		'invalid_input_fidelity_model',
	);
}
