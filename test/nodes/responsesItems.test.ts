import OpenAI from 'openai';
import type { Response } from 'openai/resources/responses/responses';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { callOf, pictureOf, plain } from '../stand-in/harness';
import { charged, EDIT_NODE, GENERATE_NODE, paidFor, turnOf, turns } from './conversation';
import { setDay } from './day';
import { file } from './edit';
import type { GenerateResult } from './generate';
import { KEY, nano } from './generate';

let standIn: StandIn;
let openai: OpenAI;
let run: GenerateResult;

setDay('2026-11-21');

/** Orders whose prices are made up in different ways. */
const rows = [
	{ prompt: 'a fox' },
	{ prompt: 'an owl', talker: 'gpt-6-astra', model: 'gpt-image-2', quality: 'medium' },
	{ prompt: 'a hare', talker: 'gpt-4o-mini', n: 2, output_format: 'jpeg' },
	{ prompt: 'a stag', talker: 'gpt-5.5', partial_images: 1, quality: 'medium' },
	{ prompt: 'a wren', talker: 'gpt-5.6-luna', model: 'gpt-image-1-mini', size: '1024x1024' },
	{ prompt: 'an elk', output_format: 'svg', svg_model: 'gpt-5.6-luna', svg_effort: 'low' },
];
/** What each item that comes out is of. */
const items = rows.flatMap((row, index) => Array.from({ length: row.n ?? 1 }, () => ({ ...row, index })));
const names = items.map(({ prompt }, place) => [`${prompt}, item ${place}`, place] as const);

beforeAll(async () => {
	standIn = await startStandIn();
	openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
	run = await turns(GENERATE_NODE, {
		rows: rows.map((json) => ({ json })),
		standIn,
		parameters: { execution: { concurrency: 8 } },
	});
});

afterAll(async () => await standIn.close());

/** The response that an item came from, as the server remembers it. */
const responseOf = async (json: object | undefined): Promise<Response> =>
	await openai.responses.retrieve(turnOf(json as never).response_id);

const entryOf = (id: string) => standIn.books.filter(({ responseId }) => responseId === id);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

it('an image has the item of the contract', async () => {
	const response = await responseOf(run.json[0]);
	const { usage, tool_usage: tools } = response;
	const { input_tokens_details: details, output_tokens: drawn } = tools!.image_gen;
	const count = expect.any(Number) as number;
	expect(run.json[0]).toEqual({
		prompt: 'a fox',
		revised_prompt: expect.stringMatching(/^Make an image .*: a fox$/) as string,
		model: 'gpt-image-2.5-flare',
		endpoint: 'responses',
		response_id: response.id,
		image_call_id: callOf(response).id,
		action: 'generate',
		image: {
			index: 0,
			file_name: '01_a-fox.png',
			mime_type: 'image/png',
			width: 816,
			height: 816,
			bytes: pictureOf(response).length,
		},
		parameters: { size: '816x816', quality: 'low', background: 'opaque', output_format: 'png', n: 1 },
		usage: {
			input_text_tokens: details.text_tokens,
			input_image_tokens: 0,
			output_tokens: drawn,
			total_tokens: tools!.image_gen.total_tokens + usage!.total_tokens,
			conversation: {
				model: 'gpt-6-luna',
				input_tokens: usage!.input_tokens,
				cached_tokens: 0,
				output_tokens: usage!.output_tokens,
				reasoning_tokens: 128,
			},
		},
		cost: {
			currency: 'USD',
			input: (details.text_tokens * 5000 + usage!.input_tokens * 100) / 1e9,
			output: (drawn * 30_000 + usage!.output_tokens * 500) / 1e9,
			total: entryOf(response.id)[0]!.usd,
			basis: 'usage',
			priced_at: '2026-11-21',
			image: {
				input: (details.text_tokens * 5000) / 1e9,
				output: (drawn * 30_000) / 1e9,
				total: entryOf(response.id)[0]!.imageUsd,
				basis: 'usage',
				priced_at: '2026-11-21',
			},
			conversation: {
				input: (usage!.input_tokens * 100) / 1e9,
				output: (usage!.output_tokens * 500) / 1e9,
				total: entryOf(response.id)[0]!.conversationUsd,
				basis: 'usage',
				priced_at: '2026-11-21',
			},
		},
		timing: { queued_ms: count, duration_ms: count, attempts: 1 },
		request_id: expect.stringMatching(/^req_/) as string,
		warnings: [],
	});
	expect(run.items[0]!.pairedItem).toEqual({ item: 0 });
});

it.each(names)('%s: the picture is the one of its response', async (_name, place) => {
	const response = await responseOf(run.json[place]);
	const bytes = await run.result.binary(run.items[place]!, 'data');
	expect(bytes.equals(pictureOf(response))).toBe(true);
	expect(run.json[place]).toMatchObject({
		prompt: items[place]!.prompt,
		revised_prompt: callOf(response).revised_prompt,
		image_call_id: callOf(response).id,
		action: 'generate',
		image: { bytes: bytes.length },
	});
	expect(run.items[place]!.pairedItem).toEqual({ item: items[place]!.index });
	await sharp(bytes).stats();
});

