import OpenAI, { toFile } from 'openai';
import { Stream } from 'openai/streaming';
import type { ImageEditStreamEvent, ImageGenStreamEvent, ImagesResponse } from 'openai/resources/images';
import type { Response as Answer, ResponseStreamEvent, Tool } from 'openai/resources/responses/responses';
import { IMAGES_API_KEYS } from '../../engine/responses/jsonImages';
import { EventStreamReader } from '../../engine/responses/eventStream';
import { RESPONSES_API_KEYS } from '../../engine/responses/responsesResponse';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { bytesOf, callOf, collect, pictureOf, plain } from '../stand-in/harness';
import { EDIT_NODE, GENERATE_NODE, turnOf, turns } from './conversation';
import { setDay } from './day';
import { file } from './edit';
import type { GenerateResult } from './generate';
import { errorOf, KEY } from './generate';

/** The official SDK as the oracle: of the same requests it must read what the node reads. */
let standIn: StandIn;
let openai: OpenAI;
let photo: Buffer;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
	openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
	photo = await plain(300, 200, '#2a9');
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** What an image's request brought. */
interface Read {
	image: Buffer;
	partials: Buffer[];
	/** As the API counts: the image model's. */
	usage: ImagesResponse.Usage | undefined;
	parameters: { size?: unknown; quality?: unknown; background?: unknown; output_format?: unknown };
	/** Only of a response. */
	answer?: Answer;
}

const prompt = 'a fox';
const common = { model: 'gpt-image-2.5-flare', prompt, size: '816x816', quality: 'low' } as const;
const tool: Tool.ImageGeneration = {
	type: 'image_generation',
	model: common.model,
	size: common.size,
	quality: common.quality,
};

const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64');

function readWhole(answer: ImagesResponse): Read {
	return { image: bytesOf(answer), partials: [], usage: answer.usage, parameters: answer };
}

function readEvents(events: Array<ImageGenStreamEvent | ImageEditStreamEvent>): Read {
	const last = events.at(-1)!;
	if (!('usage' in last)) throw new Error('The stream did not end with the image');
	const partials = events.slice(0, -1).map(({ b64_json: text }) => decoded(text));
	return { image: decoded(last.b64_json), partials, usage: last.usage, parameters: last };
}

function readResponse(answer: Answer, partials: Buffer[] = []): Read {
	const call = callOf(answer);
	const usage = answer.tool_usage!.image_gen as ImagesResponse.Usage;
	return { image: pictureOf(answer), partials, usage, parameters: call as Read['parameters'], answer };
}

function readResponseEvents(events: ResponseStreamEvent[]): Read {
	const last = events.at(-1)!;
	if (last.type !== 'response.completed') throw new Error(`The stream ended with ${last.type}`);
	return readResponse(
		last.response,
		events.flatMap((event) =>
			event.type === 'response.image_generation_call.partial_image' ? [decoded(event.partial_image_b64)] : [],
		),
	);
}

const source = async () => await toFile(photo, 'picture.png', { type: 'image/png' });
const withPhoto = () => [
	{
		role: 'user' as const,
		content: [
			{ type: 'input_text' as const, text: prompt },
			{
				type: 'input_image' as const,
				detail: 'auto' as const,
				image_url: `data:image/png;base64,${photo.toString('base64')}`,
			},
		],
	},
];
const asked = { model: 'gpt-6-luna', tool_choice: { type: 'image_generation' as const } };
const stream = { stream: true as const };

interface Way {
	name: string;
	type: string;
	api: string;
	partials: number;
	/** How the SDK asks for the same. */
	sdk: () => Promise<Read>;
}

