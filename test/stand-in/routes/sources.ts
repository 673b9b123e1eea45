import type { Answer } from '../answer';
import { ApiError } from '../errors';
import type { Exchange, Route } from '../exchange';
import { drawPhoto, hugeFile } from '../drawing/photo';

/** What is to be had under `/stand-in/sources/`, for tests of images that are given as an address. */
const sources: Record<string, (exchange: Exchange) => Promise<Answer> | Answer> = {
	'photo.png': () => photo('png'),
	'photo.jpg': () => photo('jpeg'),
	'photo.webp': () => photo('webp'),
	'page.html': () => ({
		status: 200,
		contentType: 'text/html; charset=utf-8',
		body: Buffer.from('<!doctype html>\n<title>A page</title>\n<p>This is a page and not an image.\n'),
	}),
	'huge.png': ({ query }) => ({
		status: 200,
		contentType: 'image/png',
		body: hugeFile,
		// Any such size makes the length unknown.
		...(query.get('chunked') === '1' ? { pieceBytes: hugeFile.pieceBytes } : {}),
	}),
	redirect: ({ query }) => ({
		status: 302,
		contentType: 'text/plain',
		body: Buffer.from('Elsewhere'),
		// Without one it goes round in a circle.
		headers: { location: query.get('to') ?? 'redirect' },
	}),
};

export const sourceRoutes: readonly Route[] = [
	{
		method: 'GET',
		path: '/stand-in/sources/:kind',
		key: false,
		booked: null,
		answer: (exchange) => {
			const { service, headers, params } = exchange;
			service.leaks.refuseKey(headers);
			const kind = params.kind ?? '';
			const source = Object.hasOwn(sources, kind) ? sources[kind] : undefined;
			// `missing.png` is one of many.
			if (source) return source(exchange);
			throw new ApiError(404, {
				message: `No such file: '${kind}'.`,
				type: 'invalid_request_error',
				param: null,
				code: 'not_found',
			});
		},
	},
];

async function photo(format: 'png' | 'jpeg' | 'webp'): Promise<Answer> {
	return { status: 200, contentType: `image/${format}`, body: await drawPhoto(format) };
}
