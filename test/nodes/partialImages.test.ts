import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain } from '../stand-in/harness';
import { charged, EDIT_NODE, GENERATE_NODE, paidFor, turns } from './conversation';
import { setDay } from './day';
import { file } from './edit';
import type { GenerateResult, ImageJson, ItemJson } from './generate';
import { errorOf, nano } from './generate';

let standIn: StandIn;
let compatible: StandIn;
let photo: Buffer;

setDay('2026-11-21');

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
	photo = await plain(300, 200, '#2a9');
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

beforeEach(() => {
	standIn.reset();
	compatible.reset();
});

type Stored = ImageJson['image'];
const partialsOf = (json: ItemJson | undefined) =>
	(json!.image as unknown as { partial_images?: Stored[] }).partial_images;

/** One row of any node and API. */
async function make(type: string, row: IDataObject, more: object = {}): Promise<GenerateResult> {
	const edits = type === EDIT_NODE;
	return await turns(type, {
		rows: [{ json: { source: 'binary', ...row }, ...(edits && { files: { data: file(photo) } }) }],
		standIn,
		...more,
	});
}

const ways = [
	['Generate, Images API', GENERATE_NODE, 'images'],
	['Generate, Responses API', GENERATE_NODE, 'responses'],
	['Edit, Images API', EDIT_NODE, 'images'],
	['Edit, Responses API', EDIT_NODE, 'responses'],
] as const;

