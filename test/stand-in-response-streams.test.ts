import type OpenAI from 'openai';
import sharp from 'sharp';
import {
	callOf,
	collect,
	framed,
	pictureOf,
	readAll,
	talk,
	until,
	useStandIns,
	withTool,
} from './stand-in/harness';

const start = useStandIns();
type Event = OpenAI.Responses.ResponseStreamEvent;
type Typed<Type> = Extract<Event, { type: Type }>;

/** The events of one type. */
function of<Type extends Event['type']>(events: Event[], type: Type): Array<Typed<Type>> {
	return events.filter((event): event is Typed<Type> => event.type === type);
}

const call = 'response.image_generation_call';

describe('a stream, read by the SDK', () => {
	test('tells all that happens, in order and numbered', async () => {
		const { client, standIn } = await start();
		const stream = await client.responses.create({
			...withTool({ partial_images: 2, output_format: 'webp' }),
			input: 'A car',
			stream: true,
		});
		const events = await collect(stream);
		expect(events.map(({ type }) => type)).toEqual([
			'response.created',
			'response.in_progress',
			'response.output_item.added',
			'response.output_item.done',
			'response.output_item.added',
			`${call}.in_progress`,
			`${call}.generating`,
			`${call}.partial_image`,
			`${call}.partial_image`,
			`${call}.completed`,
			'response.output_item.done',
			'response.output_item.added',
			'response.content_part.added',
			'response.output_text.delta',
			'response.output_text.delta',
			'response.output_text.delta',
			'response.output_text.delta',
			'response.output_text.done',
			'response.content_part.done',
			'response.output_item.done',
			'response.completed',
		]);
		expect(events.map((event) => (event as { sequence_number: number }).sequence_number)).toEqual(
			events.map((_, index) => index),
		);

		const [completed] = of(events, 'response.completed');
		const response = completed!.response;
		const made = callOf(response);
		for (const event of [...of(events, 'response.created'), ...of(events, 'response.in_progress')]) {
			expect(event.response).toMatchObject({ id: response.id, status: 'in_progress', output: [] });
			expect(event.response.usage).toBeUndefined();
		}
		expect(of(events, 'response.output_item.added')[1]).toMatchObject({
			output_index: 1,
			item: { id: made.id, type: 'image_generation_call', status: 'in_progress', result: null },
		});
		const partials = of(events, `${call}.partial_image`);
		for (const [index, event] of partials.entries()) {
			expect(event).toMatchObject({
				item_id: made.id,
				output_index: 1,
				partial_image_index: index,
				size: '816x816',
				quality: 'medium',
				background: 'opaque',
				output_format: 'webp',
			});
			const bytes = Buffer.from(event.partial_image_b64, 'base64');
			expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 816 });
			expect(bytes.equals(pictureOf(response))).toBe(false);
		}
		for (const type of ['in_progress', 'generating', 'completed'] as const) {
			expect(of(events, `${call}.${type}`)).toMatchObject([{ item_id: made.id, output_index: 1 }]);
		}
		// The picture is at the item and in the response.
		expect(of(events, 'response.output_item.done').map(({ item }) => item)).toEqual(response.output);
		expect(made.result).toBeTruthy();
		expect(
			of(events, 'response.output_text.delta')
				.map(({ delta }) => delta)
				.join(''),
		).toBe('Here is the image.');
		expect(standIn.books).toMatchObject([{ status: 200, images: 1, responseId: response.id }]);
		expect(standIn.inFlight).toBe(0);
	});

	test('the response is what is remembered, and each partial picture costs 100 tokens', async () => {
		const { client } = await start();
		const outputs: number[] = [];
		for (const partials of [0, 3]) {
			const tool = withTool({ partial_images: partials });
			const events = await collect(await client.responses.create({ ...tool, input: 'A car', stream: true }));
			const { response } = of(events, 'response.completed')[0]!;
			expect(await client.responses.retrieve(response.id)).toMatchObject(response);
			outputs.push(response.tool_usage!.image_gen.output_tokens);
			const next = await client.responses.create({
				...talk,
				input: 'Blue',
				previous_response_id: response.id,
			});
			expect(callOf(next).action).toBe('edit');
		}
		expect(outputs[1]).toBe((outputs[0] ?? 0) + 300);
	});

	test('the picture is the one that comes without a stream', async () => {
		const { client } = await start();
		const whole = pictureOf(await client.responses.create({ ...talk, input: 'A car' }));
		const streamed = withTool({ partial_images: 1 });
		const events = await collect(
			await client.responses.create({ ...streamed, input: 'A car', stream: true }),
		);
		const [one, other] = await Promise.all(
			[whole, pictureOf(of(events, 'response.completed')[0]!.response)].map((bytes) =>
				sharp(bytes).raw().toBuffer(),
			),
		);
		expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
	});

	test("the SDK's own collector comes to the same response", async () => {
		const { client } = await start();
		const stream = client.responses.stream({ ...withTool({ partial_images: 1 }), input: 'A car' });
		const response = await stream.finalResponse();
		expect(response.output_text).toBe('Here is the image.');
		expect((await sharp(pictureOf(response as OpenAI.Responses.Response)).metadata()).width).toBe(816);
	});

	test.each(['gif', 'svg'] as const)('%s: without partial pictures', async (format) => {
		const { client } = await start();
		const tool = withTool({ output_format: format, ...(format === 'gif' ? { frame_count: 2 } : {}) });
		const events = await collect(await client.responses.create({ ...tool, input: 'A car', stream: true }));
		const { response } = of(events, 'response.completed')[0]!;
		expect((await sharp(pictureOf(response)).metadata()).format).toBe(format);
	});

	test('a model that only a compatible server knows', async () => {
		const { client } = await start({ provider: 'compatible' });
		const tool = withTool({ model: 'flux-1', partial_images: 1, size: '512x512' });
		const events = await collect(await client.responses.create({ ...tool, input: 'A car', stream: true }));
		expect(of(events, `${call}.partial_image`)).toHaveLength(1);
	});

	test('a picture of ten million bytes', async () => {
		const { client } = await start({ imageBytes: 10_000_000 });
		const tool = withTool({ partial_images: 1 });
		const events = await collect(await client.responses.create({ ...tool, input: 'A car', stream: true }));
		const picture = pictureOf(of(events, 'response.completed')[0]!.response);
		expect(Math.abs(picture.length - 10_000_000)).toBeLessThan(10_000);
		expect((await sharp(picture).stats()).isOpaque).toBe(true);
	});
});

