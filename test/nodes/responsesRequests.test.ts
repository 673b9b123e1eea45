import type { IDataObject } from 'n8n-workflow';
import OpenAI, { toFile } from 'openai';
import type { ResponseCreateParams, ResponseInputContent, Tool } from 'openai/resources/responses/responses';
import type { BookEntry, StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { callItem, callOf, dataUrl, plain, sha256, withHole } from '../stand-in/harness';
import { EDIT_NODE, GENERATE_NODE, turns } from './conversation';
import { setDay } from './day';
import type { SourceRow } from './edit';
import { file } from './edit';
import { errorOf, KEY } from './generate';

let standIn: StandIn;
let openai: OpenAI;
/** A conversation with one picture. */
let begun: { response: string; call: string };
let photo: Buffer;
let fileId: string;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
	openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
	photo = await plain(300, 200, '#2a9');
	const tool = { type: 'image_generation', model: 'gpt-image-2.5-flare', size: '816x816' } as const;
	const first = await openai.responses.create({ model: 'gpt-6-luna', input: 'a fox', tools: [tool] });
	begun = { response: first.id, call: callOf(first).id };
	const uploaded = await openai.files.create({ file: await toFile(photo, 'photo.png'), purpose: 'vision' });
	fileId = uploaded.id;
});

afterAll(async () => await standIn.close());

/** Nothing is drawn: the stand-in refuses with this status once it has found everything good. */
const prompt = '[[status 418]] a fox';
const model = 'gpt-image-2.5-flare';

/** What the node sends for a row. */
async function sent(type: string, row: SourceRow): Promise<BookEntry> {
	const before = standIn.books.length;
	const { json } = await turns(type, { rows: [{ ...row, json: { prompt, ...row.json } }], standIn });
	expect(errorOf(json[0])).toMatchObject({ status: 418, attempts: 1 });
	expect(standIn.books).toHaveLength(before + 1);
	return standIn.books.at(-1)!;
}

/** What the official SDK sends for the same. */
async function fromSdk(params: ResponseCreateParams): Promise<BookEntry> {
	await expect(openai.responses.create(params)).rejects.toMatchObject({ status: 418 });
	return standIn.books.at(-1)!;
}

type Expected = Pick<ResponseCreateParams, 'previous_response_id' | 'safety_identifier' | 'stream'> & {
	tool: Omit<Tool.ImageGeneration, 'type' | 'model'> & { model?: string };
	/** Beside the prompt. */
	content?: ResponseInputContent[];
	before?: OpenAI.Responses.ResponseInputItem[];
};

function requestFor({ tool, content = [], before = [], ...rest }: Expected): ResponseCreateParams {
	const text = { type: 'input_text', text: prompt } as const;
	return {
		model: 'gpt-6-luna',
		input: [...before, { role: 'user', content: [text, ...content] }],
		tools: [{ type: 'image_generation', model, size: '816x816', quality: 'low', ...tool }],
		tool_choice: { type: 'image_generation' },
		...rest,
	};
}

const image = (source: { image_url: string } | { file_id: string }): ResponseInputContent => ({
	type: 'input_image',
	detail: 'auto',
	...source,
});

interface Case {
	name: string;
	type: string;
	row: () => SourceRow | Promise<SourceRow>;
	request: () => Expected;
	/** Sums of the pictures that the server got, in their order. */
	inputs?: () => Array<Buffer | 'call'>;
}

const address = () => new URL('/stand-in/sources/photo.png', standIn.url).href;
const inFile = (json: IDataObject = {}) => ({
	files: { data: file(photo) },
	json: { source: 'binary', ...json },
});

