import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What befalls the requests whose prompt has these words in it: a directive of the stand-in, by words. */
export type Mishaps = Readonly<Record<string, string>>;

/** A server in front of the stand-in. */
export interface MishapServer {
	/** The base URL, as the stand-in's. */
	url: string;
	close(): Promise<void>;
}

/**
 * Passes requests on to a stand-in and adds its directives to their prompts on the way, so that pictures of failures
 * show prompts as a user writes them. Forms are passed on as they are.
 * @param standInUrl its base URL
 */
export async function startMishaps(standInUrl: string, mishaps: Mishaps): Promise<MishapServer> {
	const { origin } = new URL(standInUrl);
	const server = createServer((request, response) => {
		void (async () => {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const type = request.headers['content-type'] ?? '';
			const body = type.startsWith('application/json')
				? befallen(Buffer.concat(chunks), mishaps)
				: Buffer.concat(chunks);
			const answer = await fetch(`${origin}${request.url}`, {
				method: request.method ?? 'GET',
				headers: { authorization: request.headers.authorization ?? '', 'content-type': type },
				...(body.length > 0 ? { body } : {}),
			});
			const bytes = Buffer.from(await answer.arrayBuffer());
			const own = [...answer.headers].filter(
				([name]) => !/^(content-length|connection|keep-alive)$/.test(name),
			);
			response.writeHead(answer.status, Object.fromEntries(own));
			response.end(bytes);
		})().catch(() => response.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(standInUrl).pathname}`,
		close: async () => {
			await new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
		},
	};
}

function befallen(json: Buffer, mishaps: Mishaps): Buffer {
	const body = JSON.parse(json.toString()) as { prompt?: unknown };
	const { prompt } = body;
	if (typeof prompt !== 'string') return json;
	const [, directive] = Object.entries(mishaps).find(([words]) => prompt.includes(words)) ?? [];
	return directive === undefined
		? json
		: Buffer.from(JSON.stringify({ ...body, prompt: `${prompt} ${directive}` }));
}
