import { json } from '../answer';
import type { Route } from '../exchange';
import { answerTextResponse } from '../functions/text-response';
import { isFields } from '../parameters';
import { answerResponse } from '../responses/answer-response';
import { isForText, responseRequest } from '../responses/booked-response';

export const responseRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/responses',
		key: true,
		booked: responseRequest,
		answer: async (exchange) => {
			const fields = isFields(exchange.body.value) ? exchange.body.value : {};
			if (isForText(fields)) return answerTextResponse(fields, exchange.service.models);
			return await answerResponse(exchange, fields);
		},
	},
	{
		method: 'GET',
		path: '/v1/responses/:id',
		key: true,
		booked: null,
		answer: ({ service, key, params }) => json(200, service.responses.get(key, params.id ?? '').body()),
	},
	{
		method: 'DELETE',
		path: '/v1/responses/:id',
		key: true,
		booked: null,
		answer: ({ service, key, params }) => {
			const id = params.id ?? '';
			service.responses.delete(key, id);
			return json(200, { id, object: 'response', deleted: true });
		},
	},
];
