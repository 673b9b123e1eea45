import type { RequestListener } from 'node:http';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { plain } from '../stand-in/harness';
import { GENERATE_NODE, turns } from './conversation';
import { setDay } from './day';
import type { GenerateResult } from './generate';
import { errorOf } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';

setDay('2026-11-21');

interface Making {
	execution?: INodeParameters;
	standIn: { url: string };
	signal?: AbortSignal;
}

async function make(row: IDataObject, { execution = {}, ...more }: Making): Promise<GenerateResult> {
	return await turns(GENERATE_NODE, {
		rows: [{ json: { prompt: 'a fox', partial_images: 2, ...row } }],
		parameters: { execution },
		...more,
	});
}

const apis = ['images', 'responses'];
const UNKNOWN = { total: null, input: null, output: null, basis: 'unknown' };

/** Streams that the stand-in does not write. */
describe('a server that does as it likes', () => {
	let server: HttpServer | undefined;
	let picture: string;

	beforeAll(async () => {
		picture = (await plain(96, 64, '#2a9')).toString('base64');
	});

	afterEach(() => {
		server?.close();
		server = undefined;
	});

	/** @param answers what it answers to the first request, the second, ... */
	async function serve(
		...answers: Array<[type: string, body: string]>
	): Promise<{ url: string; asked: number[] }> {
		const asked: number[] = [];
		const listener: RequestListener = (request, response) => {
			request.resume();
			request.on('end', () => {
				const [type, body] = answers[Math.min(asked.push(0), answers.length) - 1]!;
				response.writeHead(200, { 'content-type': type, 'x-request-id': 'req_1' });
				response.end(body);
			});
		};
		server = await startServer(listener);
		return { url: `${server.origin}/v1`, asked };
	}

	const SSE = 'text/event-stream; charset=utf-8';
	const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
	const image = () => ({ b64_json: picture, size: '96x64', output_format: 'png' });
	const usage = {
		input_tokens: 9,
		output_tokens: 100,
		total_tokens: 109,
		input_tokens_details: { text_tokens: 9, image_tokens: 0 },
	};
	const response = () => ({
		id: 'resp_1',
		object: 'response',
		status: 'completed',
		model: 'gpt-6-luna',
		output: [
			{
				id: 'ig_1',
				type: 'image_generation_call',
				status: 'completed',
				action: 'generate',
				result: picture,
				output_format: 'png',
				size: '96x64',
			},
		],
		usage: {
			input_tokens: 1000,
			input_tokens_details: { cached_tokens: 0 },
			output_tokens: 50,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: 1050,
		},
		tool_usage: { image_gen: usage },
	});
	const whole = (api: string): [string, string] => [
		'application/json',
		JSON.stringify(api === 'images' ? { data: [{ b64_json: picture }], size: '96x64', usage } : response()),
	];
	const streamed = (api: string): string =>
		api === 'images'
			? event('image_generation.completed', { type: 'image_generation.completed', ...image(), usage })
			: event('response.completed', { type: 'response.completed', response: response() });
	const preview = (api: string): string => {
		const [type, key] =
			api === 'images'
				? ['image_generation.partial_image', 'b64_json']
				: ['response.image_generation_call.partial_image', 'partial_image_b64'];
		return event(type!, { type, partial_image_index: 0, [key!]: picture });
	};
	const error = (code: string): string =>
		event('error', {
			type: 'error',
			error: { type: 'image_generation_error', code, message: `It is ${code}.` },
		});

	describe.each(apis)('with the %s API', (api) => {
		it('and answers whole where a stream was asked for: the image is taken', async () => {
			const { json, items } = await make({ api, size: 'auto' }, { standIn: await serve(whole(api)) });
			expect(json[0]).toMatchObject({ image: { width: 96, height: 64 }, usage: { output_tokens: 100 } });
			expect(Object.keys(items[0]!.binary!)).toEqual(['data']);
			expect(json[0]!.cost.total).toBeGreaterThan(0);
		});

		it('and streams where none was asked for: likewise', async () => {
			const standIn = await serve([SSE, streamed(api)]);
			const { json } = await make({ api, size: 'auto', partial_images: 0 }, { standIn });
			expect(json[0]).toMatchObject({ image: { width: 96, height: 64 }, usage: { output_tokens: 100 } });
		});

		it.each(['server_error', 'rate_limit_exceeded'])(
			'and reports %s before any picture: it is tried again',
			async (code) => {
				const { url, asked } = await serve([SSE, error(code)], [SSE, streamed(api)]);
				const { json } = await make({ api, size: 'auto' }, { standIn: { url } });
				expect(asked).toHaveLength(2);
				expect(json).toHaveLength(1);
				expect(json[0]).toMatchObject({ image: { width: 96 }, timing: { attempts: 2 } });
			},
		);

		it("and never stops reporting it: the reason is the server's", async () => {
			const { url, asked } = await serve([SSE, error('server_error')]);
			const { json, items } = await make({ api }, { standIn: { url }, execution: { maxRetries: 1 } });
			expect(asked).toHaveLength(2);
			expect(errorOf(json[0])).toMatchObject({ code: 'server_error', retryable: true, attempts: 2 });
			expect(errorOf(json[0]).message).toMatch(/It is server_error/);
			expect(errorOf(json[0]).message).not.toMatch(/kept/);
			expect(items[0]!.binary ?? {}).toEqual({});
			expect(json[0]).not.toHaveProperty('partial_images');
		});

		it('and reports what no retry cures: it is not tried again', async () => {
			const { url, asked } = await serve([SSE, error('moderation_blocked')]);
			const { json } = await make({ api }, { standIn: { url } });
			expect(asked).toHaveLength(1);
			expect(errorOf(json[0])).toMatchObject({
				code: 'moderation_blocked',
				request_id: 'req_1',
				attempts: 1,
			});
		});

		it('and writes an error with nothing around it', async () => {
			const bare = event('error', { type: 'error', code: 'moderation_blocked', message: 'No.', param: null });
			const { json } = await make({ api }, { standIn: await serve([SSE, bare]) });
			expect(errorOf(json[0])).toMatchObject({ code: 'moderation_blocked' });
			expect(errorOf(json[0]).message).toMatch(/^Item 0: No\./);
		});

		it('and writes an error with nothing around it, whose type is the kind of error', async () => {
			const bare = event('error', { type: 'error', code: 'moderation_blocked', message: 'No.', param: null });
			const { json } = await make({ api }, { standIn: await serve([SSE, bare]) });
			expect(errorOf(json[0]).type).toBe('moderation');
		});

		/** @param talks whether the server sends comments for ever, after a preview */
		async function expectTimeout(talks: boolean): Promise<void> {
			let chatter: NodeJS.Timeout | undefined;
			server = await startServer((request, answer) => {
				request.resume();
				answer.writeHead(200, { 'content-type': SSE });
				answer.write(preview(api));
				if (talks) chatter = setInterval(() => answer.write(': still there\n\n'), 200);
			});
			// So that the test ends at all.
			const signal = AbortSignal.timeout(1800);
			const standIn = { url: `${server.origin}/v1` };
			const { json, items } = await make({ api }, { execution: { requestTimeout: 1000 }, standIn, signal });
			clearInterval(chatter);
			expect(errorOf(json[0])).toMatchObject({ type: 'timeout', attempts: 1 });
			expect(errorOf(json[0]).message).toMatch(/within 1 s.*1 partial image is kept\.$/);
			expect(Object.keys(items[0]!.binary!)).toEqual(['data_partial_0']);
			expect(json[0]!.cost).toMatchObject(UNKNOWN);
		}

		it('and keeps on saying nothing after a preview: a timeout, and the preview is kept', async () => {
			await expectTimeout(true);
		});

		it('and falls silent after a preview: likewise', async () => {
			await expectTimeout(false);
		});

		it.each([
			['nothing', ''],
			['only comments', ': hello\n\n: hello\n\n'],
			['only a good-bye', 'data: [DONE]\n\n'],
			['events that mean nothing here', event('ping', { type: 'ping' })],
			['half of an event', streamed('images').slice(0, 60)],
		])('and sends %s: an interruption, not retried', async (_what, body) => {
			const { url, asked } = await serve([SSE, body]);
			const { json } = await make({ api }, { standIn: { url } });
			expect(errorOf(json[0])).toMatchObject({
				type: 'interrupted',
				code: 'incomplete_response',
				attempts: 1,
			});
			expect(errorOf(json[0]).message).toMatch(/may have been billed/);
			expect(asked).toHaveLength(1);
		});

		it('and sends what is no JSON', async () => {
			const { json } = await make({ api }, { standIn: await serve([SSE, 'data: {"b64_json": }\n\n']) });
			expect(errorOf(json[0])).toMatchObject({
				type: 'invalid_response',
				code: 'invalid_event',
				attempts: 1,
			});
		});

		it('and falls silent after a preview: cancelling the execution ends it', async () => {
			server = await startServer((request, answer) => {
				request.resume();
				answer.writeHead(200, { 'content-type': SSE });
				answer.write(preview(api));
			});
			const standIn = { url: `${server.origin}/v1` };
			const { result } = await make({ api }, { standIn, signal: AbortSignal.timeout(400) });
			expect(result.run.status).toBe('canceled');
		});

		it('and repeats the key in an error: it is hidden', async () => {
			// `turns` looks for the key in everything that comes out.
			const said = 'Incorrect API key provided: sk-stand-in-7fQ_Kp9_Wm';
			const body = event('error', { type: 'error', error: { code: 'odd', message: said } });
			const { json } = await make({ api }, { standIn: await serve([SSE, body]) });
			expect(errorOf(json[0]).code).toBe('odd');
		});
	});
});
