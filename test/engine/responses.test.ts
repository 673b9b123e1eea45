import fc from 'fast-check';
import {
	apiErrorIn,
	errorFromBody,
	readErrorResponse,
	waitingTime,
} from '../../engine/responses/errorResponse';
import { readImagesResponse } from '../../engine/responses/imagesResponse';
import { IMAGES_API_KEYS, JsonImageReader, type FoundImage } from '../../engine/responses/jsonImages';
import { readUsage } from '../../engine/responses/usage';
import { pieces, PNG } from './world';

const bytes = (found: FoundImage) =>
	'bytes' in found ? found.bytes.toString('hex') : found.error.details.code;

function readCut(
	text: Buffer,
	cuts: number[],
): { images: Array<string | null | undefined>; document: unknown } {
	const reader = new JsonImageReader(IMAGES_API_KEYS);
	const images: Array<string | null | undefined> = [];
	const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
	let from = 0;
	for (const end of [...ends, text.length]) {
		images.push(...reader.push(text.subarray(from, end)).map(bytes));
		from = end;
	}
	return { images, document: reader.end() };
}

/** Base64 as servers write it: plain, escaped, as a data URL, without padding. */
const spelled = fc.constantFrom(
	(base64: string) => JSON.stringify(base64),
	(base64: string) => `"${base64.replace(/\//g, '\\/').replace(/\+/g, '\\u002b')}"`,
	(base64: string) => JSON.stringify(`data:image/png;base64,${base64}`),
	(base64: string) => `"${base64.replace(/=+$/, '')}"`,
	(base64: string) => `"${base64.replace(/(.{76})/g, '$1\\r\\n')}"`,
);

describe('the streaming decoder', () => {
	it('gives the same images and document however the answer is cut up', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.uint8Array({ maxLength: 400 }), spelled), { maxLength: 4 }),
				fc.string({ unit: 'grapheme' }),
				fc.boolean(),
				fc.array(fc.nat(5000), { maxLength: 12 }),
				(images, note, pretty, cuts) => {
					const data = images.map(
						([image, spell]) =>
							`{"revised_prompt":${JSON.stringify(note)},"b64_json"${pretty ? ' :\n ' : ':'}${spell(Buffer.from(image).toString('base64'))}}`,
					);
					const text = Buffer.from(
						`{"created":1,"note":${JSON.stringify(note)},"data":[${data.join(',')}],"x":{"b64_json":null}}`,
					);
					const read = readCut(text, cuts);
					expect(read.images).toEqual(images.map(([image]) => Buffer.from(image).toString('hex')));
					expect(read.document).toEqual({
						created: 1,
						note,
						data: images.map((_, index) => ({ revised_prompt: note, b64_json: String(index) })),
						x: { b64_json: null },
					});
				},
			),
			{ numRuns: 400 },
		);
	});

	it('cuts one answer at every single byte', () => {
		const image = Buffer.from(Array.from({ length: 50 }, (_, index) => (index * 37) % 256));
		const text = Buffer.from(
			`{"data":[{"b64_json":"${image.toString('base64').replace(/\//g, '\\/')}"},{"b64_json":"${PNG.toString('base64')}"}]}`,
		);
		for (let cut = 0; cut <= text.length; cut++) {
			expect(readCut(text, [cut]).images).toEqual([image.toString('hex'), PNG.toString('hex')]);
		}
	});

	it('refuses anything that is no base64, and reads on', () => {
		fc.assert(
			fc.property(
				fc.base64String({ minLength: 8 }),
				fc.nat(),
				fc.constantFrom('!', ' ', 'é', '=A', '\\x'),
				(base64, place, wrong) => {
					const at = place % (base64.replace(/=+$/, '').length - 1);
					const broken = base64.slice(0, at) + wrong + base64.slice(at);
					const text = Buffer.from(`{"data":[{"b64_json":"${broken}"},{"b64_json":"AAAA"}]}`);
					expect(readCut(text, [place]).images).toEqual(['invalid_base64', '000000']);
				},
			),
		);
	});

	it('says when an answer breaks off, and keeps the images before', () => {
		const text = Buffer.from(`{"data":[{"b64_json":"${PNG.toString('base64')}"},{"b64_json":"AAAA`);
		const reader = new JsonImageReader(IMAGES_API_KEYS);
		expect(reader.push(text).map(bytes)).toEqual([PNG.toString('hex')]);
		expect(() => reader.end()).toThrow(expect.objectContaining({ kind: 'interrupted' }));
	});

	it('does not hold more text than an answer of images has', () => {
		const reader = new JsonImageReader(IMAGES_API_KEYS);
		expect(() => {
			for (let count = 0; count < 20; count++) reader.push(Buffer.alloc(1024 * 1024, 'x'));
		}).toThrow(expect.objectContaining({ kind: 'invalid_response' }));
	});
});

