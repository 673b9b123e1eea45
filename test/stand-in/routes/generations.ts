import { imageRequest } from '../books';
import type { Route } from '../exchange';
import { answerImages } from '../images';
import type { ImageModel, Models } from '../models';
import { readDallEOrder } from '../orders/dall-e';
import { readGptImageOrder } from '../orders/gpt-image';
import { readModel } from '../orders/model';
import type { ImageOrder } from '../orders/order';
import { readUnknownModelOrder } from '../orders/unknown-model';
import { isFields } from '../parameters';
import type { Fields } from '../parameters';

const readers: Record<ImageModel['family'], (fields: Fields, model: ImageModel) => ImageOrder> = {
	gpt: (fields, model) => readGptImageOrder(fields, model, 'generations'),
	'dall-e-2': readDallEOrder,
	'dall-e-3': readDallEOrder,
	unknown: readUnknownModelOrder,
};

/**
 * The body of a generation as an order.
 *
 * @throws ApiError 400 for a field, 404 for a model
 */
export function readGeneration(body: unknown, models: Models): ImageOrder {
	const fields = isFields(body) ? body : {};
	const model = readModel(fields, models);
	return readers[model.family](fields, model);
}

export const generationRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/images/generations',
		key: true,
		booked: imageRequest,
		answer: (exchange) =>
			answerImages(exchange, readGeneration(exchange.body.value, exchange.service.models)),
	},
];
