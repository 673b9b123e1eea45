import { imageRequest } from '../books';
import type { Route } from '../exchange';
import { answerImages } from '../images';
import { readEdit } from '../orders/from-images';

export const editRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/images/edits',
		accepts: ['multipart/form-data', 'application/json'],
		key: true,
		booked: imageRequest,
		answer: async (exchange) => await answerImages(exchange, await readEdit(exchange)),
	},
];