const generates: Case[] = [
	{
		name: 'a prompt',
		type: GENERATE_NODE,
		row: () => ({}),
		request: () => ({ tool: { action: 'generate' } }),
	},
	{
		name: 'every parameter of a still picture',
		type: GENERATE_NODE,
		row: () => ({
			json: {
				model: 'gpt-image-2.6-flare',
				size: '1024x640',
				quality: 'xhigh',
				background: 'transparent',
				complexity: 'high',
				moderation: 'low',
				output_format: 'webp',
				output_compression: 70,
				safety_identifier: 'user-1',
			},
		}),
		request: () => ({
			tool: {
				action: 'generate',
				model: 'gpt-image-2.6-flare',
				size: '1024x640',
				quality: 'xhigh',
				background: 'transparent',
				complexity: 'high',
				moderation: 'low',
				output_format: 'webp',
				output_compression: 70,
			},
			safety_identifier: 'user-1',
		}),
	},
	{
		name: 'a GIF',
		type: GENERATE_NODE,
		row: () => ({ json: { output_format: 'gif', frame_count: 3, frame_duration_ms: 120 } }),
		request: () => ({
			tool: { action: 'generate', output_format: 'gif', frame_count: 3, frame_duration_ms: 120 },
		}),
	},
	{
		name: 'an SVG',
		type: GENERATE_NODE,
		row: () => ({ json: { output_format: 'svg', svg_model: 'gpt-6-luna', svg_effort: 'low' } }),
		request: () => ({
			tool: {
				action: 'generate',
				output_format: 'svg',
				svg: { model: 'gpt-6-luna', reasoning: { effort: 'low' } },
			},
		}),
	},
	{
		name: 'partial images',
		type: GENERATE_NODE,
		row: () => ({ json: { partial_images: 2 } }),
		request: () => ({ tool: { action: 'generate', partial_images: 2 }, stream: true }),
	},
	{
		name: 'a conversation to go on with',
		type: GENERATE_NODE,
		row: () => ({ json: { previous: begun.response } }),
		request: () => ({ tool: { action: 'auto' }, previous_response_id: begun.response }),
		inputs: () => ['call'],
	},
];

const edits: Case[] = [
	{
		name: "the conversation's last image",
		type: EDIT_NODE,
		row: () => ({ json: { previous: begun.response } }),
		request: () => ({ tool: { action: 'edit' }, previous_response_id: begun.response }),
		inputs: () => ['call'],
	},
	{
		name: 'the image of a call',
		type: EDIT_NODE,
		row: () => ({ json: { call: begun.call } }),
		request: () => ({ tool: { action: 'edit' }, before: [callItem(begun.call)] }),
		inputs: () => ['call'],
	},
	{
		name: 'the image of a call within its conversation',
		type: EDIT_NODE,
		row: () => ({ json: { previous: begun.response, call: ` ${begun.call} ` } }),
		request: () => ({
			tool: { action: 'edit' },
			before: [callItem(begun.call)],
			previous_response_id: begun.response,
		}),
		inputs: () => ['call'],
	},
	{
		name: 'binary data',
		type: EDIT_NODE,
		row: () => inFile(),
		request: () => ({ tool: { action: 'edit' }, content: [image({ image_url: dataUrl(photo) })] }),
		inputs: () => [photo],
	},
	{
		name: 'binary data within a conversation',
		type: EDIT_NODE,
		row: () => inFile({ previous: begun.response }),
		request: () => ({
			tool: { action: 'edit' },
			content: [image({ image_url: dataUrl(photo) })],
			previous_response_id: begun.response,
		}),
		inputs: () => ['call', photo],
	},
	{
		name: 'two addresses within a conversation',
		type: EDIT_NODE,
		row: () => ({
			json: { source: 'url', urls: `${address()}\n${address()}`, previous: begun.response },
		}),
		request: () => ({
			tool: { action: 'edit' },
			content: [image({ image_url: address() }), image({ image_url: address() })],
			previous_response_id: begun.response,
		}),
	},
	{
		name: 'a file ID within a conversation',
		type: EDIT_NODE,
		row: () => ({ json: { source: 'fileId', ids: fileId, previous: begun.response } }),
		request: () => ({
			tool: { action: 'edit' },
			content: [image({ file_id: fileId })],
			previous_response_id: begun.response,
		}),
		inputs: () => ['call', photo],
	},
	{
		name: 'high input fidelity',
		type: EDIT_NODE,
		row: () => inFile({ model: 'gpt-image-1.5', size: '1024x1024', input_fidelity: 'high' }),
		request: () => ({
			tool: { action: 'edit', model: 'gpt-image-1.5', size: '1024x1024', input_fidelity: 'high' },
			content: [image({ image_url: dataUrl(photo) })],
		}),
		inputs: () => [photo],
	},
	{
		name: 'partial images',
		type: EDIT_NODE,
		row: () => ({ json: { previous: begun.response, partial_images: 3 } }),
		request: () => ({
			tool: { action: 'edit', partial_images: 3 },
			previous_response_id: begun.response,
			stream: true,
		}),
		inputs: () => ['call'],
	},
];

