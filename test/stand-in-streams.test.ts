import OpenAI from 'openai';
import type { ImageGenStreamEvent } from 'openai/resources/images';
import sharp from 'sharp';
import {
	blob,
	bytesOf,
	collect,
	distance,
	form,
	framed,
	pixel,
	plain,
	png,
	readAll,
	until,
	useStandIns,
	usual,
} from './stand-in/harness';
import type { Parts, Refusal } from './stand-in/harness';

const { model, size } = usual;
const start = useStandIns();
const good = { model, size, prompt: 'A fox', stream: true } as const;

const decoded = (event: ImageGenStreamEvent | OpenAI.ImageEditStreamEvent | undefined) =>
	Buffer.from(event?.b64_json ?? '', 'base64');

describe('a generation', () => {
	test.each(['png', 'jpeg', 'webp'] as const)('in %s, read by the SDK', async (format) => {
		const { client, standIn } = await start();
		const stream = await client.images.generate({ ...good, output_format: format, partial_images: 2 });
		const events = await collect(stream);
		const fields = { size, quality: 'medium', background: 'opaque', output_format: format };
		const created = { created_at: expect.any(Number), b64_json: expect.any(String) };
		expect(events).toEqual([
			{ type: 'image_generation.partial_image', partial_image_index: 0, ...fields, ...created },
			{ type: 'image_generation.partial_image', partial_image_index: 1, ...fields, ...created },
			{ type: 'image_generation.completed', usage: expect.any(Object), ...fields, ...created },
		]);
		const metadata = await Promise.all(events.map((event) => sharp(decoded(event)).metadata()));
		for (const found of metadata) expect(found).toMatchObject({ format, width: 816, height: 816 });
		expect(standIn.books).toMatchObject([{ status: 200, images: 1, n: 1, aborted: false }]);
		expect(standIn.inFlight).toBe(0);
	});

	test('partial pictures become the picture from above, and are plainly not it', async () => {
		const { client } = await start();
		const events = await collect(await client.images.generate({ ...good, partial_images: 3 }));
		const final = decoded(events[3]);
		// How many rows from the top are as in the end, found in steps of 8.
		const sameRows = async (image: Buffer) => {
			const [one, other] = await Promise.all([image, final].map((bytes) => sharp(bytes).raw().toBuffer()));
			const row = 816 * 3;
			let y = 0;
			while (y < 816 && one?.subarray(0, y * row).equals(other?.subarray(0, y * row) ?? Buffer.alloc(0)))
				y += 8;
			return y - 8;
		};
		const rows = await Promise.all(events.slice(0, 3).map((event) => sameRows(decoded(event))));
		expect(rows).toEqual([200, 408, 608]);
		for (const event of events.slice(0, 3)) {
			const { channels } = await sharp(decoded(event)).stats();
			expect(channels).toHaveLength(3);
			// White letters stand in the final one's lower part only.
			const white = async (image: Buffer) => {
				const region = { left: 0, top: 640, width: 816, height: 160 };
				const pixels = await sharp(image).extract(region).raw().toBuffer();
				return pixels.filter((_, at) => at % 3 === 0 && pixels.readUIntBE(at, 3) === 0xffffff).length;
			};
			expect(await white(decoded(event))).toBeLessThan((await white(final)) / 2);
		}
	});

	test('a transparent one stays see-through on its way', async () => {
		const { client } = await start();
		const [partial] = await collect(
			await client.images.generate({ ...good, background: 'transparent', partial_images: 1 }),
		);
		expect(await pixel(decoded(partial), 0, 0)).toHaveLength(4);
		expect((await pixel(decoded(partial), 0, 0))[3]).toBe(0);
	});

	test('the final picture is the one that comes without a stream', async () => {
		const { client } = await start();
		const { stream: _, ...whole } = good;
		const expected = bytesOf(await client.images.generate(whole));
		for (const partials of [0, 1]) {
			const events = await collect(await client.images.generate({ ...good, partial_images: partials }));
			expect(events).toHaveLength(partials + 1);
			const [one, other] = await Promise.all(
				[decoded(events.at(-1)), expected].map((bytes) => sharp(bytes).raw().toBuffer()),
			);
			expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
		}
	});

	test('each partial picture costs 100 output tokens', async () => {
		const { client, standIn } = await start();
		const outputs: unknown[] = [];
		for (const partials of [0, 1, 3]) {
			const events = await collect(await client.images.generate({ ...good, partial_images: partials }));
			const last = events.at(-1);
			outputs.push(last?.type === 'image_generation.completed' && last.usage.output_tokens);
			expect(last).toMatchObject({ usage: { input_tokens: 2 } });
		}
		const [none = 0, one, three] = outputs as number[];
		expect([one, three]).toEqual([none + 100, none + 300]);
		const usd = standIn.books.map((entry) => Math.round(entry.usd * 1e9));
		expect(usd).toEqual([none, none + 100, none + 300].map((tokens) => 2 * 5_000 + tokens * 30_000));
	});

	test('events are written as OpenAI writes them', async () => {
		const { post } = await start();
		const response = await post('/images/generations', { ...good, partial_images: 1 });
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		expect(response.headers.get('x-request-id')).toMatch(/^req_/);
		const { text, lost } = await readAll(response);
		expect(lost).toBe(false);
		expect(text).toMatch(
			/^event: image_generation\.partial_image\ndata: \{"type":.*\}\n\nevent: image_generation\.completed\ndata: \{"type":.*\}\n\n$/,
		);
		for (const { event, data } of framed(text)) {
			expect((JSON.parse(data) as { type: string }).type).toBe(event);
		}
	});

	test('a safety identifier comes back', async () => {
		const { client } = await start();
		const [event] = await collect(await client.images.generate({ ...good, safety_identifier: 'someone' }));
		expect(event).toMatchObject({ type: 'image_generation.completed', safety_identifier: 'someone' });
	});

	test('a picture of ten million bytes', async () => {
		const { client, standIn } = await start({ imageBytes: 10_000_000 });
		const events = await collect(await client.images.generate({ ...good, partial_images: 1 }));
		for (const event of events) {
			const bytes = decoded(event);
			expect(Math.abs(bytes.length - 10_000_000)).toBeLessThan(10_000);
			const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
			expect(info.width).toBe(816);
		}
		expect(standIn.books[0]).toMatchObject({ images: 1 });
	});
});

