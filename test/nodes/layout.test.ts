import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import type { ErrorJson, ImageJson } from './generate';
import { errorOf, generate, nano } from './generate';
import prompts from './workflows/prompts.json';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

const common = { size: '1024x640', quality: 'low' };
const rows = [
	{ ...common, prompt: 'a fox', n: 3, sku: 'F-1' },
	{ ...common, prompt: 'an owl', sku: 'O-2' },
];

it('an image has the item of the contract', async () => {
	const { json, items } = await generate(prompts, { rows: [{ prompt: 'a red fox', sku: 'F-1' }], standIn });
	const iso = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string;
	const count = expect.any(Number) as number;
	expect(json).toEqual([
		{
			prompt: 'a red fox',
			revised_prompt: null,
			model: 'gpt-image-2.5-flare',
			endpoint: 'generations',
			image: {
				index: 0,
				file_name: 'a-red-fox.png',
				mime_type: 'image/png',
				width: 1024,
				height: 1024,
				bytes: count,
			},
			parameters: {
				size: '1024x1024',
				quality: 'medium',
				background: 'opaque',
				output_format: 'png',
				n: 1,
			},
			usage: { input_text_tokens: 3, input_image_tokens: 0, output_tokens: 439, total_tokens: 442 },
			cost: {
				currency: 'USD',
				input: 0.000015,
				output: 0.01317,
				total: 0.013185,
				basis: 'usage',
				priced_at: iso,
			},
			timing: { queued_ms: count, duration_ms: count, attempts: 1 },
			request_id: expect.stringMatching(/^req_/) as string,
			warnings: [],
		},
	]);
	expect(Object.keys(items[0]!.binary!)).toEqual(['data']);
	expect(items[0]!.pairedItem).toEqual({ item: 0 });
});

it('One Item per Image', async () => {
	const { items, json } = await generate(table, { rows, standIn });
	expect(json.map(({ prompt, image }) => [prompt, image.index])).toEqual([
		['a fox', 0],
		['a fox', 1],
		['a fox', 2],
		['an owl', 0],
	]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 0, 1].map((item) => ({ item })));
	expect(items.map(({ binary }) => Object.keys(binary!))).toEqual([['data'], ['data'], ['data'], ['data']]);
	expect(json.some((item) => 'sku' in item)).toBe(false);
});

describe('One Item per Input Item', () => {
	const parameters = { output: { layout: 'itemPerInput' } };

	it('has all images of the item, their names, and the sum of their costs', async () => {
		standIn.reset();
		const { result, items, json } = await generate(table, { rows, standIn, parameters });
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(items.map(({ binary }) => Object.keys(binary!))).toEqual([['data', 'data_1', 'data_2'], ['data']]);
		const [fox, owl] = json;
		const images = fox!.images as unknown as Array<ImageJson['image']>;
		expect(images.map(({ index, file_name }) => [index, file_name])).toEqual([
			[0, '01_a-fox.png'],
			[1, '01_a-fox_2.png'],
			[2, '01_a-fox_3.png'],
		]);
		for (const [index, property] of ['data', 'data_1', 'data_2'].entries()) {
			expect(items[0]!.binary![property]!.fileName).toBe(images[index]!.file_name);
			expect((await result.binary(items[0]!, property)).length).toBe(images[index]!.bytes);
		}
		for (const item of [fox, owl]) {
			const paid = standIn.books.filter(({ prompt }) => prompt === item!.prompt).map(({ usd }) => nano(usd));
			expect([nano(item!.cost.total)]).toEqual(paid);
		}
	});

	it('has the images that there are, and the failure beside them', async () => {
		const { items, json } = await generate(table, {
			rows: [{ ...common, prompt: '[[cut]] two foxes', n: 2, sku: 'F-2' }],
			standIn,
			parameters,
			onError: 'continueRegularOutput',
		});
		expect(items).toHaveLength(2);
		expect(Object.keys(items[0]!.binary!)).toEqual(['data']);
		expect(json[0]!.cost).toMatchObject({ total: null, basis: 'unknown' });
		expect(errorOf(json[1]).type).toBe('interrupted');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
	});
});

describe('Include Input', () => {
	it("keeps the row's fields beside the image's, which go first", async () => {
		const { json } = await generate(table, {
			rows: [
				...rows,
				{ ...common, prompt: '[[moderation]] a bear', sku: 'B-3', nested: { deep: [1, { two: null }] } },
			],
			standIn,
			onError: 'continueRegularOutput',
			parameters: { output: { includeInput: true } },
		});
		expect(json.map(({ sku }) => sku)).toEqual(['F-1', 'F-1', 'F-1', 'O-2', 'B-3']);
		expect(json[0]).toMatchObject({ prompt: 'a fox', n: 3, image: { index: 0 } });
		expect(json[4]).toMatchObject({ nested: { deep: [1, { two: null }] }, error: { status: 400 } });
	});

	it('holds for dry runs too', async () => {
		const { json } = await generate(table, {
			rows,
			standIn,
			parameters: { output: { includeInput: true }, execution: { dryRun: true } },
		});
		expect(json.map(({ sku }) => sku)).toEqual(['F-1', 'O-2']);
	});

	it('does not change the input', async () => {
		const { result } = await generate(table, {
			rows,
			standIn,
			parameters: { output: { includeInput: true } },
		});
		expect(result.items('Rows').map(({ json }) => json)).toEqual(rows);
	});
});

it('Put Output File in Field', async () => {
	const { result, items } = await generate(table, {
		rows: [rows[0]!],
		standIn,
		parameters: { output: { layout: 'itemPerInput', binaryPropertyName: 'picture' } },
	});
	expect(Object.keys(items[0]!.binary!)).toEqual(['picture', 'picture_1', 'picture_2']);
	expect((await result.binary(items[0]!, 'picture_2')).length).toBeGreaterThan(1000);
});

it('Output settings may differ from item to item', async () => {
	const { items } = await generate(table, {
		rows: [
			{ ...common, prompt: 'a fox', n: 2, layout: 'itemPerInput', field: 'fox' },
			{ ...common, prompt: 'an owl', n: 2, layout: 'itemPerImage', field: ' ' },
		],
		standIn,
		parameters: { output: { layout: '={{ $json.layout }}', binaryPropertyName: '={{ $json.field }}' } },
	});
	expect(items.map(({ binary }) => Object.keys(binary!))).toEqual([['fox', 'fox_1'], ['data'], ['data']]);
});

it('no items in, no items out', async () => {
	standIn.reset();
	const { result, items } = await generate(table, { rows: [], standIn });
	expect(result.run.status).toBe('success');
	expect(items).toEqual([]);
	expect(standIn.books).toEqual([]);
});

it('what is asked of a failed item is asked of every one: the error has all its fields', async () => {
	const { json } = await generate(table, {
		rows: [{ ...common, prompt: '[[status 403]] a fox' }],
		standIn,
		onError: 'continueRegularOutput',
	});
	const error: ErrorJson = {
		message: expect.stringMatching(/^Item 0: /) as string,
		code: 'missing_scope',
		type: 'invalid_request_error',
		status: 403,
		param: null,
		request_id: expect.stringMatching(/^req_/) as string,
		retryable: false,
		attempts: 1,
	};
	expect(json).toEqual([{ prompt: '[[status 403]] a fox', error }]);
});