describe('an answer of images', () => {
	const read = async (body: string, headers: Record<string, string> = {}) => {
		const images: FoundImage[] = [];
		const take = async (image: FoundImage) => {
			images.push(image);
			return await Promise.resolve();
		};
		const response = { status: 200, headers, body: pieces(Buffer.from(body), 7) };
		const answer = await readImagesResponse(response, {
			takers: { image: take, partial: take },
			redact: (text) => text,
			now: 0,
			expected: 1,
		});
		return { answer, images };
	};

	it('reads entries, what was served, and tokens', async () => {
		const { answer, images } = await read(
			JSON.stringify({
				data: [{ b64_json: 'AAAA', revised_prompt: 'better' }, { url: 'https://x.example/1.png' }],
				size: '1024x1024',
				quality: 'low',
				usage: {
					input_tokens: 30,
					input_tokens_details: { text_tokens: 10, image_tokens: 20 },
					output_tokens: 200,
					output_tokens_details: { image_tokens: 180, text_tokens: 20 },
				},
			}),
		);
		expect(images).toHaveLength(1);
		expect(answer).toEqual({
			entries: [
				{ image: 0, revisedPrompt: 'better' },
				{ url: 'https://x.example/1.png', revisedPrompt: null },
			],
			served: { size: '1024x1024', quality: 'low', background: null, output_format: null },
			usage: {
				inputTextTokens: 10,
				inputImageTokens: 20,
				cachedTextTokens: 0,
				cachedImageTokens: 0,
				outputTokens: 200,
				outputTextTokens: 20,
			},
			authors: [],
		});
	});

	it.each([
		['no image', '{"data":[]}', 'no_image'],
		['something else', '[]', 'no_image'],
		['null', 'null', 'no_image'],
		['an HTML page', '<html>Welcome</html>', 'invalid_json'],
		['nothing', '', 'invalid_json'],
	])('refuses %s', async (_, body, code) => {
		await expect(read(body)).rejects.toMatchObject({ kind: 'invalid_response', details: { code } });
	});

	it('takes an error that comes with status 200', async () => {
		await expect(read('{"error":{"message":"No.","code":"insufficient_quota"}}')).rejects.toMatchObject({
			kind: 'quota',
		});
	});

	it('makes no usage up', () => {
		expect(readUsage(undefined)).toBeNull();
		expect(readUsage({})).toBeNull();
		expect(readUsage({ output_tokens: '5' })).toBeNull();
		expect(readUsage({ input_tokens: 5, output_tokens: 9 })).toMatchObject({
			inputTextTokens: 5,
			outputTokens: 9,
		});
	});
});

describe('an error of the API', () => {
	const of = (status: number, error: object = {}, headers: Record<string, string> = {}) =>
		errorFromBody(error, { status, headers }, 0);

	it.each([
		[401, {}, 'authentication'],
		[402, {}, 'quota'],
		[403, {}, 'permission'],
		[404, {}, 'not_found'],
		[400, {}, 'invalid_request'],
		[408, {}, 'server_error'],
		[409, {}, 'server_error'],
		[429, {}, 'rate_limit'],
		[429, { code: 'rate_limit_exceeded' }, 'rate_limit'],
		[429, { code: 'insufficient_quota' }, 'quota'],
		[400, { code: 'billing_hard_limit_reached' }, 'quota'],
		[400, { code: 'moderation_blocked' }, 'moderation'],
		[500, {}, 'server_error'],
		[503, { code: 'slow_down' }, 'rate_limit'],
		[502, {}, 'server_error'],
		[302, {}, 'invalid_request'],
	])('HTTP %d %o is %s', (status, error, kind) => {
		expect(of(status, error).kind).toBe(kind);
	});

	it('never repeats what the server says of a key', async () => {
		expect(of(401, { message: 'Incorrect API key provided: sk-secret' }).message).not.toContain('sk-');
		const body = Buffer.from(
			'{"error":{"message":"with sk-secret","code":"sk-secret","moderation_details":{"a":["sk-secret"]}}}',
		);
		const redact = (text: string) => text.replaceAll('sk-secret', '[redacted]');
		const error = await readErrorResponse({ status: 400, headers: {}, body: pieces(body, 9) }, redact, 0);
		expect(error.message).toBe('with [redacted]');
		expect(JSON.stringify(error.details)).not.toContain('sk-secret');
	});

	it('reads text in place of an object, and no JSON at all', () => {
		expect(apiErrorIn('{"error":"out of memory"}')).toEqual({ message: 'out of memory' });
		expect(apiErrorIn('<html>')).toBeUndefined();
		expect(of(502, undefined).message).toContain('502');
	});

	it('names where a redirect points, without its path', () => {
		const { message } = of(301, undefined, { location: 'https://new.example/v1?token=abc' });
		expect(message).toContain('https://new.example');
		expect(message).not.toContain('token');
	});

	it.each([
		[{ 'retry-after-ms': '250' }, 250],
		[{ 'retry-after': '2' }, 2000],
		[{ 'retry-after': '0.5' }, 500],
		[{ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 4000],
		[{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
		[{ 'retry-after': 'soon' }, undefined],
		[{}, undefined],
	])('waits by %o', (headers: Record<string, string>, expected) => {
		expect(waitingTime(headers, 1000)).toBe(expected);
	});
});
