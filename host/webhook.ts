import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import busboy from 'busboy';

/** A form that was posted. */
export interface Post {
	/** By their names. */
	fields: Record<string, string>;
	files: Array<{ field: string; fileName: string | undefined; mimeType: string; bytes: Buffer }>;
}

/** A server on loopback that is posted to. */
export interface Webhook {
	url: string;
	/** In the order they came. */
	posts: Post[];
	close(): Promise<void>;
}

/** Starts a server that keeps every form and answers 200; 400 where it is sent no form. */
export async function startWebhook(): Promise<Webhook> {
	const posts: Post[] = [];
	const server = createServer((request, response) => {
		const answer = (status: number) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
		readForm(request).then(
			(post) => {
				posts.push(post);
				answer(200);
			},
			() => answer(400),
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pictures`,
		posts,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

/** The form that a request brings. @throws where it brings none */
export async function readForm(request: IncomingMessage): Promise<Post> {
	const form = busboy({ headers: request.headers });
	const fields: Post['fields'] = {};
	const files: Array<Promise<Post['files'][number]>> = [];
	form.on('field', (name, value) => (fields[name] = value));
	form.on('file', (field, stream, { filename, mimeType }) =>
		files.push(buffer(stream).then((bytes) => ({ field, fileName: filename, mimeType, bytes }))),
	);
	request.pipe(form);
	await once(form, 'close');
	return { fields, files: await Promise.all(files) };
}