describe('an edit', () => {
	const image = () => plain(64, 64, '#3355aa');

	test('as a form, read by the SDK', async () => {
		const { client, standIn } = await start();
		const stream = await client.images.edit({
			...good,
			image: await png(await image()),
			partial_images: 1,
		});
		const events = await collect(stream);
		expect(events.map(({ type }) => type)).toEqual(['image_edit.partial_image', 'image_edit.completed']);
		expect(events[1]).toMatchObject({ usage: { input_tokens_details: { image_tokens: 1024 } } });
		expect((await sharp(decoded(events[0])).metadata()).width).toBe(816);
		expect(standIn.books[0]).toMatchObject({ body: { stream: 'true', partial_images: '1' }, images: 1 });
		// The image lies behind both.
		const colours = await Promise.all(events.map((event) => pixel(decoded(event), 700, 120)));
		expect(distance(colours[0] ?? [], colours[1] ?? [])).toBeLessThan(60);
	});

	test('as JSON', async () => {
		const { post } = await start();
		const url = `data:image/png;base64,${(await image()).toString('base64')}`;
		const response = await post('/images/edits', { ...good, images: [{ image_url: url }] });
		const events = framed((await readAll(response)).text);
		expect(events.map(({ event }) => event)).toEqual(['image_edit.completed']);
	});

	test('an image that cannot be read to its end is refused before the stream begins', async () => {
		const { client } = await start();
		const whole = await sharp(await plain(400, 400, '#456'))
			.png()
			.toBuffer();
		const image = await png(whole.subarray(0, 60));
		const asked = client.images.edit({ ...good, image });
		await expect(asked).rejects.toMatchObject({ status: 400, code: 'invalid_image_file' });
	});
});

