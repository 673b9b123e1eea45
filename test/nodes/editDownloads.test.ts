import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256 } from '../stand-in/harness';
import { edit, file } from './edit';
import type { ItemJson } from './generate';
import { errorOf, KEY } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';

/** Images that n8n fetches (Download URLs), and where the key may not go. */
let standIn: StandIn;
/** Another host, that keeps what it was asked with. */
let other: HttpServer;
let asked: Array<{ url: string; headers: IncomingHttpHeaders }> = [];
let photo: Buffer;

const source = (kind: string) => new URL(`/stand-in/sources/${kind}`, standIn.url).href;

beforeAll(async () => {
	standIn = await startStandIn();
	photo = await plain(120, 80, '#c33');
	other = await startServer((request, response) => {
		asked.push({ url: request.url!, headers: request.headers });
		request.resume();
		if (request.url === '/photo.png') {
			response.setHeader('content-type', 'image/png');
			response.end(photo);
			return;
		}
		response.writeHead(404, { 'content-type': 'text/html' });
		response.end('<p>Not here');
	});
});

afterAll(async () => {
	other.close();
	await standIn.close();
});

beforeEach(() => {
	standIn.reset();
	asked = [];
});

afterEach(() => expect(standIn.leaks).toBe(0));

/** The item of a bad address between two good ones, which come out as they would without it. */
async function refusalOf(url: string): Promise<ItemJson> {
	const { json } = await edit({
		rows: [source('photo.png'), url, source('photo.webp')].map((urls, index) => ({
			json: { source: 'url', download: true, urls, prompt: `Picture ${index}` },
		})),
		standIn,
	});
	expect(json).toHaveLength(3);
	for (const index of [0, 2]) expect(json[index]).toMatchObject({ image: { width: 816 }, endpoint: 'edits' });
	// Nothing was asked for, and nothing charged, for the bad one.
	expect(standIn.books.map(({ prompt }) => prompt).sort()).toEqual(['Picture 0', 'Picture 2']);
	expect(errorOf(json[1])).toMatchObject({ status: null, request_id: null, retryable: false });
	expect(json[1]!.cost).toBeUndefined();
	return json[1]!;
}

it('go as a form, named and typed by their bytes', async () => {
	const kinds = ['photo.png', 'photo.jpg', 'photo.webp'];
	const { json } = await edit({
		rows: [{ json: { source: 'url', download: true, urls: kinds.map(source) } }],
		standIn,
	});
	expect(json[0]!.error).toBeUndefined();
	const bytes = await Promise.all(
		kinds.map(async (kind) => Buffer.from(await (await fetch(source(kind))).arrayBuffer())),
	);
	expect(standIn.books[0]!.inputs).toMatchObject(
		[
			['image_1.png', 'image/png'],
			['image_2.jpg', 'image/jpeg'],
			['image_3.webp', 'image/webp'],
		].map(([fileName, contentType], index) => ({
			field: 'image[]',
			fileName,
			contentType,
			sha256: sha256(bytes[index]!),
			source: 'multipart',
		})),
	);
});

it.each([
	['a page that is missing', 'missing.png', /Address 1 \(.*missing\.png\) answers HTTP 404/],
	['a page of HTML', 'page.html', /Address 1 is no png, jpeg, webp or gif image/],
	['60 MB', 'huge.png', /Address 1 \(.*huge\.png\) has more than 50 MB\. Use a smaller image/],
	['60 MB of unknown length', 'huge.png?chunked=1', /has more than 50 MB/],
	['a redirect in a circle', 'redirect', /could not be fetched: .*redirect/i],
])('%s is refused', async (_what, kind, message) => {
	expect(errorOf(await refusalOf(source(kind))).message).toMatch(message);
});

it('an address where nobody listens is refused', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	const item = await refusalOf(`http://127.0.0.1:${port}/photo.png`);
	expect(errorOf(item)).toMatchObject({ code: 'not_downloaded' });
	expect(errorOf(item).message).toMatch(/Address 1 .* could not be fetched: .*refused/i);
});

it('a refusal says that no request was sent', async () => {
	expect(errorOf(await refusalOf(source('missing.png'))).attempts).toBe(0);
});

it('what an address holds as a secret is in no message', async () => {
	const url = new URL(`${other.origin}/gone.png?sig=Signature-q9`);
	url.username = 'someone';
	url.password = 'S3cretWord';
	const { message } = errorOf(await refusalOf(url.href));
	expect(message).toContain(`${other.origin}/gone.png`);
	expect(message).not.toMatch(/someone|S3cretWord|Signature-q9/);
});

it('a redirect to another host leads to what lies there, and is refused like it', async () => {
	const to = (path: string) => source(`redirect?to=${encodeURIComponent(`${other.origin}${path}`)}`);
	expect(errorOf(await refusalOf(to('/gone.png'))).message).toMatch(/answers HTTP 404/);
	expect(asked.map(({ url }) => url)).toEqual(['/gone.png']);
});

it('the key goes nowhere but to the API: not to the address, and not where it redirects to', async () => {
	const secret = 'gateway-secret-81';
	const { json } = await edit({
		rows: [
			`${other.origin}/photo.png`,
			source(`redirect?to=${encodeURIComponent(`${other.origin}/photo.png`)}`),
		].map((urls) => ({ json: { source: 'url', download: true, urls } })),
		standIn,
		credential: {
			organizationId: 'org-of-mine',
			customHeaders: { headers: [{ name: 'x-gateway', value: secret }] },
		},
	});
	expect(json.map(({ error }) => error)).toEqual([undefined, undefined]);
	expect(standIn.books.map(({ inputs }) => inputs![0]!.sha256)).toEqual([sha256(photo), sha256(photo)]);
	expect(asked).toHaveLength(2);
	for (const { headers } of asked) {
		const text = JSON.stringify(headers);
		expect(headers).not.toHaveProperty('authorization');
		for (const word of [KEY, 'org-of-mine', secret]) expect(text).not.toContain(word);
	}
});

it.each([301, 302, 303, 307, 308])('an API that redirects elsewhere (%i) is not followed', async (status) => {
	const moved = await startServer((request, response) => {
		request.resume();
		request.on('end', () => {
			response.writeHead(status, { location: `${other.origin}/v1/images/edits` });
			response.end();
		});
	});
	try {
		const { json } = await edit({ rows: [{ files: { data: file(photo) } }], standIn: { url: moved.origin } });
		expect(errorOf(json[0])).toMatchObject({ status, attempts: 1 });
		expect(asked).toEqual([]);
	} finally {
		moved.close();
	}
});