const ways: Way[] = [
	{
		name: 'generations',
		type: GENERATE_NODE,
		api: 'images',
		partials: 0,
		sdk: async () => readWhole(await openai.images.generate(common)),
	},
	{
		name: 'generations, streamed',
		type: GENERATE_NODE,
		api: 'images',
		partials: 3,
		sdk: async () =>
			readEvents(await collect(await openai.images.generate({ ...common, ...stream, partial_images: 3 }))),
	},
	{
		name: 'edits',
		type: EDIT_NODE,
		api: 'images',
		partials: 0,
		sdk: async () => readWhole(await openai.images.edit({ ...common, image: [await source()] })),
	},
	{
		name: 'edits, streamed',
		type: EDIT_NODE,
		api: 'images',
		partials: 2,
		sdk: async () =>
			readEvents(
				await collect(
					await openai.images.edit({ ...common, image: [await source()], ...stream, partial_images: 2 }),
				),
			),
	},
	{
		name: 'a response',
		type: GENERATE_NODE,
		api: 'responses',
		partials: 0,
		sdk: async () =>
			readResponse(
				await openai.responses.create({ ...asked, input: prompt, tools: [{ ...tool, action: 'generate' }] }),
			),
	},
	{
		name: 'a response, streamed',
		type: GENERATE_NODE,
		api: 'responses',
		partials: 3,
		sdk: async () =>
			readResponseEvents(
				await collect(
					await openai.responses.create({
						...asked,
						...stream,
						input: prompt,
						tools: [{ ...tool, action: 'generate', partial_images: 3 }],
					}),
				),
			),
	},
	{
		name: 'an edit in a response',
		type: EDIT_NODE,
		api: 'responses',
		partials: 0,
		sdk: async () =>
			readResponse(
				await openai.responses.create({
					...asked,
					input: withPhoto(),
					tools: [{ ...tool, action: 'edit' }],
				}),
			),
	},
	{
		name: 'an edit in a response, streamed',
		type: EDIT_NODE,
		api: 'responses',
		partials: 1,
		sdk: async () =>
			readResponseEvents(
				await collect(
					await openai.responses.create({
						...asked,
						...stream,
						input: withPhoto(),
						tools: [{ ...tool, action: 'edit', partial_images: 1 }],
					}),
				),
			),
	},
];

describe.each(ways)('$name', ({ type, api, partials, sdk }) => {
	let read: Read;
	let made: GenerateResult;

	beforeAll(async () => {
		read = await sdk();
		made = await turns(type, {
			rows: [
				{
					json: { prompt, api, source: 'binary', partial_images: partials },
					...(type === EDIT_NODE && { files: { data: file(photo) } }),
				},
			],
			standIn,
		});
	});

	it('the node reads the same images', async () => {
		const names = ['data', ...Array.from({ length: partials }, (_, index) => `data_partial_${index}`)];
		const [item] = made.items;
		expect(Object.keys(item!.binary!)).toEqual(names);
		const seen = await Promise.all(names.map(async (name) => await made.result.binary(item!, name)));
		const expected = [read.image, ...read.partials];
		expect(seen.map((bytes, place) => bytes.equals(expected[place]!))).toEqual(names.map(() => true));
	});

	it('and the same of what was used', () => {
		const { input_tokens_details: details, output_tokens: drawn } = read.usage!;
		const { size, quality, background, output_format } = read.parameters;
		expect(made.json[0]).toMatchObject({
			usage: {
				input_text_tokens: details.text_tokens,
				input_image_tokens: details.image_tokens,
				output_tokens: drawn,
			},
			parameters: { size, quality, background, output_format },
		});
		if (!read.answer) return;
		const { usage } = turnOf(made.json[0]);
		const talked = read.answer.usage!;
		expect(usage.conversation).toEqual({
			model: read.answer.model,
			input_tokens: talked.input_tokens,
			cached_tokens: talked.input_tokens_details.cached_tokens,
			output_tokens: talked.output_tokens,
			reasoning_tokens: talked.output_tokens_details.reasoning_tokens,
		});
		expect(usage.total_tokens).toBe(talked.total_tokens + read.usage!.total_tokens);
		expect(made.json[0]).toMatchObject({
			revised_prompt: callOf(read.answer).revised_prompt,
			action: (callOf(read.answer) as unknown as { action: string }).action,
		});
	});
});

