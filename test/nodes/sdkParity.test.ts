import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import OpenAI from 'openai';
import type { ImageGenerateParamsNonStreaming } from 'openai/resources/images';
import type { BookEntry, StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { generate, KEY } from './generate';
import prompts from './workflows/prompts.json';
import table from './workflows/table.json';

/** The official SDK as the oracle: for the same parameters it must send what the node sends. */
let standIn: StandIn;
let openai: OpenAI;

beforeAll(async () => {
	standIn = await startStandIn();
	openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
});

afterAll(async () => await standIn.close());

/** Nothing is drawn: the stand-in refuses with this status once it has found all fields good. */
const REFUSE = '[[status 418]]';

const sdk = async (params: ImageGenerateParamsNonStreaming): Promise<BookEntry> => {
	standIn.reset();
	await expect(openai.images.generate(params)).rejects.toMatchObject({ status: 418 });
	return standIn.books[0]!;
};

/** The columns of table.json for parameters of the API. */
function rowOf(params: ImageGenerateParamsNonStreaming): IDataObject {
	const { svg, user, ...row } = params;
	return {
		...row,
		...(svg && { svg_model: svg.model, svg_effort: svg.reasoning?.effort }),
		...(user && { additional: { user } }),
	} as IDataObject;
}

const node = async (params: ImageGenerateParamsNonStreaming): Promise<BookEntry> => {
	standIn.reset();
	const { json } = await generate(table, {
		rows: [rowOf(params)],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(json[0]!.error).toMatchObject({ status: 418 });
	return standIn.books[0]!;
};

async function expectParity(params: ImageGenerateParamsNonStreaming): Promise<void> {
	const expected = await sdk(params);
	const sent = await node(params);
	expect(sent.body).toEqual(expected.body);
	expect(sent.endpoint).toBe(expected.endpoint);
	expect(sent.headers['content-type']).toBe(expected.headers['content-type']);
}

const model = 'gpt-image-2.5-flare';
const prompt = `${REFUSE} a fox`;

it.each<[string, ImageGenerateParamsNonStreaming]>([
	['a prompt', { model, prompt }],
	['several images', { model, prompt, n: 10 }],
	['a size', { model, prompt, size: '1536x1024' }],
	["a size of one's own", { model, prompt, size: '3840x2160' }],
	['a quality', { model, prompt, quality: 'max' }],
	['a background', { model, prompt, background: 'transparent', output_format: 'webp' }],
	['moderation', { model, prompt, moderation: 'low' }],
	['compression', { model, prompt, output_format: 'jpeg', output_compression: 0 }],
	['a GIF', { model, prompt, output_format: 'gif', frame_count: 2, frame_duration_ms: 10 }],
	['an SVG', { model, prompt, output_format: 'svg', svg: { model: 'gpt-6-luna' } }],
	[
		'an SVG with an effort',
		{ model, prompt, output_format: 'svg', svg: { model: 'gpt-6-luna', reasoning: { effort: 'max' } } },
	],
	['complexity', { model: 'gpt-image-2.6-sunburst', prompt, complexity: 'high' }],
	['a safety identifier', { model, prompt, safety_identifier: 'user-1' }],
	['a field the node does not have', { model, prompt, user: 'user-1' }],
	[
		'all at once',
		{
			model: 'gpt-image-2.6-flare',
			prompt: `${REFUSE} «Füchse» 🦊\n\t"im" \\ Schnee \u2028`,
			n: 3,
			size: '1024x640',
			quality: 'xhigh',
			background: 'opaque',
			moderation: 'low',
			output_format: 'webp',
			output_compression: 55,
			safety_identifier: 'user-1',
			complexity: 'low',
			user: 'user-1',
		},
	],
])('%s', async (_name, params) => {
	await expectParity(params);
});

/** Left out, or one of these: `auto` is what the API does where a field is left out, and the node leaves it out. */
const optional = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

const edge = fc.integer({ min: 64, max: 120 }).map((steps) => steps * 16);
const size = fc.option(
	fc.tuple(edge, edge).map(([width, height]) => `${width}x${height}`),
	{ nil: undefined },
);
const common = {
	prompt: fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => {
		// Brackets would be directives.
		return `${REFUSE} a fox, ${text.replace(/[[\]]/g, '')}`;
	}),
	n: optional(2, 5, 10),
	size,
	moderation: optional('low' as const),
	safety_identifier: fc.option(fc.string({ minLength: 1, maxLength: 64 }), { nil: undefined }),
	user: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
};
const params: fc.Arbitrary<ImageGenerateParamsNonStreaming> = fc
	.oneof(
		fc.record({
			...common,
			model: fc.constantFrom(model, 'gpt-image-2.5-sunburst-2026-09-08', 'gpt-image-2.6-flare'),
			quality: optional('low', 'medium', 'high', 'xhigh', 'max'),
			background: optional('opaque', 'transparent'),
			output_format: optional('png', 'webp'),
		}),
		fc.record({
			...common,
			model: fc.constant('gpt-image-2'),
			quality: optional('low', 'medium', 'high'),
			background: optional('opaque'),
			output_format: fc.constantFrom('jpeg', 'webp'),
			output_compression: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
		}),
		fc.record({
			...common,
			model: fc.constantFrom(model, 'gpt-image-2'),
			output_format: fc.constant('gif'),
			frame_count: fc.option(fc.integer({ min: 2, max: 16 }), { nil: undefined }),
			frame_duration_ms: fc.option(fc.integer({ min: 1, max: 655_350 }), { nil: undefined }),
		}),
	)
	.map((record) => record as ImageGenerateParamsNonStreaming);

it('whatever is valid', async () => {
	await fc.assert(fc.asyncProperty(params, expectParity), { numRuns: 60 });
});

it('a new node sends model and prompt, and nothing else', async () => {
	standIn.reset();
	await generate(prompts, { rows: [{ prompt }], standIn, onError: 'continueRegularOutput' });
	expect(standIn.books[0]!.body).toEqual({ model, prompt });
	expect(standIn.books[0]!.body).toEqual((await sdk({ model, prompt })).body);
});

it('DALL-E 3 is asked for base64, as the SDK would with that parameter', async () => {
	const compatible = await startStandIn({ provider: 'compatible' });
	try {
		const dallE = { model: 'dall-e-3', prompt, quality: 'hd', size: '1792x1024', style: 'natural' } as const;
		const client = new OpenAI({ apiKey: KEY, baseURL: compatible.url, maxRetries: 0 });
		await expect(client.images.generate({ ...dallE, response_format: 'b64_json' })).rejects.toMatchObject({
			status: 418,
		});
		const { style, ...row } = dallE;
		await generate(table, {
			rows: [{ ...row, additional: { style } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
			onError: 'continueRegularOutput',
		});
		expect(compatible.books).toHaveLength(2);
		expect(compatible.books[1]!.body).toEqual(compatible.books[0]!.body);
	} finally {
		await compatible.close();
	}
});
