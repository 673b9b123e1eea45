import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import sharp from 'sharp';
import { startStandIn } from './stand-in';
import type { StandIn, StandInOptions } from './stand-in';
import { Models } from './stand-in/models';
import type { Quality } from './stand-in/models';
import { outputTokens, textTokens } from './stand-in/tokens';

const model = 'gpt-image-2.5-flare';
const running: StandIn[] = [];

afterEach(async () => {
	await Promise.all(running.splice(0).map((standIn) => standIn.close()));
});

async function start(options?: StandInOptions) {
	const standIn = await startStandIn(options);
	running.push(standIn);
	return { standIn, client: clientOf(standIn) };
}

function clientOf(standIn: StandIn, apiKey = standIn.key): OpenAI {
	return new OpenAI({ baseURL: standIn.url, apiKey, maxRetries: 0 });
}

/** A generation by plain fetch, for what the SDK hides. */
function post(standIn: StandIn, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${standIn.url}/images/generations`, {
		method: 'POST',
		headers: { authorization: `Bearer ${standIn.key}`, 'content-type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
}

/** Waits for something that is bound to happen soon, and fails where it does not. */
async function until(happened: () => boolean): Promise<void> {
	for (let looked = 0; !happened(); looked++) {
		if (looked === 1000) throw new Error('It did not happen');
		await sleep(5);
	}
}

function bytesOf(answer: OpenAI.ImagesResponse, index = 0): Buffer {
	const text = answer.data?.[index]?.b64_json;
	if (text === undefined) throw new Error(`No picture ${index}`);
	return Buffer.from(text, 'base64');
}

describe('pictures', () => {
	test.each([
		['png', '1024x1024'],
		['jpeg', '1536x1024'],
		['webp', '1024x1536'],
		['gif', '1024x640'],
		['svg', '1024x1024'],
	] as const)('%s of %s', async (format, size) => {
		const { client } = await start();
		const answer = await client.images.generate({ model, prompt: 'A fox', output_format: format, size });
		const { width, height, format: found } = await sharp(bytesOf(answer)).metadata();
		expect(`${width}x${height}`).toBe(size);
		expect(found).toBe(format);
		expect(answer).toMatchObject({ size, output_format: format, quality: 'medium', background: 'opaque' });
	});

	test('a transparent background is see-through at the corners and not in the middle', async () => {
		const { client } = await start();
		for (const format of ['png', 'webp'] as const) {
			const answer = await client.images.generate({
				model,
				prompt: 'A sticker',
				background: 'transparent',
				output_format: format,
			});
			const { data, info } = await sharp(bytesOf(answer)).raw().toBuffer({ resolveWithObject: true });
			const alpha = (x: number, y: number) => data[(y * info.width + x) * info.channels + 3];
			expect(info.channels).toBe(4);
			expect([alpha(0, 0), alpha(1023, 1023), alpha(512, 512)]).toEqual([0, 0, 255]);
			expect(answer.background).toBe('transparent');
		}
	});

	test('an opaque one has no alpha', async () => {
		const { client } = await start();
		const answer = await client.images.generate({ model, prompt: 'A fox' });
		expect((await sharp(bytesOf(answer)).metadata()).hasAlpha).toBe(false);
	});

	test('a gif moves, with the frames and the delay asked for', async () => {
		const { client } = await start();
		const answer = await client.images.generate({
			model,
			prompt: 'Waves',
			size: '1024x640',
			output_format: 'gif',
			frame_count: 3,
			frame_duration_ms: 123,
		});
		const bytes = bytesOf(answer);
		expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({
			pages: 3,
			delay: [120, 120, 120],
		});
		const frames = await Promise.all([0, 1].map((page) => sharp(bytes, { page }).raw().toBuffer()));
		expect(frames[0]?.equals(frames[1] ?? Buffer.alloc(0))).toBe(false);
	});

	test('compression makes it smaller', async () => {
		const { client } = await start();
		for (const format of ['jpeg', 'webp'] as const) {
			const make = async (compression: number) =>
				bytesOf(
					await client.images.generate({
						model,
						prompt: 'A harbour',
						output_format: format,
						output_compression: compression,
					}),
				).length;
			expect(await make(10)).toBeLessThan((await make(90)) / 2);
		}
	});

	test('each of n is another, and the same request draws the same', async () => {
		const { client } = await start();
		const [one, two] = [
			await client.images.generate({ model, prompt: 'A fox', n: 2 }),
			await client.images.generate({ model, prompt: 'A fox', n: 2 }),
		];
		expect(bytesOf(one, 0).equals(bytesOf(one, 1))).toBe(false);
		expect(bytesOf(one, 0).equals(bytesOf(two, 0))).toBe(true);
	});

	test('the prompt is on the picture, its directives are not', async () => {
		const { client } = await start();
		const draw = async (prompt: string) =>
			bytesOf(await client.images.generate({ model, prompt, output_format: 'svg' })).toString();
		expect(await draw('A & <b> [[delay 1]] "c"')).toContain('>A &amp; &lt;b&gt; &quot;c&quot;</tspan>');
		expect(await draw('A fox')).not.toContain('&amp;');
	});

	test('letters are white and in the lower part', async () => {
		const { client } = await start();
		const answer = await client.images.generate({ model, prompt: 'A red fox asleep in deep snow' });
		const white = async (top: number) => {
			const region = { left: 0, top, width: 1024, height: 300 };
			const pixels = await sharp(bytesOf(answer)).extract(region).raw().toBuffer();
			return pixels.filter((_, at) => at % 3 === 0 && pixels.readUIntBE(at, 3) === 0xffffff).length;
		};
		expect(await white(610)).toBeGreaterThan(10_000);
		expect(await white(0)).toBe(0);
	});

	test.each(['', '\u0000\ud800 lone', '日本の庭', '🦊'.repeat(400), 'x'.repeat(5000), '<b>&amp;</b>'])(
		'any prompt can be drawn: %#',
		async (odd) => {
			const { client } = await start();
			const answer = await client.images.generate({ model, prompt: ` ${odd}`, size: '480x1440' });
			expect((await sharp(bytesOf(answer)).metadata()).height).toBe(1440);
		},
	);

	test('are padded where it is asked, and can still be read', async () => {
		const { client } = await start({ imageBytes: 2_000_000 });
		for (const format of ['png', 'jpeg', 'webp', 'gif', 'svg'] as const) {
			const answer = await client.images.generate({
				model,
				prompt: 'Large',
				size: '1024x640',
				output_format: format,
				...(format === 'gif' ? { frame_count: 2 } : {}),
			});
			const bytes = bytesOf(answer);
			expect(Math.abs(bytes.length - 2_000_000)).toBeLessThan(10_000);
			const { info } = await sharp(bytes, { unlimited: true }).raw().toBuffer({ resolveWithObject: true });
			expect([info.width, info.height]).toEqual([1024, 640]);
		}
	});
});

describe('usage', () => {
	const models = new Models('compatible', '2026-11-21');
	const tokens = (id: string, quality: Quality, size: string, n = 1) => {
		const [width = 0, height = 0] = size.split('x').map(Number);
		return outputTokens(models.find(id)!, quality, width, height, n);
	};

	test.each([
		['gpt-image-2', 'high', '1024x1024', 7024],
		['gpt-image-2', 'high', '1536x1024', 5488],
		['gpt-image-2', 'high', '1792x1024', 5063],
		['gpt-image-2', 'high', '3584x2048', 12329],
		['gpt-image-2.5-flare', 'low', '1024x1024', 196],
		['gpt-image-2.5-flare', 'medium', '1024x1024', 439],
		['gpt-image-2.5-flare', 'high', '1024x1024', 1756],
		['gpt-image-2.5-sunburst', 'xhigh', '1024x1024', 3122],
		['gpt-image-2.5-sunburst', 'max', '1024x1024', 7024],
		['gpt-image-2.5-flare', 'low', '1536x1024', 158],
		['gpt-image-2.5-flare', 'high', '1536x1024', 1372],
		['gpt-image-2.5-flare', 'low', '2560x1440', 205],
		['gpt-image-2.5-flare', 'high', '2048x2048', 3568],
		['gpt-image-2.5-flare', 'high', '3840x2160', 3336],
		['gpt-image-2.5-flare', 'high', '2880x2880', 5930],
		// 16 patches by 10.5, which rounds to the even 10: by hand, not from OpenAI.
		['gpt-image-2.5-flare', 'low', '1024x672', 108],
		['gpt-image-2.6-flare', 'low', '1536x1024', 664],
		['gpt-image-2.6-sunburst', 'high', '1536x1024', 1353],
		['gpt-image-1.5', 'low', '1024x1024', 272],
		['gpt-image-1.5', 'medium', '1024x1536', 1584],
		['gpt-image-1', 'high', '1536x1024', 6208],
	] as const)('%s, %s, %s: %i tokens', (id, quality, size, expected) => {
		expect(tokens(id, quality, size)).toBe(expected);
	});

	test('of two images is rounded once', () => {
		expect(tokens('gpt-image-2.5-flare', 'low', '1024x1024', 2)).toBe(391);
	});

	test('of mini comes to the published price', () => {
		expect(tokens('gpt-image-1-mini', 'high', '1536x1024') * 8e-6).toBeCloseTo(0.052, 10);
	});

	test('text is a quarter of its bytes, rounded up', () => {
		expect([textTokens('abcd'), textTokens('abcde'), textTokens('äöü'), textTokens(' ')]).toEqual([
			1, 2, 2, 1,
		]);
	});

	test('is in the answer, times n, and its price in the books', async () => {
		const { client, standIn } = await start();
		const prompt = 'Twenty bytes of text';
		const answer = await client.images.generate({ model, prompt, n: 3, quality: 'high' });
		expect(answer.usage).toEqual({
			input_tokens: 15,
			input_tokens_details: { text_tokens: 15, image_tokens: 0 },
			output_tokens: 5268,
			output_tokens_details: { text_tokens: 0, image_tokens: 5268 },
			total_tokens: 5283,
		});
		// 15 at 5 and 5,268 at 30 dollars a million.
		expect(standIn.books[0]?.usd).toBe(0.158115);
	});

	test('of an svg has its author apart', async () => {
		const { client, standIn } = await start();
		const svg = { model: 'gpt-6-luna', reasoning: { effort: 'low' } } as const;
		const answer = await client.images.generate({ model, prompt: 'A logo', output_format: 'svg', svg });
		const written = Math.ceil(bytesOf(answer).length / 4);
		expect(answer.svg_usage).toEqual({
			model: 'gpt-6-luna',
			input_tokens: 1026,
			output_tokens: written + 256,
			reasoning_tokens: 256,
			total_tokens: 1282 + written,
		});
		const nano = 2 * 5_000 + 439 * 30_000 + 1026 * 100 + (written + 256) * 500;
		expect(standIn.books[0]?.usd).toBe(nano / 1e9);
	});
});

describe('parameters', () => {
	const good = { model, prompt: 'A fox' };

	test.each<[string, Record<string, unknown>, string, string]>([
		['no prompt', { prompt: undefined }, 'prompt', 'missing_required_parameter'],
		['prompt null', { prompt: null }, 'prompt', 'invalid_type'],
		['prompt empty', { prompt: '' }, 'prompt', 'empty_string'],
		['prompt too long', { prompt: 'x'.repeat(32_001) }, 'prompt', 'string_above_max_length'],
		['no model', { model: undefined }, 'model', 'missing_required_parameter'],
		['an unknown field', { colour: 'red' }, 'colour', 'unknown_parameter'],
		['response_format', { response_format: 'b64_json' }, 'response_format', 'unknown_parameter'],
		['response_format null', { response_format: null }, 'response_format', 'unknown_parameter'],
		['style', { style: 'vivid' }, 'style', 'unknown_parameter'],
		['input_fidelity', { input_fidelity: 'high' }, 'input_fidelity', 'unknown_parameter'],
		['complexity before 2.6', { complexity: 'low' }, 'complexity', 'unknown_parameter'],
		['n of 0', { n: 0 }, 'n', 'integer_below_min_value'],
		['n of 11', { n: 11 }, 'n', 'integer_above_max_value'],
		['n of one and a half', { n: 1.5 }, 'n', 'invalid_type'],
		['n as text', { n: '1' }, 'n', 'invalid_type'],
		['quality of dall-e', { quality: 'hd' }, 'quality', 'invalid_value'],
		['quality of 2.5 with 2', { model: 'gpt-image-2', quality: 'max' }, 'quality', 'invalid_value'],
		['size in words', { size: 'large' }, 'size', 'invalid_value'],
		['size as a number', { size: 1024 }, 'size', 'invalid_type'],
		['size not by 16', { size: '1000x1000' }, 'size', 'invalid_value'],
		['size too long', { size: '3856x2048' }, 'size', 'invalid_value'],
		['size too narrow', { size: '3840x1264' }, 'size', 'invalid_value'],
		['size too small', { size: '800x800' }, 'size', 'invalid_value'],
		['size too large', { size: '3008x3008' }, 'size', 'invalid_value'],
		['free size with 1.5', { model: 'gpt-image-1.5', size: '1600x1024' }, 'size', 'invalid_value'],
		['background', { background: 'white' }, 'background', 'invalid_value'],
		[
			'transparent with 2',
			{ model: 'gpt-image-2', background: 'transparent' },
			'background',
			'invalid_value',
		],
		['transparent jpeg', { background: 'transparent', output_format: 'jpeg' }, 'background', 'invalid_value'],
		['output_format', { output_format: 'bmp' }, 'output_format', 'invalid_value'],
		['compressed png', { output_compression: 80 }, 'output_compression', 'invalid_png_output_compression'],
		[
			'compressed gif',
			{ output_format: 'gif', output_compression: 80 },
			'output_compression',
			'invalid_value',
		],
		[
			'compression of 101',
			{ output_format: 'jpeg', output_compression: 101 },
			'output_compression',
			'integer_above_max_value',
		],
		['moderation', { moderation: 'high' }, 'moderation', 'invalid_value'],
		[
			'safety_identifier too long',
			{ safety_identifier: 'x'.repeat(129) },
			'safety_identifier',
			'string_above_max_length',
		],
		['frames of a png', { frame_count: 3 }, 'frame_count', 'invalid_value'],
		['one frame', { output_format: 'gif', frame_count: 1 }, 'frame_count', 'integer_below_min_value'],
		['17 frames', { output_format: 'gif', frame_count: 17 }, 'frame_count', 'integer_above_max_value'],
		['svg for a png', { svg: { model: 'gpt-6-luna' } }, 'svg', 'invalid_value'],
		['two svgs', { output_format: 'svg', n: 2 }, 'n', 'invalid_value'],
		['svg without a model', { output_format: 'svg', svg: {} }, 'svg.model', 'missing_required_parameter'],
		[
			'svg with an odd effort',
			{ output_format: 'svg', svg: { model: 'a', reasoning: { effort: 'huge' } } },
			'svg.reasoning.effort',
			'invalid_value',
		],
		['partial images without a stream', { partial_images: 2 }, 'partial_images', 'invalid_value'],
		['no directive', { prompt: 'A [[staus 500]]' }, 'prompt', 'invalid_value'],
		['a directive without its number', { prompt: 'A [[delay]]' }, 'prompt', 'invalid_value'],
	])('%s is refused', async (_, fields, param, code) => {
		const { standIn } = await start();
		const response = await post(standIn, { ...good, ...fields });
		expect({ status: response.status, body: await response.json() }).toEqual({
			status: 400,
			body: {
				error: { message: expect.any(String), type: expect.stringMatching(/_error$/), param, code },
			},
		});
		expect(standIn.books[0]).toMatchObject({ status: 400, usd: 0, images: 0 });
	});

	test('what a model has is accepted', async () => {
		const { client } = await start();
		for (const fields of [
			{ model: 'gpt-image-2.6-flare', complexity: 'high', quality: 'max', size: '816x816' },
			{ model: 'gpt-image-2', size: '2160x720', moderation: 'low', user: 'u' },
			{ model: 'gpt-image-1.5', size: '1024x1536', background: 'transparent' },
			{ model, n: null, size: null, quality: 'auto', stream: false, partial_images: 0 },
			{ model, output_compression: 100, safety_identifier: 'x'.repeat(128) },
		] as const) {
			const answer = await client.images.generate({ prompt: 'A fox', ...fields });
			expect(answer.data).toHaveLength(1);
		}
	});

	test('auto comes to something definite', async () => {
		const { client } = await start();
		const answer = await client.images.generate({
			model,
			prompt: 'A fox',
			size: 'auto',
			quality: 'auto',
			background: 'auto',
		});
		expect(answer).toMatchObject({ size: '1024x1024', quality: 'medium', background: 'opaque' });
	});

	test('a body that is no JSON, or is said to be none, is refused', async () => {
		const { standIn } = await start();
		const broken = await post(standIn, '{"model":');
		const odd = await post(standIn, JSON.stringify(good), { 'content-type': 'text/plain' });
		expect([broken.status, odd.status]).toEqual([400, 400]);
		expect(await odd.json()).toMatchObject({ error: { code: 'unsupported_content_type' } });
	});

	test('an endpoint that is not there, and a method', async () => {
		const { standIn, client } = await start();
		await expect(client.post('/images/variations', { body: good })).rejects.toBeInstanceOf(
			OpenAI.NotFoundError,
		);
		const headers = { authorization: `Bearer ${standIn.key}` };
		const response = await fetch(`${standIn.url}/images/generations`, { headers });
		expect(response.status).toBe(405);
	});
});

describe('models', () => {
	test('are listed with their end, the dead and the unborn left out', async () => {
		const { client } = await start();
		const { data } = await client.models.list();
		const ends = Object.fromEntries(data.map(({ id, shutdown_date: end }) => [id, end]));
		expect(ends).toMatchObject({
			'gpt-image-1.5': '2026-12-01',
			'gpt-image-2.5-flare': null,
			'gpt-image-2.6-sunburst': null,
			'gpt-6-luna': null,
		});
		expect(Object.keys(ends)).not.toEqual(expect.arrayContaining(['gpt-image-1']));
		expect(await client.models.retrieve('gpt-image-2')).toMatchObject({ id: 'gpt-image-2', object: 'model' });
		await expect(client.models.retrieve('dall-e-3')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
	});

	test.each(['dall-e-2', 'dall-e-3', 'gpt-image-1', 'gpt-6-luna', 'made-up'])(
		'%s makes no images',
		async (id) => {
			const { client } = await start();
			const failure = client.images.generate({ model: id, prompt: 'A fox' });
			await expect(failure).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
		},
	);

	test('live and die by the date', async () => {
		const before = await start({ today: '2026-10-22' });
		await before.client.images.generate({ model: 'gpt-image-1', prompt: 'A fox' });
		const young = before.client.images.generate({ model: 'gpt-image-2.6-flare', prompt: 'A fox' });
		await expect(young).rejects.toMatchObject({ status: 404 });
		const after = await start({ today: '2026-12-01' });
		const old = after.client.images.generate({ model: 'gpt-image-1-mini', prompt: 'A fox' });
		await expect(old).rejects.toMatchObject({ status: 404 });
	});

	test('retired and unknown ones work on a compatible server', async () => {
		const { client, standIn } = await start({ provider: 'compatible' });
		const small = await client.images.generate({ model: 'dall-e-2', prompt: 'A fox', size: '256x256', n: 2 });
		expect(small.usage).toBeUndefined();
		const fetched = await fetch(small.data?.[1]?.url ?? '');
		expect((await sharp(Buffer.from(await fetched.arrayBuffer())).metadata()).width).toBe(256);
		const large = await client.images.generate({
			model: 'dall-e-3',
			prompt: 'A fox',
			response_format: 'b64_json',
			quality: 'hd',
			size: '1792x1024',
			style: 'natural',
		});
		expect(large.data?.[0]?.revised_prompt).toBe('A fox');
		await client.post('/images/generations', {
			body: { model: 'flux-1', prompt: 'A fox', size: '500x300', cfg_scale: 7 },
		});
		expect(standIn.books.map(({ usd }) => usd)).toEqual([0.032, 0.12, 0]);
		const two = client.images.generate({ model: 'dall-e-3', prompt: 'A fox', n: 2 });
		await expect(two).rejects.toMatchObject({ code: 'integer_above_max_value' });
	});
});

describe('keys', () => {
	test('none, and a wrong one, whose masked piece comes back', async () => {
		const { standIn } = await start();
		const none = await post(standIn, { model, prompt: 'A fox' }, { authorization: '' });
		expect([none.status, await none.json()]).toMatchObject([401, { error: { code: null } }]);
		const wrong = clientOf(standIn, 'sk-wrong-and-secret-1234').models.list();
		await expect(wrong).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
		await expect(wrong).rejects.toMatchObject({
			code: 'invalid_api_key',
			message: expect.stringMatching(/provided: sk-wrong\*{12}1234\. You can find/),
		});
	});

	test('one that may not, and one in a header of its own', async () => {
		const { standIn } = await start();
		const forbidden = clientOf(standIn, 'sk-stand-in-forbidden').models.list();
		await expect(forbidden).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
		const azure = await fetch(`${standIn.url}/models`, { headers: { 'api-key': 'sk-stand-in-azure' } });
		expect(azure.status).toBe(200);
	});

	test('a quota that is used up, at once or after some images, however many are asked for at once', async () => {
		const { standIn } = await start({ delayMs: 20 });
		const empty = clientOf(standIn, 'sk-stand-in-quota').images.generate({ model, prompt: 'A fox' });
		await expect(empty).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' });
		const client = clientOf(standIn, 'sk-stand-in-quota-after-3');
		const ask = () => client.images.generate({ model, prompt: 'A fox', size: '816x816' });
		const results = await Promise.allSettled(Array.from({ length: 5 }, ask));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
		await expect(ask()).rejects.toMatchObject({ code: 'insufficient_quota' });
	});
});

describe('directives', () => {
	const ask = async (prompt: string, fields: Record<string, unknown> = {}) => {
		const { standIn, client } = await start();
		const make = () => client.images.generate({ model, prompt, size: '816x816', ...fields });
		return { standIn, make };
	};

	test('status, for as many attempts as it says', async () => {
		const { make, standIn } = await ask('A fox [[status 500 x2]]');
		await expect(make()).rejects.toBeInstanceOf(OpenAI.InternalServerError);
		await expect(make()).rejects.toMatchObject({ status: 500, requestID: expect.stringMatching(/^req_/) });
		await make();
		expect(standIn.books.map(({ attempt, status }) => [attempt, status])).toEqual([
			[1, 500],
			[2, 500],
			[3, 200],
		]);
	});

	test('the first of several that still holds decides', async () => {
		const { make } = await ask('A fox [[rate-limit x1]] [[status 503 x2]]');
		await expect(make()).rejects.toMatchObject({ status: 429 });
		await expect(make()).rejects.toMatchObject({ status: 503 });
		await make();
	});

	test('html', async () => {
		const { standIn } = await start();
		const response = await post(standIn, { model, prompt: '[[html 502]]' });
		expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
		expect(await response.text()).toContain('<h1>502</h1>');
	});

	test.each([
		['[[rate-limit]]', null, null],
		['[[rate-limit 2]]', '2', null],
		['[[rate-limit 0.2 x1]]', null, '200'],
	])('%s', async (prompt, seconds, milliseconds) => {
		const { standIn } = await start();
		const response = await post(standIn, { model, prompt });
		expect(response.status).toBe(429);
		expect(await response.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
		expect(response.headers.get('retry-after')).toBe(seconds);
		expect(response.headers.get('retry-after-ms')).toBe(milliseconds);
	});

	test('quota and moderation', async () => {
		const { standIn } = await start();
		const quota = await post(standIn, { model, prompt: '[[quota]]' });
		expect([quota.status, await quota.json()]).toMatchObject([
			429,
			{ error: { code: 'insufficient_quota' } },
		]);
		const moderation = await post(standIn, { model, prompt: '[[moderation]]' });
		expect(await moderation.json()).toMatchObject({
			error: {
				code: 'moderation_blocked',
				moderation_details: { moderation_stage: 'input', categories: ['other'] },
				message: expect.stringContaining(moderation.headers.get('x-request-id') ?? 'none'),
			},
		});
	});

	test('reset: no answer, no charge', async () => {
		const { make, standIn } = await ask('A fox [[reset x1]]');
		await expect(make()).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
		expect(standIn.books[0]).toMatchObject({ status: 0, usd: 0, aborted: false });
		await make();
	});

	test.each([1, 2, 5])('cut, of %i: the first of several is whole', async (n) => {
		const { standIn } = await start();
		const response = await post(standIn, { model, prompt: 'A fox [[cut]]', n, size: '816x816' });
		const promised = Number(response.headers.get('content-length'));
		let text = '';
		const read = async () => {
			for await (const piece of response.body!) text += Buffer.from(piece).toString();
		};
		await expect(read()).rejects.toThrow();
		expect(text.length).toBeGreaterThanOrEqual(Math.floor(promised / 2));
		expect(text.length).toBeLessThan(promised);
		const first = /"b64_json":"([^"]+)"\}/.exec(text)?.[1];
		if (n === 1) expect(first).toBeUndefined();
		else expect((await sharp(Buffer.from(first ?? '', 'base64')).stats()).isOpaque).toBe(true);
		expect(standIn.books[0]).toMatchObject({ status: 200, images: n });
		expect(standIn.books[0]?.usd).toBeGreaterThan(0);
	});

	test('empty, not-base64, not-an-image, no-usage', async () => {
		const { standIn, client } = await start();
		const make = (directive: string) =>
			client.images.generate({ model, prompt: `A fox [[${directive}]]`, size: '816x816' });
		expect((await make('empty')).data).toEqual([]);
		expect((await make('not-base64')).data?.[0]?.b64_json).toMatch(/[^A-Za-z0-9+/=]/);
		expect(bytesOf(await make('not-an-image')).toString()).toContain('not an image');
		const bare = await make('no-usage');
		expect(bare.usage).toBeUndefined();
		expect(bytesOf(bare).subarray(1, 4).toString()).toBe('PNG');
		expect(standIn.books.map(({ images }) => images)).toEqual([0, 1, 1, 1]);
		expect(standIn.books.every(({ usd }) => usd > 0)).toBe(true);
	});

	test('url: the picture is to be had there, but not with a key', async () => {
		const { make, standIn } = await ask('A fox [[url]]', { output_format: 'webp' });
		const [image] = (await make()).data ?? [];
		expect(image?.b64_json).toBeUndefined();
		const url = image?.url ?? '';
		const response = await fetch(url);
		expect(response.headers.get('content-type')).toBe('image/webp');
		expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBe(816);
		for (const [name, value] of [
			['authorization', `Bearer ${standIn.key}`],
			['api-key', standIn.key],
		] as const) {
			expect((await fetch(url, { headers: { [name]: value } })).status).toBe(400);
		}
		expect((await fetch(`${url}x`)).status).toBe(404);
	});

	test('chunked, pretty, escaped and data-url are other ways to write the same', async () => {
		const { standIn } = await start({ imageBytes: 30_000 });
		const text = async (directive: string) => {
			const response = await post(standIn, {
				model,
				prompt: `A fox [[${directive}]]`,
				output_format: 'jpeg',
				output_compression: 20,
				size: '816x816',
			});
			return { response, text: await response.text() };
		};
		const image = (json: string) => (JSON.parse(json) as OpenAI.ImagesResponse).data?.[0]?.b64_json ?? '';
		const plain = image((await text('delay 0')).text);

		const chunked = await text('chunked 100');
		expect(chunked.response.headers.get('content-length')).toBeNull();
		expect(chunked.response.headers.get('transfer-encoding')).toBe('chunked');
		expect(image(chunked.text)).toBe(plain);

		const pretty = await text('pretty');
		expect(pretty.text).toMatch(/^\{\n {2}"created"/);
		expect(image(pretty.text)).toBe(plain);

		const escaped = await text('escaped');
		expect(escaped.text).toMatch(/[A-Za-z0-9]\\\//);
		expect(escaped.text).toMatch(/\\u002B/);
		expect(escaped.text).not.toMatch(/\+|[^\\]\//);
		expect(image(escaped.text)).toBe(plain);

		expect(image((await text('data-url')).text)).toBe(`data:image/jpeg;base64,${plain}`);
	});

	test('delay overrides the time the stand-in was told to take', async () => {
		const { client, standIn } = await start({ delayMs: 60_000 });
		await client.images.generate({ model, prompt: 'A fox [[delay 120]]', size: '816x816' });
		const [entry] = standIn.books;
		expect((entry?.endedAt ?? 0) - (entry?.startedAt ?? 0)).toBeGreaterThanOrEqual(115);
	});
});

describe('time, pace and books', () => {
	test('the time an answer takes may depend on the request', async () => {
		const asked: unknown[] = [];
		const { client, standIn } = await start({
			delayMs: (request) => {
				asked.push(request);
				return request.index === 0 ? 150 : 0;
			},
		});
		await client.images.generate({ model, prompt: 'One', size: '816x816' });
		await client.images.generate({ model, prompt: 'Two', size: '816x816' });
		expect(asked).toEqual([
			{ prompt: 'One', model, index: 0 },
			{ prompt: 'Two', model, index: 1 },
		]);
		const [one] = standIn.books;
		expect((one?.endedAt ?? 0) - (one?.startedAt ?? 0)).toBeGreaterThanOrEqual(145);
	});

	test('images per minute: each of n counts, and who waits as told gets through', async () => {
		const { standIn } = await start({ imagesPerMinute: 4, minuteMs: 800 });
		const ask = (n: number) => post(standIn, { model, prompt: 'A fox', size: '816x816', n });
		const first = await ask(4);
		expect(first.status).toBe(200);
		expect(first.headers.get('x-ratelimit-limit-input-images')).toBe('4');
		expect(first.headers.get('x-ratelimit-remaining-input-images')).toBe('0');
		const second = await ask(4);
		expect(second.status).toBe(429);
		expect(await second.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
		expect(second.headers.get('retry-after')).toBe('1');
		await sleep(Number(second.headers.get('retry-after-ms')) + 5);
		expect((await ask(4)).status).toBe(200);
		const other = await post(standIn, { model: 'gpt-image-2', prompt: 'A fox', size: '816x816' });
		expect(other.status).toBe(200);
	});

	test('more at once than a minute has never succeeds, and no waiting is promised', async () => {
		const { standIn } = await start({ imagesPerMinute: 2, minuteMs: 50 });
		const response = await post(standIn, { model, prompt: 'A fox', n: 3 });
		expect(response.status).toBe(429);
		expect(response.headers.get('retry-after')).toBeNull();
		expect(await response.json()).toMatchObject({
			error: { message: expect.stringMatching(/too large.*Limit 2, Requested 3/) },
		});
	});

	test('the most at once is counted', async () => {
		const { client, standIn } = await start({ delayMs: 100 });
		const ask = (index: number) => client.images.generate({ model, prompt: `Fox ${index}`, size: '816x816' });
		const lane = async (from: number) => {
			for (let index = from; index < from + 3; index++) await ask(index);
		};
		await Promise.all([lane(0), lane(10), lane(20)]);
		expect([standIn.maxInFlight, standIn.inFlight, standIn.books.length]).toEqual([3, 0, 9]);
	});

	test('a client that goes away is not charged', async () => {
		const { client, standIn } = await start({ delayMs: 10_000 });
		const gone = new AbortController();
		const asked = client.images.generate({ model, prompt: 'A fox' }, { signal: gone.signal });
		await until(() => standIn.inFlight === 1);
		gone.abort();
		await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
		await until(() => standIn.inFlight === 0);
		expect(standIn.books).toMatchObject([{ aborted: true, status: 0, usd: 0, images: 0 }]);
	});

	test('an entry has all but the key', async () => {
		const { client, standIn } = await start();
		const body = { model, prompt: 'A fox', n: 2, size: '816x816' } as const;
		await client.images.generate(body, { headers: { 'X-Mine': 'yes', 'api-key': standIn.key } });
		const [entry] = standIn.books;
		expect(entry).toMatchObject({
			endpoint: '/v1/images/generations',
			model,
			prompt: 'A fox',
			n: 2,
			status: 200,
			images: 2,
			aborted: false,
			attempt: 1,
			body,
			headers: { 'x-mine': 'yes' },
		});
		expect(JSON.stringify(entry)).not.toContain(standIn.key);
	});

	test('are open to other processes, which can have them cleared', async () => {
		const { client, standIn } = await start();
		await client.images.generate({ model, prompt: 'A fox', size: '816x816', n: 2 });
		const books = new URL('/stand-in/books', standIn.url);
		expect(await (await fetch(books)).json()).toEqual({
			entries: standIn.books,
			maxInFlight: 1,
			totalUsd: standIn.books[0]?.usd,
			totalImages: 2,
		});
		await fetch(new URL('/stand-in/reset', standIn.url), { method: 'POST' });
		expect(await (await fetch(books)).json()).toEqual({
			entries: [],
			maxInFlight: 0,
			totalUsd: 0,
			totalImages: 0,
		});
		expect(standIn.books).toEqual([]);
	});

	test('every answer has an id and a time of its own', async () => {
		const { standIn } = await start();
		const headers = { authorization: `Bearer ${standIn.key}` };
		const answers = await Promise.all([1, 2].map(() => fetch(`${standIn.url}/models`, { headers })));
		const ids = answers.map((answer) => answer.headers.get('x-request-id'));
		expect(ids[0]).toMatch(/^req_[0-9a-f]{32}$/);
		expect(ids[0]).not.toBe(ids[1]);
		expect(answers[0]?.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
	});
});

describe('by hand', () => {
	const command = ['--import', 'tsx', join(__dirname, 'stand-in/cli.ts')];

	test('says where it is and what key to use', async () => {
		const child = spawn(process.execPath, [...command, '--port', '0', '--delay', '0']);
		const lines = createInterface({ input: child.stdout });
		const said: Record<string, string> = {};
		for await (const line of lines) {
			const [, name, value] = /^ {2}(.+?) {2,}(\S+)$/.exec(line) ?? [];
			if (name && value) said[name] = value;
			if (line.startsWith('Ctrl+C')) break;
		}
		const client = new OpenAI({ baseURL: said['base URL'], apiKey: said['API key'], maxRetries: 0 });
		expect((await client.models.list()).data.length).toBeGreaterThan(5);
		child.kill('SIGTERM');
		expect(await once(child, 'exit')).toEqual([0, null]);
	});

	test('refuses what it does not understand', async () => {
		const run = promisify(execFile)(process.execPath, [...command, '--delay', 'long']);
		await expect(run).rejects.toMatchObject({
			code: 2,
			stderr: expect.stringContaining("--delay takes a whole number, not 'long'."),
		});
	});
});
