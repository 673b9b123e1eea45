import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import sharp from 'sharp';
import {
	callItem,
	callOf,
	dataUrl,
	pictureOf,
	plain,
	talk,
	until,
	useStandIns,
	withTool,
} from './stand-in/harness';

const start = useStandIns();

describe('an answer', () => {
	test('has all that a response has', async () => {
		const { client, standIn } = await start();
		const before = Math.floor(Date.now() / 1000);
		const response = await client.responses.create({
			...talk,
			input: 'A red car',
			instructions: 'Be brief',
			metadata: { row: '7' },
			safety_identifier: 'someone',
			prompt_cache_key: 'mine',
			max_output_tokens: 4000,
			reasoning: { effort: 'low' },
		});
		const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9a-f]{32}$`)) as string;
		const { output, ...rest } = response;
		expect(rest).toMatchObject({
			id: id('resp'),
			object: 'response',
			status: 'completed',
			error: null,
			incomplete_details: null,
			instructions: 'Be brief',
			max_output_tokens: 4000,
			metadata: { row: '7' },
			model: 'gpt-6-luna',
			parallel_tool_calls: true,
			previous_response_id: null,
			prompt_cache_key: 'mine',
			reasoning: { effort: 'low' },
			safety_identifier: 'someone',
			store: true,
			temperature: 1,
			tool_choice: 'auto',
			tools: [
				{ ...talk.tools[0], action: 'auto', output_format: 'png', quality: 'auto', moderation: 'auto' },
			],
			top_p: 1,
			truncation: 'disabled',
			output_text: 'Here is the image.',
		});
		expect(response.created_at).toBeGreaterThanOrEqual(before);
		expect(response.completed_at).toBeGreaterThanOrEqual(response.created_at);
		expect(output).toEqual([
			{ id: id('rs'), type: 'reasoning', status: 'completed', summary: [] },
			{
				id: id('ig'),
				type: 'image_generation_call',
				status: 'completed',
				action: 'generate',
				background: 'opaque',
				output_format: 'png',
				quality: 'medium',
				size: '816x816',
				result: expect.any(String),
				revised_prompt: expect.stringContaining('A red car'),
			},
			expect.objectContaining({ id: id('msg'), type: 'message', role: 'assistant', status: 'completed' }),
		]);
		expect(callOf(response).revised_prompt).not.toBe('A red car');
		expect(await sharp(pictureOf(response)).metadata()).toMatchObject({ format: 'png', width: 816 });
		expect(standIn.books).toMatchObject([{ responseId: response.id, images: 1, status: 200 }]);
	});

	test('a forced tool leaves nothing to say, and a model that does not reason has no reasoning', async () => {
		const { client } = await start();
		for (const choice of ['required', { type: 'image_generation' }] as const) {
			const response = await client.responses.create({
				...talk,
				model: 'gpt-4.1-mini',
				input: 'A car',
				tool_choice: choice,
			});
			expect(response.output.map(({ type }) => type)).toEqual(['image_generation_call']);
			expect(response.tool_choice).toEqual(choice);
		}
	});

	test('a tool that must not be called is not', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({ ...talk, input: 'A car', tool_choice: 'none' });
		expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
		expect(response.tool_usage?.image_gen.total_tokens).toBe(0);
		expect(standIn.books[0]).toMatchObject({ images: 0, imageUsd: 0 });
	});

	test.each([
		['png', '1536x1024'],
		['jpeg', '816x816'],
		['webp', '1024x1536'],
		['gif', '816x816'],
		['svg', '816x816'],
	] as const)('%s of %s', async (format, size) => {
		const { client } = await start();
		const tool = withTool({ output_format: format, size, ...(format === 'gif' ? { frame_count: 2 } : {}) });
		const response = await client.responses.create({ ...tool, input: 'A car' });
		const found = await sharp(pictureOf(response)).metadata();
		expect([found.format, `${found.width}x${found.height}`]).toEqual([format, size]);
		expect(callOf(response)).toMatchObject({ output_format: format, size });
	});

	test('the tool draws with gpt-image-2 unless it is told', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({
			...talk,
			input: 'A car',
			tools: [{ type: 'image_generation', quality: 'low', size: '816x816' }],
		});
		expect(response.tools).toMatchObject([{ model: 'gpt-image-2', quality: 'low' }]);
		expect(standIn.books[0]).toMatchObject({ model: 'gpt-image-2', conversationModel: 'gpt-6-luna' });
	});

	test('an SVG is written by the conversation model, whose tokens are at the call', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({
			...withTool({ output_format: 'svg', svg: { reasoning: { effort: 'low' } } }),
			input: 'A logo',
		});
		const usage = callOf(response).svg_usage;
		const written = Math.ceil(pictureOf(response).length / 4);
		expect(usage).toMatchObject({
			model: 'gpt-6-luna',
			output_tokens: written + 256,
			reasoning_tokens: 256,
		});
		const image = response.tool_usage!.image_gen;
		const nano =
			image.input_tokens * 5_000 +
			image.output_tokens * 30_000 +
			usage!.input_tokens * 100 +
			usage!.output_tokens * 500;
		expect(standIn.books[0]?.imageUsd).toBe(nano / 1e9);
		const other = withTool({ output_format: 'svg', svg: { model: 'gpt-6.1-sol' } });
		const second = await client.responses.create({ ...other, input: 'A logo' });
		expect(callOf(second).svg_usage?.model).toBe('gpt-6.1-sol');
	});
});

describe('what it costs', () => {
	test('two models, apart and together', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'Twenty bytes of text' });
		// The tool 1,280, the message 4 and 5. Out: reasoning 128, the call 16 and its prompt, the message 4 and 5.
		const prompt = Math.ceil((callOf(first).revised_prompt ?? '').length / 4);
		expect(first.usage).toEqual({
			input_tokens: 1289,
			input_tokens_details: { cached_tokens: 0, cache_write_tokens: 1280 },
			output_tokens: 128 + 16 + prompt + 9,
			output_tokens_details: { reasoning_tokens: 128 },
			total_tokens: 1289 + 128 + 16 + prompt + 9,
		});
		const image = first.tool_usage?.image_gen;
		expect(first.tool_usage?.web_search).toEqual({ num_requests: 0 });
		expect(image).toMatchObject({
			input_tokens: prompt,
			input_tokens_details: { text_tokens: prompt, image_tokens: 0 },
			output_tokens_details: { text_tokens: 0, image_tokens: image?.output_tokens },
			total_tokens: prompt + (image?.output_tokens ?? 0),
		});
		const second = await client.responses.create({
			...talk,
			input: 'Blue',
			previous_response_id: first.id,
		});
		// What went in, what came out but for the reasoning, the picture, and the new message.
		const sent = 1289 + 16 + prompt + 9 + 765 + 5;
		expect(second.usage).toMatchObject({
			input_tokens: sent,
			input_tokens_details: { cached_tokens: 1280, cache_write_tokens: Math.floor(sent / 128) * 128 - 1280 },
		});
		expect(second.tool_usage?.image_gen.input_tokens_details.image_tokens).toBe(1024);

		const [one, two] = standIn.books;
		const out = first.usage!.output_tokens;
		const conversation = 1289 * 100 + out * 500;
		expect(one?.conversationUsd).toBe(conversation / 1e9);
		expect(one?.imageUsd).toBe((prompt * 5_000 + image!.output_tokens * 30_000) / 1e9);
		const cachedToo = (sent - 1280) * 100 + 1280 * 10 + second.usage!.output_tokens * 500;
		expect(two?.conversationUsd).toBe(cachedToo / 1e9);
		for (const entry of standIn.books) {
			expect(Math.round(entry.usd * 1e9)).toBe(
				Math.round((entry.imageUsd ?? 0) * 1e9) + Math.round((entry.conversationUsd ?? 0) * 1e9),
			);
		}
	});

	test.each([
		['gpt-6-astra', 10, 50],
		['gpt-6.1-sol', 2, 10],
		['gpt-6-sol', 2, 10],
		['gpt-6-luna', 0.1, 0.5],
		['gpt-5.6-sol', 4, 20],
		['gpt-5.6-terra', 2, 12],
		['gpt-5.6-luna', 0.2, 1.2],
		['gpt-5.5', 5, 30],
	])('%s: %d dollars in and %d out a million', async (model, input, output) => {
		const { client, standIn } = await start();
		const { usage } = await client.responses.create({ ...talk, model, input: 'A car [[text-answer]]' });
		const dollars = (usage!.input_tokens * input + usage!.output_tokens * output) / 1e6;
		expect(standIn.books[0]?.conversationUsd).toBeCloseTo(dollars, 9);
	});

	test('images that the conversation model sees count, and instructions, and effort', async () => {
		const { client } = await start();
		const image = dataUrl(await plain(64, 64, '#345'));
		const tokens = async (fields: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>) => {
			const { usage } = await client.responses.create({ ...talk, input: 'A [[text-answer B]]', ...fields });
			return [usage!.input_tokens, usage!.output_tokens_details.reasoning_tokens];
		};
		const [base = 0, reasoning = 0] = await tokens({});
		expect(await tokens({ instructions: 'four' })).toEqual([base + 5, reasoning]);
		expect(await tokens({ reasoning: { effort: 'high' } })).toEqual([base, 2 * reasoning]);
		expect(await tokens({ reasoning: { effort: 'none' } })).toEqual([base, 0]);
		const content: OpenAI.Responses.ResponseInputContent[] = [
			{ type: 'input_text', text: 'A [[text-answer B]]' },
			{ type: 'input_image', image_url: image, detail: 'auto' },
		];
		expect(await tokens({ input: [{ role: 'user', content }] })).toEqual([base + 765, reasoning]);
	});

	test('a model that only a compatible server knows costs nothing', async () => {
		const { client, standIn } = await start({ provider: 'compatible' });
		await client.responses.create({ ...talk, model: 'llama-9', input: 'A car' });
		expect(standIn.books[0]).toMatchObject({ conversationModel: 'llama-9', conversationUsd: 0 });
		expect(standIn.books[0]?.imageUsd).toBeGreaterThan(0);
	});
});

describe('what is remembered', () => {
	test('can be had again, and deleted', async () => {
		const { client } = await start();
		const response = await client.responses.create({ ...talk, input: 'A car' });
		expect(await client.responses.retrieve(response.id)).toEqual(response);
		const gone = await client.delete(`/responses/${response.id}`);
		expect(gone).toEqual({ id: response.id, object: 'response', deleted: true });
		await expect(client.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
		await expect(client.responses.delete(response.id)).rejects.toMatchObject({ status: 404 });
		const next = client.responses.create({ ...talk, input: 'Blue', previous_response_id: response.id });
		await expect(next).rejects.toMatchObject({ code: 'previous_response_not_found' });
		const item = callItem(callOf(response).id);
		const edit = client.responses.create({ ...talk, input: [{ role: 'user', content: 'Blue' }, item] });
		await expect(edit).rejects.toMatchObject({ status: 404 });
	});

	test('only by the key that made it', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({ ...talk, input: 'A car' });
		const other = new OpenAI({ baseURL: standIn.url, apiKey: 'sk-stand-in-other', maxRetries: 0 });
		await expect(other.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
		await expect(other.responses.delete(response.id)).rejects.toMatchObject({ status: 404 });
		const next = { ...talk, input: 'Blue', previous_response_id: response.id };
		await expect(other.responses.create(next)).rejects.toMatchObject({
			status: 400,
			type: 'invalid_request_error',
			param: 'previous_response_id',
			code: 'previous_response_not_found',
			message: `400 Previous response with id '${response.id}' not found.`,
		});
		const item = callItem(callOf(response).id);
		const edit = other.responses.create({ ...talk, input: [{ role: 'user', content: 'Blue' }, item] });
		await expect(edit).rejects.toMatchObject({
			status: 404,
			param: 'input',
			message: `404 Item with id '${callOf(response).id}' not found.`,
		});
		await client.responses.create(next);
	});

	test('nothing with store: false', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({ ...talk, input: 'A car', store: false });
		expect((response as { store?: boolean }).store).toBe(false);
		await expect(client.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
		const next = client.responses.create({ ...talk, input: 'Blue', previous_response_id: response.id });
		await expect(next).rejects.toMatchObject({ code: 'previous_response_not_found' });
		expect(standIn.books[0]?.responseId).toBe(response.id);
	});

	test('for as long as it was said, and then as if it had never been', async () => {
		const { client } = await start({ responseLifetimeMs: 400 });
		const response = await client.responses.create({ ...talk, input: 'A car' });
		const next = { ...talk, input: 'Blue', previous_response_id: response.id };
		await sleep(450);
		await expect(client.responses.create(next)).rejects.toMatchObject({
			status: 400,
			code: 'previous_response_not_found',
			message: `400 Previous response with id '${response.id}' not found.`,
		});
		await expect(client.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
		const item = callItem(callOf(response).id);
		const edit = client.responses.create({ ...talk, input: [{ role: 'user', content: 'Blue' }, item] });
		await expect(edit).rejects.toMatchObject({ status: 404 });
	});

	test('nothing after a reset', async () => {
		const { client, standIn } = await start();
		const response = await client.responses.create({ ...talk, input: 'A car' });
		standIn.reset();
		await expect(client.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
	});
});

describe('pace, quota, time and books', () => {
	test("the pace is the image model's", async () => {
		const { client } = await start({ imagesPerMinute: 1, minuteMs: 60_000 });
		const ask = (model: string) => client.responses.create({ ...withTool({ model }), input: 'A car' });
		await ask('gpt-image-2.5-flare');
		await expect(ask('gpt-image-2.5-flare')).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
		const generated = client.images.generate({ model: 'gpt-image-2.5-flare', prompt: 'A car' });
		await expect(generated).rejects.toMatchObject({ status: 429 });
		await ask('gpt-image-2.5-sunburst');
		// A text is no image.
		await client.responses.create({ ...talk, input: 'A car [[text-answer]]' });
	});

	test('a quota counts images only', async () => {
		const { standIn } = await start();
		const ask = (apiKey: string, input: string) =>
			new OpenAI({ baseURL: standIn.url, apiKey, maxRetries: 0 }).responses.create({ ...talk, input });
		await expect(ask('sk-stand-in-quota', 'A [[refusal]]')).rejects.toMatchObject({
			code: 'insufficient_quota',
		});
		await ask('sk-stand-in-quota-after-1', 'A [[refusal]]');
		await ask('sk-stand-in-quota-after-1', 'A [[call-failed]]');
		await ask('sk-stand-in-quota-after-1', 'A car');
		await expect(ask('sk-stand-in-quota-after-1', 'A car')).rejects.toMatchObject({ status: 429 });
	});

	test('the time is asked for with the newest instruction and the image model', async () => {
		const asked: unknown[] = [];
		const { client, standIn } = await start({
			delayMs: (request) => {
				asked.push(request);
				return 120;
			},
		});
		await client.responses.create({ ...talk, input: 'A car' });
		const [entry] = standIn.books;
		expect((entry?.endedAt ?? 0) - (entry?.startedAt ?? 0)).toBeGreaterThanOrEqual(115);
		expect(asked).toEqual([{ prompt: 'A car', model: 'gpt-image-2.5-flare', index: 0 }]);
	});

	test('several at once are counted, and who goes away is not charged', async () => {
		const { client, standIn } = await start({ delayMs: 10_000 });
		const gone = new AbortController();
		const asked = ['One', 'Two'].map((input) =>
			client.responses.create({ ...talk, input }, { signal: gone.signal }),
		);
		const settled = Promise.allSettled(asked);
		await until(() => standIn.inFlight === 2);
		gone.abort();
		await settled;
		await until(() => standIn.inFlight === 0);
		expect(standIn.maxInFlight).toBe(2);
		expect(standIn.books).toMatchObject([
			{ aborted: true, usd: 0, responseId: null },
			{ aborted: true, usd: 0, responseId: null },
		]);
	});

	test('a picture of ten million bytes comes whole', async () => {
		const { client } = await start({ imageBytes: 10_000_000 });
		const response = await client.responses.create({ ...talk, input: 'A car' });
		expect(Math.abs(pictureOf(response).length - 10_000_000)).toBeLessThan(10_000);
		expect(pictureOf(await client.responses.retrieve(response.id)).equals(pictureOf(response))).toBe(true);
	});
});
