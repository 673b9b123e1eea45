import { json } from '../answer';
import { modelNotFound } from '../errors';
import type { Route } from '../exchange';
import type { ImageModel } from '../models';

/** A model as the API lists it: `created` in seconds since 1970, `shutdown_date` an ISO date or null. */
function listed({ id, released, shutdown }: Pick<ImageModel, 'id' | 'released' | 'shutdown'>) {
	return {
		id,
		object: 'model',
		created: Date.parse(released) / 1000,
		owned_by: 'system',
		shutdown_date: shutdown,
	};
}

export const modelRoutes: readonly Route[] = [
	{
		method: 'GET',
		path: '/v1/models',
		key: true,
		booked: null,
		answer: ({ service }) => json(200, { object: 'list', data: service.models.list().map(listed) }),
	},
	{
		method: 'GET',
		path: '/v1/models/:id',
		key: true,
		booked: null,
		answer: ({ service, params }) => {
			const model = service.models.list().find(({ id }) => id === params.id);
			if (!model) throw modelNotFound(params.id ?? '');
			return json(200, listed(model));
		},
	},
];