it.each(names)("%s: tokens are both models' own", async (_name, place) => {
	const response = await responseOf(run.json[place]);
	const { image_gen: drawn } = response.tool_usage!;
	const talked = response.usage!;
	const { svg_usage: written } = callOf(response);
	const { usage } = turnOf(run.json[place]);
	expect(usage).toMatchObject({
		input_text_tokens: drawn.input_tokens_details.text_tokens,
		input_image_tokens: drawn.input_tokens_details.image_tokens,
		output_tokens: drawn.output_tokens,
		total_tokens: drawn.total_tokens + talked.total_tokens + (written?.total_tokens ?? 0),
		conversation: {
			model: items[place]!.talker ?? 'gpt-6-luna',
			input_tokens: talked.input_tokens,
			output_tokens: talked.output_tokens,
			reasoning_tokens: talked.output_tokens_details.reasoning_tokens,
		},
	});
	expect(written === undefined).toBe(items[place]!.output_format !== 'svg');
});

it.each(names)('%s: costs what the books say, to the nano-dollar', (_name, place) => {
	const { response_id: id, cost } = turnOf(run.json[place]);
	const entries = entryOf(id);
	expect(entries).toHaveLength(1);
	const paid = paidFor(run.json[place]);
	const { svg } = cost as unknown as { svg?: { total: number } };
	expect({ ...paid, image: paid.image + nano(svg?.total ?? 0) }).toEqual(charged(entries));
	expect(svg === undefined).toBe(items[place]!.output_format !== 'svg');
	expect(nano(cost.total)).toBe(nano(cost.input) + nano(cost.output));
	expect(paid.total).toBe(paid.image + paid.conversation + nano(svg?.total ?? 0));
	expect(cost).toMatchObject({ basis: 'usage', image: { basis: 'usage' }, conversation: { basis: 'usage' } });
});

it('every request has its item', () => {
	expect(standIn.books.map(({ responseId }) => responseId).sort()).toEqual(
		run.json.map((json) => turnOf(json).response_id).sort(),
	);
});

it("n8n's own count of tokens has those of all models", () => {
	const { tokenUsage } = run.result.task('Node')!.metadata as {
		tokenUsage: { inputTokens: number; outputTokens: number };
	};
	const all = sum(run.json.map((json) => turnOf(json).usage.total_tokens));
	expect(tokenUsage.inputTokens + tokenUsage.outputTokens).toBe(all);
});

describe('an edit of binary data within a conversation', () => {
	let edited: GenerateResult;
	let previous: string;

	beforeAll(async () => {
		previous = turnOf(run.json[0]).response_id;
		edited = await turns(EDIT_NODE, {
			rows: [
				{
					json: { prompt: 'Beside each other', source: 'binary', previous, n: 3, sku: 'F-1' },
					files: { data: file(await plain(300, 200, '#2a9')) },
				},
			],
			standIn,
			parameters: { output: { layout: 'itemPerInput', includeInput: true, fileName: 'fox' } },
		});
	});

	it('comes out in one item, whose tokens and cost are those of all requests', () => {
		expect(edited.json).toHaveLength(1);
		const entries = standIn.books.slice(-3);
		expect(entries.map(({ previousResponseId }) => previousResponseId)).toEqual(Array(3).fill(previous));
		expect(paidFor(edited.json[0])).toEqual(charged(entries));
		const { usage, cost, images } = turnOf(edited.json[0]) as never as {
			usage: { input_image_tokens: number; conversation: { cached_tokens: number; model: string } };
			cost: { total: number; image: { total: number }; conversation: { total: number } };
			images: Array<{ index: number; file_name: string }>;
		};
		expect(nano(cost.total)).toBe(nano(cost.image.total) + nano(cost.conversation.total));
		// The conversation's picture and the one given, scaled up to 32 by 32 and 32 by 22 patches.
		expect(usage.input_image_tokens).toBe(3 * (32 * 32 + 32 * 22));
		expect(usage.conversation.model).toBe('gpt-6-luna');
		// From the second turn on a part of the conversation comes from the cache, at a tenth of the price.
		expect(usage.conversation.cached_tokens).toBe(3 * 1280);
		expect(images.map(({ index, file_name: name }) => [index, name])).toEqual([
			[0, 'fox.png'],
			[1, 'fox_2.png'],
			[2, 'fox_3.png'],
		]);
		expect(Object.keys(edited.items[0]!.binary!)).toEqual(['data', 'data_1', 'data_2']);
		expect(edited.json[0]).toMatchObject({ sku: 'F-1', action: 'edit', prompt: 'Beside each other' });
	});

	it('names the first turn', () => {
		const { response_id: id, image_call_id: call } = turnOf(edited.json[0]);
		expect(entryOf(id)).toHaveLength(1);
		expect(call).toMatch(/^ig_/);
	});

	it('names the turn of every image', () => {
		const { images } = edited.json[0] as never as {
			images: Array<{ response_id: string; image_call_id: string }>;
		};
		expect(images.map(({ response_id: id }) => id).sort()).toEqual(
			standIn.books
				.slice(-3)
				.map(({ responseId }) => responseId)
				.sort(),
		);
	});
});