describe.each(ways)('%s', (_way, type, api) => {
	it.each([1, 2, 3])('asked for %i, so many come beside the image', async (count) => {
		const { result, items, json } = await make(type, { api, prompt: 'a fox', partial_images: count });
		const numbers = Array.from({ length: count }, (_, index) => index);
		const [item] = items;
		expect(items).toHaveLength(1);
		expect(Object.keys(item!.binary!)).toEqual([
			'data',
			...numbers.map((number) => `data_partial_${number}`),
		]);

		const partials = partialsOf(json[0])!;
		const seen = [await result.binary(item!, 'data')];
		for (const number of numbers) {
			const bytes = await result.binary(item!, `data_partial_${number}`);
			const { format, width, height } = await sharp(bytes).metadata();
			await sharp(bytes).stats();
			expect([format, width, height]).toEqual(['png', 816, 816]);
			const name = `a-fox_partial_${number}.png`;
			expect(partials[number]).toEqual({
				index: number,
				file_name: name,
				mime_type: 'image/png',
				width: 816,
				height: 816,
				bytes: bytes.length,
			});
			expect(item!.binary![`data_partial_${number}`]).toMatchObject({
				fileName: name,
				mimeType: 'image/png',
			});
			seen.push(bytes);
		}
		expect(partials).toHaveLength(count);
		expect(new Set(seen.map((bytes) => bytes.toString('base64'))).size).toBe(count + 1);
		expect(json[0]!.image).toMatchObject({ index: 0, file_name: 'a-fox.png', bytes: seen[0]!.length });
		expect(standIn.books).toMatchObject([
			{ body: { stream: api === 'images' && type === EDIT_NODE ? 'true' : true } },
		]);
	});

	it('tokens and price count them', async () => {
		const [without, three] = [
			await make(type, { api, prompt: 'a fox' }),
			await make(type, { api, prompt: 'a fox', partial_images: 3 }),
		];
		const tokens = ({ json }: GenerateResult) => json[0]!.usage!.output_tokens;
		expect(tokens(three)).toBe(tokens(without) + 300);
		expect(three.json[0]!.usage!.input_image_tokens).toBe(without.json[0]!.usage!.input_image_tokens);
		for (const [place, { json }] of [without, three].entries()) {
			expect(nano(json[0]!.cost.total)).toBe(nano(standIn.books[place]!.usd));
			expect(json[0]!.cost.basis).toBe('usage');
		}
		if (api === 'responses') expect(paidFor(three.json[0])).toEqual(charged(standIn.books.slice(1)));
	});

	it('the image is the one that comes without them, with the same item', async () => {
		const [without, two] = [
			await make(type, { api, prompt: 'a fox' }),
			await make(type, { api, prompt: 'a fox', partial_images: 2 }),
		];
		// The bytes differ where the file was written in another way: the pixels do not.
		const [one, other] = await Promise.all(
			[without, two].map(
				async ({ result, items }) =>
					await sharp(await result.binary(items[0]!, 'data'))
						.raw()
						.toBuffer(),
			),
		);
		expect(one!.equals(other!)).toBe(true);
		expect(partialsOf(without.json[0])).toBeUndefined();
		const same = ({ json: [json] }: GenerateResult) => ({
			...json,
			...Object.fromEntries(['usage', 'cost', 'timing', 'request_id'].map((name) => [name, null])),
			...(api === 'responses' && { response_id: null, image_call_id: null }),
			image: { ...json!.image, bytes: 0, partial_images: [] },
		});
		expect(same(two)).toEqual(same(without));
	});

	it('the server may send fewer', async () => {
		const { items, json } = await make(type, { api, prompt: '[[fewer-partials]] a fox', partial_images: 3 });
		expect(Object.keys(items[0]!.binary!)).toEqual(['data', 'data_partial_0']);
		expect(partialsOf(json[0])).toHaveLength(1);
		expect(nano(json[0]!.cost.total)).toBe(nano(standIn.books[0]!.usd));
	});

	it('of two images each has its own, from a request of its own', async () => {
		const { result, items, json } = await make(
			type,
			{ api, prompt: 'a fox', partial_images: 2, n: 2 },
			{ parameters: { output: { layout: 'itemPerInput', binaryPropertyName: 'fox', fileName: 'f' } } },
		);
		const names = ['fox', 'fox_partial_0', 'fox_partial_1', 'fox_1', 'fox_1_partial_0', 'fox_1_partial_1'];
		expect(Object.keys(items[0]!.binary!)).toEqual(names);
		const { images } = json[0] as unknown as { images: Array<Stored & { partial_images: Stored[] }> };
		expect(images.map((image) => [image.index, ...image.partial_images.map(({ index }) => index)])).toEqual([
			[0, 0, 1],
			[1, 0, 1],
		]);
		const listed = images.flatMap((image) => [image, ...image.partial_images]);
		for (const [place, property] of names.entries()) {
			expect(items[0]!.binary![property]!.fileName).toBe(listed[place]!.file_name);
			expect((await result.binary(items[0]!, property)).length).toBe(listed[place]!.bytes);
		}
		expect(new Set(listed.map(({ file_name: name }) => name)).size).toBe(6);

		expect(standIn.books).toHaveLength(2);
		for (const { body } of standIn.books) expect(body).not.toHaveProperty('n');
		expect(nano(json[0]!.cost.total)).toBe(standIn.books.reduce((sum, { usd }) => sum + nano(usd), 0));
	});

	describe('however the stream is written', () => {
		const two = { api, partial_images: 2, output_format: 'webp' };
		let reference: GenerateResult;

		beforeAll(async () => {
			reference = await make(type, { ...two, prompt: 'a fox' });
		});

		it.each([
			['CRLF, comments and several lines of data', '[[stream-crlf]]'],
			['JSON with line breaks', '[[pretty]]'],
			['pieces of 1009 bytes', '[[chunked 1009]]'],
			['all at once', '[[stream-crlf]] [[pretty]] [[escaped]] [[chunked 4093]]'],
			['data URLs', '[[data-url]]'],
		])('%s are read', async (_what, directives) => {
			const { result, items, json } = await make(type, { ...two, prompt: `${directives} a fox` });
			expect(json[0]!.error).toBeUndefined();
			for (const property of ['data', 'data_partial_0', 'data_partial_1']) {
				const [bytes, expected] = [
					await result.binary(items[0]!, property),
					await reference.result.binary(reference.items[0]!, property),
				];
				expect(bytes.equals(expected)).toBe(true);
			}
			expect(nano(json[0]!.cost.total)).toBe(nano(standIn.books[0]!.usd));
		});
	});
});

