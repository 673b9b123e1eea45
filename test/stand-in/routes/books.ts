import { json } from '../answer';
import type { Route } from '../exchange';

/** The books, for those in another process. */
export const bookRoutes: readonly Route[] = [
	{
		method: 'GET',
		path: '/stand-in/books',
		key: false,
		booked: null,
		answer: ({ service: { books } }) =>
			json(200, {
				entries: books.entries,
				maxInFlight: books.maxInFlight,
				totalUsd: books.totalUsd(),
				totalImages: books.totalImages(),
			}),
	},
	{
		method: 'POST',
		path: '/stand-in/reset',
		key: false,
		booked: null,
		answer: ({ service }) => {
			service.reset();
			return json(200, {});
		},
	},
];