describe('refused', () => {
	test.each<[string, Record<string, unknown>, string, string]>([
		['two at once', { n: 2 }, 'n', 'invalid_value'],
		['a gif', { output_format: 'gif' }, 'stream', 'invalid_value'],
		['an svg', { output_format: 'svg' }, 'stream', 'invalid_value'],
		[
			'a gif on its way',
			{ output_format: 'gif', stream: false, partial_images: 1 },
			'partial_images',
			'invalid_value',
		],
		[
			'partial pictures of no stream',
			{ stream: false, partial_images: 1 },
			'partial_images',
			'invalid_value',
		],
		['four partial pictures', { partial_images: 4 }, 'partial_images', 'integer_above_max_value'],
		['less than none', { partial_images: -1 }, 'partial_images', 'integer_below_min_value'],
		['partial pictures as text', { partial_images: '2' }, 'partial_images', 'invalid_type'],
		['a stream in words', { stream: 'true' }, 'stream', 'invalid_type'],
		['[[cut]]', { prompt: 'A fox [[cut]]' }, 'prompt', 'invalid_value'],
		['[[url]]', { prompt: 'A fox [[url]]' }, 'prompt', 'invalid_value'],
		['[[refusal]]', { prompt: 'A fox [[refusal]]' }, 'prompt', 'invalid_value'],
		[
			'[[stream-cut]] of no stream',
			{ prompt: 'A fox [[stream-cut]]', stream: false },
			'prompt',
			'invalid_value',
		],
	])('%s', async (_, fields, param, code) => {
		const { post, standIn } = await start();
		const response = await post('/images/generations', { ...good, ...fields });
		expect(response.headers.get('content-type')).toBe('application/json');
		expect([response.status, (await response.json()) as Refusal]).toMatchObject([
			400,
			{ error: { param, code } },
		]);
		expect(standIn.books[0]).toMatchObject({ status: 400, usd: 0 });
	});

	test.each<[string, Parts, string, string]>([
		['two at once', [['n', '2']], 'n', 'invalid_value'],
		['four partial pictures', [['partial_images', '4']], 'partial_images', 'integer_above_max_value'],
		['another word', [['stream', 'yes']], 'stream', 'invalid_type'],
	])('in a form: %s', async (_, parts, param, code) => {
		const { post } = await start();
		const given = parts.some(([name]) => name === 'stream') ? parts : [...parts, ['stream', 'true'] as const];
		const response = await post(
			'/images/edits',
			form([['image', blob(await plain(64, 64, '#888'))], ...(given as Parts)]),
		);
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ error: { param, code } });
	});

	test('by DALL-E, which knows nothing of it', async () => {
		const { client } = await start({ provider: 'compatible' });
		const asked = client.images.generate({ model: 'dall-e-3', prompt: 'A fox', stream: true });
		await expect(asked).rejects.toMatchObject({ param: 'stream', code: 'unknown_parameter' });
	});

	test('the words say what is wrong', async () => {
		const { post } = await start();
		const response = await post('/images/generations', { ...good, prompt: 'A fox [[cut]]' });
		expect(((await response.json()) as Refusal).error.message).toBe(
			'The stand-in has no [[cut]] for a stream of the Images API. [[stream-cut]] drops a stream.',
		);
	});
});

describe('a model that only a compatible server knows', () => {
	test('streams one picture, and answers with several whole', async () => {
		const { client, post } = await start({ provider: 'compatible' });
		const fields = { model: 'flux-1', prompt: 'A fox', size: '512x512', stream: true } as const;
		const events = await collect(await client.images.generate({ ...fields, partial_images: 1 }));
		expect(events.map(({ type }) => type)).toEqual([
			'image_generation.partial_image',
			'image_generation.completed',
		]);
		const whole = await post('/images/generations', { ...fields, n: 2 });
		expect(((await whole.json()) as OpenAI.ImagesResponse).data).toHaveLength(2);
	});
});

