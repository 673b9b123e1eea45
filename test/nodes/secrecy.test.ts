import type { RequestListener } from 'node:http';
import type { ItemJson } from './generate';
import { errorOf, generate, KEY } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';
import table from './workflows/table.json';

const servers: HttpServer[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) server.close();
});

async function listening(answer: RequestListener): Promise<string> {
	const server = await startServer(answer);
	servers.push(server);
	return server.origin;
}

/** One item against such a server. `generate` looks for pieces of the key in all that n8n would keep of the run. */
async function itemFrom(answer: RequestListener): Promise<ItemJson> {
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox' }],
		standIn: { url: `${await listening(answer)}/v1` },
		onError: 'continueRegularOutput',
		parameters: { execution: { maxRetries: 0 } },
	});
	return json[0]!;
}

/** Refuses, and repeats the key somewhere. */
const repeating =
	(
		error: (key: string) => object,
		headers: (key: string) => Record<string, string> = () => ({}),
	): RequestListener =>
	(request, response) => {
		const key = String(request.headers.authorization).replace('Bearer ', '');
		response.writeHead(400, { 'content-type': 'application/json', ...headers(key) });
		response.end(JSON.stringify({ error: error(key) }));
	};

describe('a key that the server repeats does not get into the execution', () => {
	it.each<[string, RequestListener]>([
		['whole in the message', repeating((key) => ({ message: `Refused: Bearer ${key}` }))],
		[
			'with its middle left out',
			repeating((key) => ({ message: `Refused: ${key.slice(0, 8)}...${key.slice(-4)}` })),
		],
		[
			'with its middle starred out',
			repeating((key) => ({ message: `Refused: ${key.slice(0, 12)}******${key.slice(-8)}` })),
		],
		[
			'in code, type and param',
			repeating((key) => ({ message: 'Refused', code: key, type: key, param: key })),
		],
		[
			'in the id of the request',
			repeating(
				() => ({ message: 'Refused' }),
				(key) => ({ 'x-request-id': key }),
			),
		],
		[
			"in the moderation's details",
			repeating((key) => ({
				message: 'Refused',
				code: 'moderation_blocked',
				moderation_details: { categories: [key] },
			})),
		],
		[
			'in a page of HTML',
			(request, response) => {
				response.writeHead(400, { 'content-type': 'text/html' });
				response.end(`<h1>${request.headers.authorization}</h1>`);
			},
		],
	])('%s', async (_where, answer) => {
		expect(errorOf(await itemFrom(answer))).toMatchObject({ status: 400, attempts: 1 });
	});
});

it('a redirection is not followed: the key stays where it belongs', async () => {
	const seen: string[] = [];
	const target = await listening((request, response) => {
		seen.push(request.url ?? '');
		response.end('{}');
	});
	const item = await itemFrom((_request, response) => {
		response.writeHead(307, { location: `${target}/v1/images/generations?key=${KEY}` });
		response.end();
	});
	expect(errorOf(item)).toMatchObject({ status: 307, attempts: 1 });
	expect(errorOf(item).message).toContain(`redirects to ${target}`);
	expect(seen).toEqual([]);
});

it('an image that is answered as an address is fetched without the key', async () => {
	const seen: unknown[] = [];
	const files = await listening((request, response) => {
		seen.push({ path: request.url, headers: request.headers });
		response.writeHead(200, { 'content-type': 'image/svg+xml' });
		response.end('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"/>');
	});
	const item = await itemFrom((_request, response) => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ data: [{ url: `${files}/picture?signature=1` }] }));
	});
	expect(item.image).toMatchObject({ width: 8, height: 4, mime_type: 'image/svg+xml' });
	expect(seen).toEqual([expect.objectContaining({ path: '/picture?signature=1' })]);
	expect(JSON.stringify(seen)).not.toContain(KEY);
});

it.each([
	['a file on the disk', 'file:///etc/hostname'],
	['no address', 'nonsense'],
])('an image that is answered as %s is not fetched', async (_what, url) => {
	const item = await itemFrom((_request, response) => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ data: [{ url }] }));
	});
	expect(errorOf(item)).toMatchObject({ code: 'not_downloaded' });
	expect(errorOf(item).message).toMatch(/neither http nor https/);
});
