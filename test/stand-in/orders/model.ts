import { modelNotFound } from '../errors';
import type { ImageModel, Models } from '../models';
import { readRequiredString } from '../parameters';
import type { Fields } from '../parameters';

/**
 * The model of a request.
 *
 * @throws ApiError 400 where none is named, 404 `model_not_found`
 */
export function readModel(fields: Fields, models: Models): ImageModel {
	const id = readRequiredString(fields, 'model');
	const model = models.find(id);
	if (!model) throw modelNotFound(id);
	return model;
}