describe('directives', () => {
	const ask = async (directive: string, fields: Record<string, unknown> = {}) => {
		const bench = await start();
		const body = { ...good, partial_images: 2, ...fields, prompt: `A fox [[${directive}]]` };
		const response = await bench.post('/images/generations', body);
		const { text, lost } = await readAll(response);
		return { ...bench, response, text, lost, events: framed(text) };
	};
	const names = (events: Array<{ event: string | null }>) =>
		events.map(({ event }) => event?.replace('image_generation.', ''));
	const lastOf = (events: Array<{ data: string }>) =>
		JSON.parse(events.at(-1)?.data ?? '') as Record<string, unknown>;

	test('stream-error: after the partial pictures, and nothing is charged', async () => {
		const { events, standIn } = await ask('stream-error');
		expect(names(events)).toEqual(['partial_image', 'partial_image', 'error']);
		expect(lastOf(events)).toEqual({
			error: { message: expect.any(String), type: 'server_error', param: null, code: 'server_error' },
		});
		expect(standIn.books[0]).toMatchObject({ status: 200, images: 0, usd: 0, aborted: false });
	});

	test('stream-error with a code, as the SDK has it', async () => {
		const { client } = await start();
		const read = async (code: string) =>
			collect(await client.images.generate({ ...good, prompt: `A fox [[stream-error ${code}]]` }));
		await expect(read('rate_limit_exceeded')).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
		await expect(read('moderation_blocked')).rejects.toBeInstanceOf(OpenAI.APIError);
		await expect(read('moderation_blocked')).rejects.toMatchObject({
			error: { moderation_details: { categories: ['other'] } },
		});
	});

	test('stream-cut: the connection is lost within the final event, which is charged', async () => {
		const { text, lost, events, standIn } = await ask('stream-cut');
		expect(lost).toBe(true);
		expect(names(events)).toEqual(['partial_image', 'partial_image']);
		const rest = text.slice(text.lastIndexOf('event: '));
		expect(rest).toMatch(/^event: image_generation\.completed\ndata: \{"type".*"b64_json":"[^"]{1000}/);
		expect(rest).not.toContain('"}');
		expect(standIn.books[0]).toMatchObject({ status: 200, images: 1 });
		expect(standIn.books[0]?.usd).toBeGreaterThan(0);
	});

	test('stream-crlf: other line ends, comments and data in several lines, which the SDK reads', async () => {
		const { text, events } = await ask('stream-crlf');
		expect(text).not.toMatch(/[^\r]\n/);
		expect(text.match(/^: keep-alive\r$/gm)).toHaveLength(3);
		expect(text.match(/^data: /gm)?.length).toBeGreaterThan(20);
		expect(names(events)).toEqual(['partial_image', 'partial_image', 'completed']);
		expect(lastOf(events)).toMatchObject({ type: 'image_generation.completed', size });
		const { client } = await start();
		const read = await collect(
			await client.images.generate({ ...good, prompt: 'A fox [[stream-crlf]] [[chunked 1000]]' }),
		);
		expect((await sharp(decoded(read[0])).metadata()).width).toBe(816);
	});

	test('fewer-partials: one, and only one is charged', async () => {
		const { events } = await ask('fewer-partials', { partial_images: 3 });
		expect(names(events)).toEqual(['partial_image', 'completed']);
		const usual = await ask('delay 0', { partial_images: 1 });
		expect(lastOf(events).usage).toMatchObject({
			output_tokens: (lastOf(usual.events).usage as OpenAI.ImagesResponse.Usage).output_tokens,
		});
		expect(names((await ask('fewer-partials', { partial_images: 0 })).events)).toEqual(['completed']);
	});

	test('empty: the stream ends without its final event', async () => {
		const { events, lost } = await ask('empty');
		expect([names(events), lost]).toEqual([['partial_image', 'partial_image'], false]);
		const bare = await ask('empty', { partial_images: 0 });
		expect([bare.text, bare.lost, bare.response.status]).toEqual(['', false, 200]);
		expect(bare.standIn.inFlight).toBe(0);
	});

	test('no-usage, not-base64, not-an-image, data-url', async () => {
		expect(lastOf((await ask('no-usage')).events).usage).toBeUndefined();
		expect(lastOf((await ask('not-base64')).events).b64_json).toMatch(/[^A-Za-z0-9+/=]/);
		const text = lastOf((await ask('not-an-image')).events).b64_json as string;
		expect(Buffer.from(text, 'base64').toString()).toContain('not an image');
		expect(lastOf((await ask('data-url')).events).b64_json).toMatch(/^data:image\/png;base64,iVBOR/);
	});

	test('chunked, pretty and escaped are other ways to write the same', async () => {
		const expected = lastOf((await ask('delay 0')).events);
		for (const directive of ['chunked 777', 'pretty', 'escaped']) {
			const { events, text } = await ask(directive);
			// The directive counts as text of the prompt.
			const own = { created_at: 0, usage: null };
			expect({ ...lastOf(events), ...own }).toEqual({ ...expected, ...own });
			if (directive === 'pretty') expect(text).toMatch(/\ndata: {3}"b64_json"/);
			if (directive === 'escaped') expect(text).toMatch(/\\\/.*\\u002B/);
		}
	});

	test('what fails is no stream', async () => {
		const { response, text } = await ask('status 503');
		expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/json']);
		expect(JSON.parse(text)).toMatchObject({ error: { code: 'slow_down' } });
		const limited = await ask('rate-limit 2');
		expect([limited.response.status, limited.response.headers.get('retry-after')]).toEqual([429, '2']);
	});
});

