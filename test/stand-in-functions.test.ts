import type OpenAI from 'openai';
import { collect, talk, useStandIns } from './stand-in/harness';

const start = useStandIns();

const parameters = {
	type: 'object',
	properties: {
		Prompt: { type: 'string', description: 'What the image shows' },
		file_name: { type: 'string' },
		format: { type: 'string', enum: ['png', 'jpeg'] },
		count: { type: 'integer', minimum: 2 },
		verbose: { type: 'boolean' },
		note: { type: 'string' },
	},
	required: ['Prompt', 'file_name', 'format', 'count', 'verbose'],
};
const filled = { Prompt: 'A red fox', file_name: 'A red fox', format: 'png', count: 2, verbose: false };

describe('chat completions', () => {
	const model = 'gpt-4.1-mini';
	const tools: OpenAI.ChatCompletionTool[] = [
		{ type: 'function', function: { name: 'make_image', parameters } },
		{ type: 'function', function: { name: 'other', parameters: { type: 'object', properties: {} } } },
	];
	const said: OpenAI.ChatCompletionMessageParam[] = [
		{ role: 'system', content: 'You are an agent' },
		{ role: 'user', content: [{ type: 'text', text: 'A red fox' }] },
	];

	test('the user is answered by a call of the first function, its result is told word for word', async () => {
		const { client, standIn } = await start();
		const first = await client.chat.completions.create({ model, messages: said, tools });
		expect(first).toMatchObject({
			object: 'chat.completion',
			model,
			usage: { total_tokens: expect.any(Number) },
		});
		const [choice] = first.choices;
		expect(choice).toMatchObject({
			finish_reason: 'tool_calls',
			message: { role: 'assistant', content: null },
		});
		const [call] = choice?.message.tool_calls ?? [];
		if (call?.type !== 'function') throw new Error('No call');
		expect(call).toMatchObject({ id: expect.stringMatching(/^call_/), function: { name: 'make_image' } });
		expect(JSON.parse(call.function.arguments)).toEqual(filled);

		const result = '{"file":"a-red-fox.png","cost":0.0132}';
		const second = await client.chat.completions.create({
			model,
			messages: [...said, choice!.message, { role: 'tool', tool_call_id: call.id, content: result }],
			tools,
		});
		expect(second.choices[0]).toMatchObject({ finish_reason: 'stop' });
		expect(second.choices[0]?.message.content).toContain(result);
		expect(standIn.books).toEqual([]);
	});

	test('as a stream', async () => {
		const { client } = await start();
		const runner = client.chat.completions.stream({
			model,
			messages: said,
			tools,
			stream_options: { include_usage: true },
		});
		const made = await runner.finalChatCompletion();
		const [call] = made.choices[0]?.message.tool_calls ?? [];
		expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toEqual(filled);
		expect(made.usage?.total_tokens).toBeGreaterThan(0);
		const messages: typeof said = [{ role: 'user', content: 'Hello' }];
		const chunks = await collect(await client.chat.completions.create({ model, messages, stream: true }));
		expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toContain('Hello');
		expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
		expect(chunks.every(({ usage }) => usage === undefined)).toBe(true);
	});

	test('without tools there is a short text, and without messages or a model nothing', async () => {
		const { client, post } = await start();
		const made = await client.chat.completions.create({
			model,
			messages: [{ role: 'user', content: 'Hello' }],
		});
		expect(made.choices[0]?.message).toMatchObject({ content: 'You said: Hello' });
		const empty = client.chat.completions.create({ model, messages: [] });
		await expect(empty).rejects.toMatchObject({ status: 400, param: 'messages' });
		const unknown = client.chat.completions.create({ model: 'gpt-9', messages: said });
		await expect(unknown).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
		expect((await post('/chat/completions', { messages: said })).status).toBe(400);
	});
});

describe('functions on the Responses API', () => {
	const { model } = talk;
	const tools: OpenAI.Responses.FunctionTool[] = [
		{ type: 'function', name: 'make_image', parameters, strict: false },
	];

	test('likewise, and no image is booked', async () => {
		const { client, standIn } = await start();
		const asked: OpenAI.Responses.ResponseInputItem = {
			role: 'user',
			content: [{ type: 'input_text', text: 'A red fox' }],
		};
		const first = await client.responses.create({ model, input: [asked], tools, store: false });
		const [call] = first.output;
		if (call?.type !== 'function_call') throw new Error('No call');
		expect(call).toMatchObject({ name: 'make_image', status: 'completed' });
		expect(JSON.parse(call.arguments)).toEqual(filled);
		const output = {
			type: 'function_call_output',
			call_id: call.call_id,
			output: 'It cost $0.0132',
		} as const;
		const second = await client.responses.create({ model, input: [asked, call, output], tools });
		expect(second.output_text).toContain('It cost $0.0132');
		expect((await client.responses.create({ model, input: 'Hello' })).output_text).toBe('You said: Hello');
		expect(standIn.books).toEqual([]);
	});

	test('as a stream', async () => {
		const { client } = await start();
		const called = await client.responses.stream({ model, input: 'A red fox', tools }).finalResponse();
		const [call] = called.output;
		expect(JSON.parse(call?.type === 'function_call' ? call.arguments : '')).toEqual(filled);
		const events = await collect(
			await client.responses.create({ model, input: 'A red fox', tools, stream: true }),
		);
		expect(events.map(({ type }) => type)).toEqual([
			'response.created',
			'response.in_progress',
			'response.output_item.added',
			'response.function_call_arguments.delta',
			'response.function_call_arguments.done',
			'response.output_item.done',
			'response.completed',
		]);
		const told = await client.responses.stream({ model, input: 'Hello' }).finalResponse();
		expect(told.output_text).toBe('You said: Hello');
	});

	test('an unknown model and no input are refused', async () => {
		const { client } = await start();
		const unknown = client.responses.create({ model: 'gpt-9', input: 'Hello', tools });
		await expect(unknown).rejects.toMatchObject({ status: 400, code: 'model_not_found' });
		await expect(client.responses.create({ model, tools })).rejects.toMatchObject({ param: 'input' });
	});
});
