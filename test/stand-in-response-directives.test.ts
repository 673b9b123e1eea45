import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { directiveNames, readDirectives } from './stand-in/directives';
import { callOf, collect, framed, pictureOf, readAll, talk, useStandIns, withTool } from './stand-in/harness';

const start = useStandIns();
type Event = OpenAI.Responses.ResponseStreamEvent;
type Response = OpenAI.Responses.Response;

const ask = async (input: string, fields: object = {}) => {
	const bench = await start();
	const response = await bench.client.responses.create({ ...talk, input, ...fields });
	return { ...bench, response, entry: bench.standIn.books[0]! };
};

/** The same as a stream with two partial pictures, taken apart without the SDK. */
const stream = async (input: string, partials = 2) => {
	const bench = await start();
	const answer = await bench.post('/responses', {
		...withTool({ partial_images: partials }),
		input,
		stream: true,
	});
	const { text, lost } = await readAll(answer);
	const events = framed(text).map(({ data }) => JSON.parse(data) as Event);
	const last = events.at(-1);
	const ended = last && 'response' in last ? (last.response as Response) : null;
	return {
		...bench,
		text,
		lost,
		events,
		last,
		ended,
		types: events.map(({ type }) => type),
		entry: bench.standIn.books[0]!,
	};
};

const nothing = { images: 0, imageUsd: 0, aborted: false, status: 200 };

describe('an answer without a picture', () => {
	test.each([
		['A car [[text-answer]]', 'I have not made an image yet. What exactly should it show?'],
		['A car [[text-answer Which car, please?]]', 'Which car, please?'],
	])('%s', async (input, words) => {
		const { response, entry } = await ask(input);
		expect(response.status).toBe('completed');
		expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
		expect(response.output_text).toBe(words);
		expect(response.tool_usage?.image_gen).toMatchObject({ total_tokens: 0 });
		expect(entry).toMatchObject({ ...nothing, instructions: ['A car'], responseId: response.id });
		expect(entry.usd).toBe(entry.conversationUsd);
		expect(entry.usd).toBeGreaterThan(0);
	});

	test('text-answer for one attempt', async () => {
		const { client } = await start();
		const make = () => client.responses.create({ ...talk, input: 'A car [[text-answer Which one? x1]]' });
		expect((await make()).output_text).toBe('Which one?');
		expect(callOf(await make()).status).toBe('completed');
	});

	test('text-answer as a stream', async () => {
		const { types, ended, events } = await stream('A car [[text-answer Which car, please?]]');
		expect(types).not.toContain('response.image_generation_call.in_progress');
		expect(types.at(-1)).toBe('response.completed');
		const deltas = events.flatMap((event) =>
			event.type === 'response.output_text.delta' ? [event.delta] : [],
		);
		expect(deltas).toEqual(['Which ', 'car, ', 'please?']);
		expect(ended?.output.at(-1)).toMatchObject({ content: [{ text: 'Which car, please?' }] });
	});

	test('refusal', async () => {
		const { response, entry } = await ask('A car [[refusal]]');
		expect(response.output.at(-1)).toMatchObject({
			type: 'message',
			status: 'completed',
			content: [{ type: 'refusal', refusal: expect.stringContaining("can't help") as string }],
		});
		expect(response.output_text).toBe('');
		expect(entry).toMatchObject(nothing);
		const { types, events } = await stream('A car [[refusal]]');
		expect(types.slice(-6)).toEqual([
			'response.refusal.delta',
			'response.refusal.delta',
			'response.refusal.done',
			'response.content_part.done',
			'response.output_item.done',
			'response.completed',
		]);
		const done = events.find((event) => event.type === 'response.refusal.done');
		expect(done).toMatchObject({ refusal: expect.stringContaining("can't help") as string });
	});

	test('call-failed', async () => {
		const { response, entry, client } = await ask('A car [[call-failed]]');
		expect(response).toMatchObject({ status: 'completed', error: null });
		expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'image_generation_call']);
		expect(callOf(response)).toMatchObject({
			status: 'failed',
			result: null,
			action: 'generate',
			error: {
				code: 'moderation_blocked',
				message: expect.stringContaining('safety system') as string,
				param: null,
				type: 'image_generation_user_error',
				moderation_details: { categories: ['other'], moderation_stage: 'input' },
			},
		});
		expect(response.usage?.total_tokens).toBeGreaterThan(0);
		expect(response.tool_usage?.image_gen.total_tokens).toBe(0);
		expect(entry).toMatchObject(nothing);
		expect(entry.conversationUsd).toBeGreaterThan(0);
		expect(await client.responses.retrieve(response.id)).toEqual(response);

		const { types, ended } = await stream('A car [[call-failed]]');
		expect(types.slice(-4)).toEqual([
			'response.image_generation_call.in_progress',
			'response.image_generation_call.generating',
			'response.output_item.done',
			'response.completed',
		]);
		expect(ended?.output.at(-1)).toMatchObject({ status: 'failed', result: null });
	});

	test.each([
		['A car [[response-failed]]', 'server_error'],
		['A car [[response-failed rate_limit_exceeded]]', 'rate_limit_exceeded'],
	])('%s', async (input, code) => {
		const { response, entry } = await ask(input);
		expect(response).toMatchObject({
			status: 'failed',
			error: { code, message: expect.any(String) as string },
			output: [],
			completed_at: null,
		});
		expect(response.usage).toBeUndefined();
		expect(entry).toMatchObject({ ...nothing, usd: 0, conversationUsd: 0, responseId: response.id });
		const { types, ended } = await stream(input);
		expect(types).toEqual(['response.created', 'response.in_progress', 'response.failed']);
		expect(ended).toMatchObject({ status: 'failed', error: { code } });
	});

	test('incomplete', async () => {
		const { response, entry } = await ask('A car [[incomplete]]');
		expect(response).toMatchObject({
			status: 'incomplete',
			incomplete_details: { reason: 'max_output_tokens' },
			output: [{ type: 'reasoning', status: 'incomplete' }],
		});
		expect(entry).toMatchObject(nothing);
		expect(entry.conversationUsd).toBeGreaterThan(0);
		const { types } = await stream('A car [[incomplete]]');
		expect(types.at(-1)).toBe('response.incomplete');
	});

	test('empty', async () => {
		const { response, entry } = await ask('A car [[empty]]');
		expect(response).toMatchObject({ status: 'completed', output: [] });
		expect(entry).toMatchObject(nothing);
		const { types } = await stream('A car [[empty]]');
		expect(types).toEqual(['response.created', 'response.in_progress', 'response.completed']);
	});
});