describe('a failure', () => {
	it.each([
		['before the answer', 'images', '[[status 400]]'],
		['before the answer', 'responses', '[[moderation]]'],
		['in the stream', 'images', '[[stream-error moderation_blocked]]'],
		['in the stream', 'responses', '[[stream-error moderation_blocked]]'],
	])('%s is one for both (%s API, %s)', async (_when, api, directive) => {
		const text = `${directive} a fox`;
		const reading =
			api === 'images'
				? openai.images
						.generate({ ...common, prompt: text, ...stream, partial_images: 1 })
						.then(async (events) => await collect<unknown>(events))
				: openai.responses
						.create({ ...asked, ...stream, input: text, tools: [{ ...tool, partial_images: 1 }] })
						.then(async (events) => await collect<unknown>(events));
		const outcome: unknown = await reading.then(
			(events) => events.at(-1),
			(error: unknown) => error,
		);
		const { json } = await turns(GENERATE_NODE, {
			rows: [{ json: { prompt: text, api, partial_images: 1 } }],
			standIn,
		});
		const { code, message } = errorOf(json[0]);
		// The SDK throws what the Images API reports, and hands on the error event of the Responses API.
		const { code: told, message: words } = outcome as { code: string | null; message: string };
		expect(code).toBe(told);
		// Only the request is another.
		const same = (text: string) => text.replace(/req_[0-9a-f]+/g, 'req');
		expect(same(message)).toContain(same(words.replace(/^\d{3} /, '')));
	});
});

describe('the reader of event streams sees what the SDK sees', () => {
	/** A stream as it came over the wire. */
	async function recorded(path: string, body: object): Promise<{ bytes: Buffer; headers: Headers }> {
		const response = await fetch(`${standIn.url}${path}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
			body: JSON.stringify({ ...body, stream: true }),
		});
		return { bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
	}

	async function bySdk({ bytes, headers }: { bytes: Buffer; headers: Headers }): Promise<unknown[]> {
		const response = new Response(new Uint8Array(bytes), { headers });
		return await collect(Stream.fromSSEResponse<unknown>(response, new AbortController()));
	}

	/** The events, with their images put back in. */
	function byReader({ bytes }: { bytes: Buffer }, keys: ReadonlySet<string>, step: number): unknown[] {
		const reader = new EventStreamReader(keys);
		const found: unknown[] = [];
		for (let at = 0; at < bytes.length; at += step) {
			for (const { data, images } of reader.push(bytes.subarray(at, at + step))) {
				const texts = images.map((image) => ('bytes' in image ? image.bytes.toString('base64') : 'none'));
				found.push(
					JSON.parse(JSON.stringify(data), (key, value: unknown) =>
						keys.has(key) && typeof value === 'string' ? texts[Number(value)] : value,
					),
				);
			}
		}
		return found;
	}

	const bodies: Array<[string, string, ReadonlySet<string>, (text: string) => object]> = [
		[
			'Images',
			'/images/generations',
			IMAGES_API_KEYS,
			(text) => ({ ...common, prompt: text, partial_images: 2 }),
		],
		[
			'Responses',
			'/responses',
			RESPONSES_API_KEYS,
			(text) => ({ ...asked, input: text, tools: [{ ...tool, partial_images: 2 }] }),
		],
	];

	describe.each(bodies)('of the %s API', (_api, path, keys, body) => {
		it.each(['', '[[stream-crlf]]', '[[pretty]]', '[[stream-crlf]] [[pretty]]'])(
			'%s, however it is cut',
			async (directives) => {
				const stream = await recorded(path, body(`${directives} a fox`));
				const expected = await bySdk(stream);
				expect(expected.length).toBeGreaterThan(2);
				for (const step of [Infinity, 65_536, 997, 61])
					expect(byReader(stream, keys, step)).toEqual(expected);
			},
		);
	});
});