describe('on the wire', () => {
	test('each event has its name and its JSON on one line', async () => {
		const { post } = await start();
		const response = await post('/responses', { ...talk, input: 'A car', stream: true });
		expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		const { text } = await readAll(response);
		expect(text).toMatch(/^(event: [a-z_.]+\ndata: \{.*\}\n\n)+$/);
		const events = framed(text);
		expect(events.length).toBeGreaterThan(10);
		for (const { event, data } of events) expect((JSON.parse(data) as Event).type).toBe(event);
	});

	test('what is refused is no stream', async () => {
		const { post } = await start();
		for (const input of ['A [[status 500]]', 'A [[cut]]', 'A [[html 502]]']) {
			const response = await post('/responses', { ...talk, input, stream: true });
			expect(response.status).toBeGreaterThanOrEqual(400);
			expect(response.headers.get('content-type')).not.toContain('event-stream');
		}
	});
});

describe('time', () => {
	test('it begins at once, partial pictures come evenly, the rest at the end', async () => {
		const { client, standIn } = await start({ delayMs: 1200 });
		const begun = performance.now();
		const times: Array<[type: string, ms: number]> = [];
		const tool = withTool({ partial_images: 1 });
		for await (const { type } of await client.responses.create({ ...tool, input: 'A car', stream: true })) {
			times.push([type, performance.now() - begun]);
			if (type === 'response.created') expect(standIn.books[0]).toMatchObject({ endedAt: 0, images: 0 });
			if (type === `${call}.partial_image`) expect(standIn.books[0]).toMatchObject({ endedAt: 0, images: 0 });
		}
		const at = (type: string) => times.find(([name]) => name === type)?.[1];
		expect(at(`${call}.partial_image`)).toBeGreaterThanOrEqual(595);
		expect(at(`${call}.completed`)).toBeGreaterThanOrEqual(1195);
		expect(standIn.books[0]).toMatchObject({ images: 1 });
	});

	test('who leaves before the end is not charged, and nothing is remembered', async () => {
		const { standIn, client } = await start({ delayMs: 60_000 });
		const stream = await client.responses.create({ ...talk, input: 'A car', stream: true });
		let id = '';
		for await (const event of stream) {
			if (event.type !== 'response.created') continue;
			id = event.response.id;
			break;
		}
		await until(() => standIn.inFlight === 0);
		expect(standIn.books[0]).toMatchObject({ aborted: true, images: 0, usd: 0, responseId: null });
		await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
	});
});
