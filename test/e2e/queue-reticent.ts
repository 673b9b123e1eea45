import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A server in front of the stand-in that does not tell its limit. */
export interface Reticent {
	/** The base URL, as the stand-in's. */
	url: string;
	close(): Promise<void>;
}

/**
 * Passes requests on to a stand-in, and its answers back without what they say of a limit: no `x-ratelimit-*`, no
 * `retry-after`, and a 429 that says that there were too many.
 * @param standInUrl its base URL
 */
export async function startReticent(standInUrl: string): Promise<Reticent> {
	const { origin, pathname } = new URL(standInUrl);
	const server = createServer((request, response) => {
		void (async () => {
			const answer = await fetch(`${origin}${request.url}`, {
				method: request.method ?? 'GET',
				headers: passedOn(request.headers),
				body: await buffer(request),
			});
			const body =
				answer.status === 429
					? JSON.stringify({
							error: { message: 'Too many requests.', type: 'requests', code: null, param: null },
						})
					: Buffer.from(await answer.arrayBuffer());
			response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
		})().catch(() => response.destroy());
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
	const { authorization = '', 'content-type': contentType = 'application/json' } = headers;
	return { authorization, 'content-type': contentType };
}