describe.each(['images', 'responses'])('with the %s API', (api) => {
	it.each([
		['a GIF', { output_format: 'gif' }, /partial_images: 1 does not go with the output format gif/],
		['an SVG', { output_format: 'svg' }, /partial_images: 1 does not go with the output format svg/],
		['four', { partial_images: 4 }, /partial_images: 4 is not possible. Allowed: a whole number from 1 to 3/],
		['minus one', { partial_images: -1 }, /partial_images: -1 is not possible/],
		['one and a half', { partial_images: 1.5 }, /partial_images: 1\.5 is not possible/],
		['some words', { partial_images: 'a few' }, /partial_images: /],
		[
			'a further parameter',
			{ partial_images: 0, additional: { partial_images: 2 } },
			/"partial_images" has a parameter of its own/,
		],
	])('%s: refused before anything is sent', async (_what, row, message) => {
		const { json } = await make(GENERATE_NODE, { api, prompt: 'a fox', partial_images: 1, ...row });
		expect(errorOf(json[0])).toMatchObject({ type: 'validation_error', attempts: 0 });
		expect(errorOf(json[0]).message).toMatch(message);
		expect(standIn.books).toEqual([]);
	});

	it.each([0, '', '0', null])('%j means none: no stream', async (none) => {
		const { items, json } = await make(GENERATE_NODE, { api, prompt: 'a fox', partial_images: none });
		expect(Object.keys(items[0]!.binary!)).toEqual(['data']);
		expect(partialsOf(json[0])).toBeUndefined();
		expect(standIn.books[0]!.body).not.toHaveProperty('stream');
	});

	it.each(['2', ' 2 '])('%j of a cell is two', async (text) => {
		const { items } = await make(GENERATE_NODE, { api, prompt: 'a fox', partial_images: text });
		expect(Object.keys(items[0]!.binary!)).toEqual(['data', 'data_partial_0', 'data_partial_1']);
	});

	it('a model that is known nowhere may stream too, byte by byte', async () => {
		const { json, items } = await make(
			GENERATE_NODE,
			{ api, model: 'tiny', size: '64x64', prompt: '[[chunked 1]] a fox', partial_images: 2 },
			{ standIn: compatible, credential: { provider: 'compatible' } },
		);
		expect(Object.keys(items[0]!.binary!)).toEqual(['data', 'data_partial_0', 'data_partial_1']);
		expect(json[0]).toMatchObject({
			image: { width: 64, height: 64 },
			cost: { total: null, basis: 'unknown' },
		});
	});
});

it.each(['dall-e-2', 'dall-e-3'])('%s of a compatible server has none', async (model) => {
	const { json } = await make(
		GENERATE_NODE,
		{ api: 'images', model, size: '1024x1024', quality: 'standard', prompt: 'a fox', partial_images: 1 },
		{ standIn: compatible, credential: { provider: 'compatible' } },
	);
	expect(errorOf(json[0]).message).toMatch(/partial_images: dall-e-\d does not have this parameter/);
	expect(compatible.books).toEqual([]);
});

it('several items stream side by side without mixing', async () => {
	const rows = Array.from({ length: 8 }, (_, number) => ({
		json: {
			api: number % 2 ? 'images' : 'responses',
			model: 'tiny',
			size: `${64 + number}x64`,
			prompt: `[[chunked 512]] picture ${number}`,
			partial_images: 1 + (number % 3),
		},
	}));
	const { result, items, json } = await turns(GENERATE_NODE, {
		rows,
		standIn: compatible,
		credential: { provider: 'compatible' },
		parameters: { execution: { concurrency: 8 } },
	});
	for (const [number, item] of items.entries()) {
		expect(json[number]!.prompt).toBe(rows[number]!.json.prompt);
		expect(partialsOf(json[number])).toHaveLength(1 + (number % 3));
		for (const property of Object.keys(item.binary!)) {
			const { width } = await sharp(await result.binary(item, property)).metadata();
			expect(width).toBe(64 + number);
		}
	}
});
