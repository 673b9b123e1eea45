import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hangUp, isStream, json, write } from './answer';
import type { Reply } from './answer';
import { readBody, refuseUnreadable } from './body';
import { ApiError, errorOfStatus } from './errors';
import type { Exchange, Route, Service } from './exchange';
import { authorise } from './keys';
import { routes } from './routes';
import { writeEvents } from './streams/write-events';

/** Takes one request from its first byte to the end of its answer. Never rejects. */
export async function dispatch(
	service: Service,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const arrived = performance.now();
	const requestId = `req_${randomUUID().replaceAll('-', '')}`;
	const gone = new AbortController();
	response.on('close', () => gone.abort());

	const [pathname = '/', query] = (request.url ?? '/').split('?');
	const route = findRoute(request.method ?? 'GET', pathname);
	const body = await readBody(request, route?.mostBytes);
	const booked = route?.booked?.(body.value);
	const exchange: Exchange = {
		service,
		key: '',
		requestId,
		headers: request.headers,
		params: route?.params ?? {},
		query: new URLSearchParams(query),
		body,
		signal: gone.signal,
		entry: booked ? service.books.open(pathname, request.headers, body.value, booked) : null,
	};
	const { entry } = exchange;
	const over = () => entry && service.books.close(entry);
	const leave = () => {
		if (entry) entry.aborted = true;
		over();
	};

	try {
		const answer = await decide(exchange, route, request, pathname);
		if (gone.signal.aborted) {
			if (answer !== hangUp && isStream(answer)) answer.onAbandoned?.();
			return leave();
		}
		if (answer === hangUp) {
			over();
			request.socket.destroy();
			return;
		}
		const headers = {
			'x-request-id': requestId,
			'openai-processing-ms': String(Math.round(performance.now() - arrived)),
			'openai-version': '2020-10-01',
		};
		if (entry) entry.status = isStream(answer) ? 200 : answer.status;
		if (!isStream(answer)) {
			if (entry) service.books.charge(entry, answer.charge);
			await write(response, answer, headers, over);
			return;
		}
		let lastBegun = false;
		await writeEvents(response, answer, headers, {
			signal: gone.signal,
			onLast() {
				lastBegun = true;
				if (entry) service.books.charge(entry, answer.charge);
				answer.onLast?.();
			},
			beforeLastByte: over,
		});
		if (lastBegun) return;
		answer.onAbandoned?.();
		leave();
	} catch (error) {
		// A fault of the stand-in's own: said aloud, for a test that only sees a lost connection is a riddle.
		console.error('The stand-in failed:', error);
		response.destroy();
	} finally {
		over();
	}
}

async function decide(
	exchange: Exchange,
	route: FoundRoute | null,
	request: IncomingMessage,
	pathname: string,
): Promise<Reply> {
	try {
		if (!route) {
			// As the real API: whether a path exists is not told to those without a key.
			if (pathname.startsWith('/v1/')) authorise(request.headers);
			throw noSuchRoute(request.method ?? 'GET', pathname);
		}
		if (route.key) exchange.key = authorise(request.headers);
		if (route.method === 'POST') {
			const contentType = request.headers['content-type'] ?? '';
			refuseUnreadable(exchange.body, contentType, route.accepts ?? ['application/json']);
		}
		return await route.answer(exchange);
	} catch (error) {
		if (exchange.signal.aborted) return hangUp;
		if (!(error instanceof ApiError)) {
			console.error('The stand-in failed:', error);
			return json(500, { error: errorOfStatus(500).body });
		}
		return json(error.status, { error: error.body }, error.headers);
	}
}

type FoundRoute = Route & { params: Record<string, string> };

function findRoute(method: string, pathname: string): FoundRoute | null {
	for (const route of routes) {
		if (route.method !== method) continue;
		const params = matched(route.path, pathname);
		if (params) return { ...route, params };
	}
	return null;
}

function matched(path: string, pathname: string): Record<string, string> | null {
	const wanted = path.split('/');
	const given = pathname.split('/');
	if (wanted.length !== given.length) return null;
	const params: Record<string, string> = {};
	for (const [index, segment] of wanted.entries()) {
		const value = given[index] ?? '';
		if (segment.startsWith(':')) params[segment.slice(1)] = decoded(value);
		else if (segment !== value) return null;
	}
	return params;
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

function noSuchRoute(method: string, pathname: string): ApiError {
	if (routes.some((route) => matched(route.path, pathname))) {
		return new ApiError(405, {
			message:
				`Not allowed to ${method} on ${pathname}. ` +
				'(HINT: Perhaps you meant to use a different HTTP method?)',
			type: 'invalid_request_error',
			param: null,
			code: 'method_not_supported',
		});
	}
	return new ApiError(404, {
		message: `Invalid URL (${method} ${pathname})`,
		type: 'invalid_request_error',
		param: null,
		code: null,
	});
}
