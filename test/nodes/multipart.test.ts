import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import FormData from 'form-data';
import type { IDataObject } from 'n8n-workflow';
import { pad } from '../stand-in/drawing/padding';
import { plain, withHole } from '../stand-in/harness';
import { edit, file, variation } from './edit';
import { errorOf } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';

/** The bytes on the wire, held against those of the `form-data` package, an encoder of multipart of its own. */
let server: HttpServer;
let received: Array<{ headers: IncomingHttpHeaders; body: Buffer; chunked: boolean }> = [];

beforeAll(async () => {
	server = await startServer((request, response) => {
		void buffer(request).then((body) => {
			received.push({
				headers: request.headers,
				body,
				chunked: request.headers['transfer-encoding'] !== undefined,
			});
			response.writeHead(418, { 'content-type': 'application/json' });
			response.end('{"error":{"message":"Recorded"}}');
		});
	});
});

afterAll(() => server.close());

beforeEach(() => {
	received = [];
});

interface Part {
	/** Names in lower case. */
	headers: Record<string, string>;
	bytes: Buffer;
}

/** Takes a multipart body apart. @throws Error where it is not framed to the byte */
function partsOf(body: Buffer, boundary: string): Part[] {
	const end = Buffer.from(`\r\n--${boundary}`);
	const rest = Buffer.concat([Buffer.from('\r\n'), body]);
	const parts: Part[] = [];
	let at = rest.indexOf(end);
	if (at !== 0) throw new Error('The body does not begin with its boundary');
	for (;;) {
		at += end.length;
		const after = rest.subarray(at, at + 2).toString();
		if (after === '--') {
			const tail = rest.subarray(at + 2).toString();
			// The line break after the last boundary is optional (RFC 2046, 5.1.1).
			if (tail !== '' && tail !== '\r\n') throw new Error(`Something follows the last part: ${tail}`);
			return parts;
		}
		if (after !== '\r\n') throw new Error('A boundary is not on a line of its own');
		const next = rest.indexOf(end, at);
		if (next === -1) throw new Error('The last boundary is missing');
		parts.push(partOf(rest.subarray(at + 2, next)));
		at = next;
	}
}

function partOf(raw: Buffer): Part {
	const blank = raw.indexOf('\r\n\r\n');
	const lines = raw.subarray(0, blank).toString().split('\r\n');
	const headers = lines.map((line) => {
		const colon = line.indexOf(': ');
		// Names of headers are of either case (RFC 9110, 5.1).
		return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const;
	});
	return { headers: Object.fromEntries(headers), bytes: raw.subarray(blank + 4) };
}

function only<T>(values: T[]): T {
	expect(values).toHaveLength(1);
	return values[0]!;
}

/**
 * Compares what was received with what `form-data` makes of the same parts under the same boundary.
 *
 * Tolerated, because parsers do not tell them apart: the case of header names, their order within a part, and whether a
 * line break follows the last boundary. Everything else is compared as it is: order of the parts, every header, every byte.
 */