describe('time and books', () => {
	test('partial pictures come evenly over the time', async () => {
		const { client, standIn } = await start({ delayMs: 1500 });
		const begun = performance.now();
		const times: number[] = [];
		for await (const _ of await client.images.generate({ ...good, partial_images: 2 })) {
			times.push(performance.now() - begun);
			// Not kept back until the picture is done.
			if (times.length === 1) expect(standIn.books[0]).toMatchObject({ endedAt: 0, status: 200, images: 0 });
		}
		const [first, second, last] = times;
		expect(first).toBeGreaterThanOrEqual(495);
		expect(second).toBeGreaterThanOrEqual(995);
		expect(last).toBeGreaterThanOrEqual(1495);
		expect(standIn.books[0]).toMatchObject({ status: 200, images: 1 });
	});

	test('who leaves before the final event is not charged, and keeps the quota', async () => {
		const { standIn } = await start({ delayMs: 60_000 });
		const client = new OpenAI({ baseURL: standIn.url, apiKey: 'sk-stand-in-quota-after-1', maxRetries: 0 });
		const stream = await client.images.generate({ ...good, partial_images: 3 });
		expect(standIn.inFlight).toBe(1);
		stream.controller.abort();
		await until(() => standIn.inFlight === 0);
		expect(standIn.books[0]).toMatchObject({ aborted: true, status: 200, images: 0, usd: 0 });
		const asked = client.images.generate({ ...good, prompt: 'A fox [[delay 0]]' });
		expect(await collect(await asked)).toHaveLength(1);
		await expect(client.images.generate(good)).rejects.toMatchObject({ code: 'insufficient_quota' });
	});

	test('a whole stream is in the books when its reader has it', async () => {
		const { client, standIn } = await start();
		await Promise.all(
			Array.from({ length: 6 }, async (_, index) => {
				const asked = await client.images.generate({ ...good, prompt: `Fox ${index}` });
				for await (const event of asked) {
					if (event.type !== 'image_generation.completed') continue;
					const entry = standIn.books.find(({ prompt }) => prompt === `Fox ${index}`);
					expect(entry?.endedAt).toBeGreaterThan(0);
					expect(entry?.images).toBe(1);
				}
			}),
		);
	});
});