describe.each([
	['Generate', generates],
	['Edit', edits],
])('%s sends what the SDK would', (_node, cases) => {
	it.each(cases)('for $name', async ({ type, row, request, inputs }) => {
		const entry = await sent(type, await row());
		const expected = await fromSdk(requestFor(request()));
		expect(entry.endpoint).toBe('/v1/responses');
		expect(entry.body).toEqual(expected.body);
		expect(entry.headers['content-type']).toBe(expected.headers['content-type']);
		expect(entry.inputs).toEqual(expected.inputs);
		if (inputs) {
			const sums = (entry.inputs ?? []).map((input) =>
				input.source === 'image_call' ? 'call' : input.sha256,
			);
			expect(sums).toEqual(inputs().map((one) => (one === 'call' ? one : sha256(one))));
		}
	});
});

it('a mask goes into the tool', async () => {
	const mask = await withHole(816, 816, '#000', { left: 90, top: 90, width: 300, height: 300 });
	const entry = await sent(EDIT_NODE, {
		files: { hole: file(mask) },
		json: { previous: begun.response, mask: 'hole' },
	});
	const { body } = await fromSdk(
		requestFor({
			tool: { action: 'edit', input_image_mask: { image_url: dataUrl(mask) } },
			previous_response_id: begun.response,
		}),
	);
	expect(entry.body).toEqual(body);
	expect(entry.inputs!.map(({ source, sha256: sum }) => [source, sum]).at(-1)).toEqual([
		'data_url',
		sha256(mask),
	]);
});

it('images that n8n is to download go as data URLs', async () => {
	const { inputs, body } = await sent(EDIT_NODE, {
		json: { source: 'url', urls: address(), download: true },
	});
	expect(inputs).toMatchObject([{ source: 'data_url', contentType: 'image/png', width: 1024, height: 1024 }]);
	expect(JSON.stringify(body)).not.toContain('/stand-in/sources/');
});

it('further fields are added to the request, those of an image to the tool', async () => {
	const { body } = await sent(GENERATE_NODE, {
		json: {
			additional: {
				instructions: 'Draw in ink.',
				reasoning: { effort: 'low' },
				store: false,
				quality: 'medium',
			},
		},
	});
	expect(body).toMatchObject({
		instructions: 'Draw in ink.',
		reasoning: { effort: 'low' },
		store: false,
		tools: [{ quality: 'medium' }],
	});
	expect(body).not.toHaveProperty('quality');
});

it.each(['input', 'tools', 'tool_choice', 'previous_response_id', 'stream', 'n', 'partial_images', 'model'])(
	'"%s" is not taken for a further field',
	async (name) => {
		const before = standIn.books.length;
		const { json } = await turns(GENERATE_NODE, { rows: [{ json: { additional: { [name]: 1 } } }], standIn });
		expect(errorOf(json[0])).toMatchObject({ type: 'validation_error', attempts: 0 });
		expect(errorOf(json[0]).message).toContain(`"${name}" has a parameter of its own`);
		expect(standIn.books).toHaveLength(before);
	},
);

it('size and quality are left out where the model is to choose', async () => {
	const { body } = await sent(GENERATE_NODE, { json: { size: 'auto', quality: 'auto' } });
	expect(body).toMatchObject({ tools: [{ type: 'image_generation', action: 'generate', model }] });
	expect(Object.keys((body as { tools: object[] }).tools[0]!).sort()).toEqual(['action', 'model', 'type']);
});

it.each([
	['Generate', GENERATE_NODE, {}],
	['Edit', EDIT_NODE, {}],
	['a stream', GENERATE_NODE, { partial_images: 1 }],
])('%s makes three requests for three images, without n', async (_name, type, json) => {
	const before = standIn.books.length;
	await turns(type, { rows: [{ json: { prompt, previous: begun.response, n: 3, ...json } }], standIn });
	const bodies = standIn.books.slice(before).map(({ body }) => body);
	expect(bodies).toHaveLength(3);
	for (const body of bodies) {
		expect(body).not.toHaveProperty('n');
		expect(body).toMatchObject({ previous_response_id: begun.response });
		expect(body).toEqual(bodies[0]);
	}
});
