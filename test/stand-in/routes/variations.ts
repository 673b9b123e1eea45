import { imageRequest } from '../books';
import { ApiError } from '../errors';
import type { Route } from '../exchange';
import { answerImages } from '../images';
import { readVariation } from '../orders/from-images';

export const variationRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/images/variations',
		accepts: ['multipart/form-data', 'application/json'],
		key: true,
		booked: imageRequest,
		answer: async (exchange) => {
			if (exchange.service.provider === 'openai') throw retired();
			return await answerImages(exchange, await readVariation(exchange));
		},
	},
];

function retired(): ApiError {
	return new ApiError(404, {
		message:
			'This endpoint is retired and no longer available. Use the image edits endpoint with a GPT Image model ' +
			'and a prompt to create a variation of an image.',
		type: 'invalid_request_error',
		param: null,
		code: null,
	});
}
