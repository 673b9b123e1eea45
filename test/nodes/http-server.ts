import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
	/** `http://127.0.0.1:PORT` */
	origin: string;
	close(): void;
}

/** A server on loopback, for what the stand-in does not do. */
export async function startServer(answer: RequestListener): Promise<HttpServer> {
	const server = createServer(answer);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
