import { ApiError } from '../errors';
import type { Route } from '../exchange';

/** Where pictures lie that were answered as a URL. */
export const fileRoutes: readonly Route[] = [
	{
		method: 'GET',
		path: '/stand-in/files/:name',
		key: false,
		booked: null,
		answer: ({ service, params, headers }) => {
			service.leaks.refuseKey(headers);
			const file = service.files.get(params.name ?? '');
			if (!file) {
				throw new ApiError(404, {
					message: `No such file: '${params.name}'.`,
					type: 'invalid_request_error',
					param: null,
					code: 'not_found',
				});
			}
			return { status: 200, contentType: file.contentType, body: file.bytes };
		},
	},
];