describe('a picture in another manner', () => {
	test('no-tool-usage and no-usage: one of the two is missing, the bill is the same', async () => {
		const plain = await ask('A car [[delay 0]]');
		const tool = await ask('A car [[no-tool-usage]]');
		expect([tool.response.tool_usage, typeof tool.response.usage]).toEqual([undefined, 'object']);
		const conversation = await ask('A car [[no-usage]]');
		expect([conversation.response.usage, typeof conversation.response.tool_usage]).toEqual([
			undefined,
			'object',
		]);
		for (const { entry } of [tool, conversation]) {
			expect(entry.images).toBe(1);
			expect(entry.imageUsd).toBe(plain.entry.imageUsd);
			expect(entry.conversationUsd).toBeGreaterThan(0);
		}
		const svg = withTool({ output_format: 'svg' });
		expect(callOf((await ask('A car [[no-tool-usage]]', svg)).response)).not.toHaveProperty('svg_usage');
		expect((await stream('A car [[no-tool-usage]]')).ended).not.toHaveProperty('tool_usage');
	});

	test('not-base64, not-an-image and data-url, also when it is had again', async () => {
		for (const [directive, expected] of [
			['not-base64', /[^A-Za-z0-9+/=]/],
			['not-an-image', /^VGhpcyBpcyBhIHRleHQ/],
			['data-url', /^data:image\/png;base64,iVBOR/],
		] as const) {
			const { response, client } = await ask(`A car [[${directive}]]`);
			expect(callOf(response).result).toMatch(expected);
			expect(await client.responses.retrieve(response.id)).toEqual(response);
			// What is gone on from is the picture all the same.
			const next = await client.responses.create({
				...talk,
				input: 'Blue',
				previous_response_id: response.id,
			});
			expect(pictureOf(next).subarray(1, 4).toString()).toBe('PNG');
			const { ended } = await stream(`A car [[${directive}]]`);
			expect(callOf(ended!).result).toMatch(expected);
		}
	});

	test('chunked, pretty and escaped', async () => {
		const { post } = await start();
		const text = async (directive: string) =>
			(await readAll(await post('/responses', { ...talk, input: `A car [[${directive}]]` }))).text;
		const picture = (json: string) => callOf(JSON.parse(json) as Response).result;
		const plain = picture(await text('delay 0'));
		expect(await text('pretty')).toMatch(/^\{\n {2}"id"/);
		for (const directive of ['chunked 1000', 'pretty', 'escaped']) {
			expect(picture(await text(directive))).toBe(plain);
			expect(callOf((await stream(`A car [[${directive}]]`, 0)).ended!).result).toBe(plain);
		}
	});

	test('cut: half of the answer, which is charged', async () => {
		const { post, standIn } = await start();
		const response = await post('/responses', { ...talk, input: 'A car [[cut]]' });
		const { text, lost } = await readAll(response);
		expect(lost).toBe(true);
		expect(text.length).toBeLessThanOrEqual(Number(response.headers.get('content-length')) / 2);
		expect(standIn.books[0]).toMatchObject({ images: 1 });
	});

	test('the failures of the Images API', async () => {
		const { client, standIn } = await start();
		const make = (directive: string) => client.responses.create({ ...talk, input: `A car [[${directive}]]` });
		await expect(make('status 503')).rejects.toMatchObject({ status: 503 });
		await expect(make('rate-limit 3')).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
		await expect(make('quota')).rejects.toMatchObject({ code: 'insufficient_quota' });
		await expect(make('moderation')).rejects.toMatchObject({ status: 400, code: 'moderation_blocked' });
		await expect(make('reset')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
		await expect(make('html 502')).rejects.toMatchObject({ status: 502 });
		expect(standIn.books.every(({ usd }) => usd === 0)).toBe(true);
	});

	test('only those of the newest instruction hold', async () => {
		const { client } = await start();
		const input = ['A car [[status 500]] [[stream-cut]]', 'Blue [[text-answer Why?]]', 'Red'].map(
			(content) => ({ role: 'user', content }) as const,
		);
		const first = await client.responses.create({ ...talk, input });
		expect(callOf(first).status).toBe('completed');
		const told = await client.responses.create({ ...talk, input: 'A car [[text-answer Why?]]' });
		const next = await client.responses.create({ ...talk, input: 'So', previous_response_id: told.id });
		expect(callOf(next).status).toBe('completed');
	});
});

describe('a stream that goes wrong', () => {
	test('stream-error: after the partial pictures', async () => {
		const { types, last, entry, client, events, lost } = await stream('A car [[stream-error]]');
		expect(types.slice(-3)).toEqual([
			'response.image_generation_call.partial_image',
			'response.image_generation_call.partial_image',
			'error',
		]);
		expect(last).toEqual({
			type: 'error',
			code: 'server_error',
			message: expect.any(String) as string,
			param: null,
			sequence_number: events.length - 1,
		});
		expect(lost).toBe(false);
		expect(entry).toMatchObject({ ...nothing, usd: 0, responseId: null });
		const created = events[0] as OpenAI.Responses.ResponseCreatedEvent;
		await expect(client.responses.retrieve(created.response.id)).rejects.toMatchObject({ status: 404 });
	});

	test('stream-error with a code, as the SDK has it', async () => {
		const { client } = await start();
		const asked = await client.responses.create({
			...talk,
			input: 'A car [[stream-error rate_limit_exceeded]]',
			stream: true,
		});
		await expect(collect(asked)).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
	});

	test('stream-cut: within the final event; the picture came before it', async () => {
		const { types, lost, text, entry, events } = await stream('A car [[stream-cut]]');
		expect(lost).toBe(true);
		expect(types.at(-1)).toBe('response.output_item.done');
		expect(text.slice(text.lastIndexOf('event: '))).toMatch(/^event: response\.completed\ndata: \{"type"/);
		const done = events.flatMap((event) => (event.type === 'response.output_item.done' ? [event.item] : []));
		expect(done[1]).toMatchObject({ type: 'image_generation_call', result: expect.any(String) as string });
		expect(entry).toMatchObject({ images: 1, status: 200 });
	});

	test('stream-crlf, which the SDK reads', async () => {
		const { text, types } = await stream('A car [[stream-crlf]]');
		expect(text).not.toMatch(/[^\r]\n/);
		expect(text).toContain(': keep-alive\r\n\r\nevent: response.completed\r\ndata: {\r\ndata: "type"');
		expect(types.at(-1)).toBe('response.completed');
		const { client } = await start();
		const events = await collect(
			await client.responses.create({ ...talk, input: 'A [[stream-crlf]] [[chunked 99999]]', stream: true }),
		);
		expect(events.at(-1)?.type).toBe('response.completed');
	});

	test('fewer-partials: one, and only one is charged', async () => {
		const partials = 'response.image_generation_call.partial_image';
		const fewer = await stream('A car [[fewer-partials]]', 3);
		expect(fewer.types.filter((type) => type === partials)).toHaveLength(1);
		const one = await stream('A car [[delay 0]]', 1);
		expect(fewer.ended?.tool_usage).toEqual(one.ended?.tool_usage);
		expect(fewer.entry.imageUsd).toBe(one.entry.imageUsd);
	});
});

describe('the table of directives in the README', () => {
	const kinds = {
		I: 'images',
		Is: 'image stream',
		R: 'response',
		Rs: 'response stream',
		B: 'batch line',
	} as const;
	const readme = readFileSync(join(__dirname, 'stand-in/README.md'), 'utf8');
	const rows = [...readme.matchAll(/^\| `(\[\[.+?\]\])` +\| ([BIRs ]+?) +\|/gm)];

	test.each(rows.map(([, directive = '', on = '']) => [directive, on.split(' ')] as const))(
		'%s',
		(directive, on) => {
			const given = directive
				.replace(/\b(MS|S|BYTES)\b/, '7')
				.replace(/(status|html) CODE/, '$1 500')
				.replace('CODE', 'some_code');
			for (const [name, kind] of Object.entries(kinds)) {
				const read = () => readDirectives(`A car ${given}`, kind, 'prompt');
				if (on.includes(name)) expect(read().text).toBe('A car');
				else expect(read).toThrow(/^The stand-in has no /);
			}
		},
	);

	test('leaves none out', () => {
		expect(new Set(rows.map(([, directive]) => /[a-z0-9-]+/.exec(directive ?? '')?.[0]))).toEqual(
			new Set(directiveNames),
		);
	});
});
