import { json } from '../answer';
import { readBatchRequest } from '../batches/create-request';
import type { Exchange, Route } from '../exchange';
import { listObject, pageOf } from '../paging';
import { isFields } from '../parameters';

/** OpenAI's Batch API, for images. */
export const batchRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/batches',
		key: true,
		booked: null,
		answer: ({ service, key, body }) => {
			const fields = isFields(body.value) ? body.value : {};
			const request = readBatchRequest(fields, key, service.accountFiles);
			return json(200, service.batches.create(request, key, service).created());
		},
	},
	{
		method: 'GET',
		path: '/v1/batches',
		key: true,
		booked: null,
		answer: async ({ service, key, query }) => {
			const { items, hasMore } = pageOf(service.batches.list(key), query, { usual: 20, most: 100 });
			const now = service.clock.now();
			return json(200, listObject(await Promise.all(items.map((batch) => batch.look(now))), hasMore));
		},
	},
	{
		method: 'GET',
		path: '/v1/batches/:id',
		key: true,
		booked: null,
		answer: async (exchange) => json(200, await find(exchange).look(exchange.service.clock.now())),
	},
	{
		method: 'POST',
		path: '/v1/batches/:id/cancel',
		key: true,
		booked: null,
		answer: async (exchange) => json(200, await find(exchange).cancel(exchange.service.clock.now())),
	},
];

function find({ service, key, params }: Exchange) {
	return service.batches.get(key, params.id ?? '');
}