function expectFormData(
	parts: Array<[name: string, value: string | Buffer, fileName?: string, type?: string]>,
) {
	const { headers, body, chunked } = only(received);
	const boundary = /^multipart\/form-data; boundary=([^\s;"]+)$/.exec(headers['content-type']!)?.[1] ?? '';
	expect(boundary).not.toBe('');

	const form = new FormData();
	form.setBoundary(boundary);
	for (const [name, value, filename, contentType] of parts) {
		form.append(name, value, filename === undefined ? {} : { filename, contentType: contentType! });
	}
	const expected = partsOf(form.getBuffer(), boundary);
	const sent = partsOf(body, boundary);
	expect(sent.map((part) => part.headers)).toEqual(expected.map((part) => part.headers));
	for (const [index, part] of sent.entries()) {
		expect(part.bytes.equals(expected[index]!.bytes)).toBe(true);
	}

	// Some servers refuse a body whose length they are not told.
	expect(headers['content-length']).toBe(String(body.length));
	expect(chunked).toBe(false);
}

const standIn = () => ({ url: server.origin });
const recorded = (json: IDataObject[]) =>
	expect(json[0]).toMatchObject({ error: { status: 418, attempts: 1 } });

it('one image', async () => {
	const png = await plain(64, 48, '#c33');
	const { json } = await edit({ rows: [{ files: { data: file(png) } }], standIn: standIn() });
	recorded(json);
	expectFormData([
		['model', 'gpt-image-2.5-flare'],
		['prompt', 'Make it night'],
		['size', '816x816'],
		['quality', 'low'],
		['image', png, 'image_1.png', 'image/png'],
	]);
});

it('several images, a mask, and every kind of field', async () => {
	const png = await plain(64, 48, '#c33');
	const jpeg = await plain(64, 48, '#3c3', 'jpeg');
	const webp = await plain(64, 48, '#33c', 'webp');
	const mask = await withHole(64, 48, '#000', { left: 4, top: 4, width: 20, height: 20 });
	const { json } = await edit({
		rows: [
			{
				files: {
					data: file(png),
					data_1: file(jpeg, 'jpeg'),
					data_2: file(webp, 'webp'),
					hole: file(mask),
				},
				json: {
					names: 'data*',
					mask: 'hole',
					prompt: 'A "quoted" prompt; with = and & and % and 🦊',
					n: 3,
					output_format: 'webp',
					output_compression: 0,
					additional: { user: 'me', flag: false, list: [1, 'two'] },
				},
			},
		],
		standIn: standIn(),
	});
	recorded(json);
	expectFormData([
		['model', 'gpt-image-2.5-flare'],
		['prompt', 'A "quoted" prompt; with = and & and % and 🦊'],
		['n', '3'],
		['size', '816x816'],
		['quality', 'low'],
		['output_format', 'webp'],
		['output_compression', '0'],
		['user', 'me'],
		['flag', 'false'],
		['list', '[1,"two"]'],
		['image[]', png, 'image_1.png', 'image/png'],
		['image[]', jpeg, 'image_2.jpg', 'image/jpeg'],
		['image[]', webp, 'image_3.webp', 'image/webp'],
		['mask', mask, 'mask.png', 'image/png'],
	]);
});

it('a prompt of several lines: each line break as a form has it', async () => {
	const png = await plain(64, 48, '#c33');
	const prompt = 'First line\nsecond line\r\nthird line';
	await edit({ rows: [{ files: { data: file(png) }, json: { prompt } }], standIn: standIn() });
	expectFormData([
		['model', 'gpt-image-2.5-flare'],
		// Browsers, the SDK and n8n write every line break of a field as CRLF (WHATWG HTML, 4.10.21.8); form-data does not.
		['prompt', 'First line\r\nsecond line\r\nthird line'],
		['size', '816x816'],
		['quality', 'low'],
		['image', png, 'image_1.png', 'image/png'],
	]);
});

it('an image of 20 MB with line breaks and dashes in its bytes', async () => {
	const filled = Buffer.concat(
		Array.from({ length: 50_000 }, () => Buffer.from('\r\n--\r\n----axios\r\n\0\xff')),
	);
	const png = Buffer.concat([pad(await plain(64, 48, '#c33'), 'png', 20_000_000), filled]);
	const { json } = await edit({ rows: [{ files: { data: file(png) } }], standIn: standIn() });
	recorded(json);
	expectFormData([
		['model', 'gpt-image-2.5-flare'],
		['prompt', 'Make it night'],
		['size', '816x816'],
		['quality', 'low'],
		['image', png, 'image_1.png', 'image/png'],
	]);
});

it("the old endpoint's", async () => {
	const png = await plain(64, 64, '#c33');
	const { json } = await variation({
		rows: [
			{
				files: { data: file(png) },
				json: { endpoint: 'variations', model: 'dall-e-2', size: '256x256', quality: '', n: 2 },
			},
		],
		standIn: standIn(),
		credential: { provider: 'compatible' },
	});
	expect(errorOf(json[0]).status).toBe(418);
	expectFormData([
		['model', 'dall-e-2'],
		['n', '2'],
		['response_format', 'b64_json'],
		['size', '256x256'],
		['image', png, 'image_1.png', 'image/png'],
	]);
});
