import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, withHole } from '../stand-in/harness';
import { setDay } from './day';
import type { SourceFile, SourceRow } from './edit';
import { edit, file, variation } from './edit';
import { errorOf, nano } from './generate';

let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const execution = { dryRun: true };

/** Width and height of sources whose tokens are counted in different ways. */
const shapes: ReadonlyArray<readonly [number, number]> = [
	[1024, 1024],
	[341, 512],
	[1179, 2556],
	[2000, 300],
	[64, 64],
];

const orders: IDataObject[] = [
	{ model: 'gpt-image-2.5-flare', size: '816x816' },
	{ model: 'gpt-image-2.5-flare', size: '1024x640', quality: 'max', n: 3 },
	{ model: 'gpt-image-2.5-flare', size: 'auto', quality: 'auto' },
	{ model: 'gpt-image-2.6-sunburst', size: '1024x640', quality: 'high' },
	{ model: 'gpt-image-2', size: '640x1024', quality: 'medium', n: 2 },
	{ model: 'gpt-image-1.5', size: '1024x1024', quality: 'low' },
	{ model: 'gpt-image-1.5', size: '1024x1024', quality: 'low', input_fidelity: 'high', n: 2 },
	{ model: 'gpt-image-1-mini', size: '1024x1024', quality: 'low' },
];

/** Every order with one source of each shape, with all of them at once, with a mask, and with an address. */
async function sourcesFor(order: IDataObject): Promise<SourceRow[]> {
	const files: Record<string, SourceFile> = {};
	for (const [index, [width, height]] of shapes.entries()) {
		files[`i${index}`] = file(await plain(width, height, '#2a9', index % 2 ? 'jpeg' : 'png'));
	}
	const hole = file(await withHole(1024, 1024, '#000', { left: 9, top: 9, width: 90, height: 90 }));
	const photo = new URL('/stand-in/sources/photo.webp', standIn.url).href;
	return [
		...Object.entries(files).map(([name, one]) => ({ files: { [name]: one }, json: { names: name } })),
		{ files, json: { names: 'i*' } },
		{ files: { i0: files.i0!, hole }, json: { names: 'i0', mask: 'hole' } },
		{ json: { source: 'url', urls: photo } },
		{ json: { source: 'url', urls: photo, download: true } },
	].map(({ json, ...rest }, index) => ({
		...rest,
		json: { ...order, ...json, prompt: `Make it night ${index}` },
	}));
}

it.each(orders.map((order) => [JSON.stringify(order), order] as const))(
	'the estimate encloses what %s costs, images to start from included',
	async (_name, order) => {
		const rows = await sourcesFor(order);
		const dry = await edit({ rows, standIn, parameters: { execution } });
		expect(standIn.books).toEqual([]);
		expect(dry.items.every(({ binary }) => binary === undefined)).toBe(true);
		expect(dry.items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));

		const real = await edit({ rows, standIn });
		expect(real.json.filter(({ error }) => error)).toEqual([]);
		for (const { prompt, cost, dry_run, endpoint } of dry.json) {
			expect({ dry_run, endpoint, basis: cost.basis }).toEqual({
				dry_run: true,
				endpoint: 'edits',
				basis: 'estimate',
			});
			const charged = standIn.books
				.filter((entry) => entry.prompt === prompt)
				.reduce((sum, { usd }) => sum + nano(usd), 0);
			expect(charged).toBeGreaterThan(0);
			expect(nano(cost.low!)).toBeLessThanOrEqual(charged);
			expect(nano(cost.high!)).toBeGreaterThanOrEqual(charged);
			const paid = real.images
				.filter((image) => image.prompt === prompt)
				.reduce((sum, image) => sum + nano(image.cost.total), 0);
			expect(paid).toBe(charged);
		}
	},
);

it('the estimate grows with the images to start from', async () => {
	const one = file(await plain(1024, 1024, '#2a9'));
	const { json } = await edit({
		rows: [
			{ files: { a: one }, json: { names: 'a' } },
			{ files: { a: one, b: one }, json: { names: 'a,b' } },
		],
		standIn,
		parameters: { execution },
	});
	// 1,024 image tokens at $8, and 10 of text at $5 a million.
	expect(nano(json[1]!.cost.low!) - nano(json[0]!.cost.low!)).toBe(1024 * 8000 + 10 * 5000);
});

it('a dry run names what is wrong beside what is good, of variations too', async () => {
	const rows: SourceRow[] = [
		{ files: { data: file(await plain(64, 64, '#2a9')) } },
		{ files: { data: file(Buffer.from('no image')) } },
	];
	for (const node of [edit, variation]) {
		const { json } = await node({ rows, standIn, parameters: { execution } });
		expect(json[0]!.cost.basis).toBe('estimate');
		expect(errorOf(json[1]).message).toMatch(/^Item 1: images: Binary property "data" is no png/);
	}
	expect(standIn.books).toEqual([]);
});

it('a budget counts the images to start from', async () => {
	const data = file(await plain(1536, 1024, '#2a9'));
	const rows = Array.from({ length: 4 }, (_, index) => ({
		files: { data },
		json: { prompt: `Picture ${index}` },
	}));
	const [dry] = (await edit({ rows: rows.slice(0, 1), standIn, parameters: { execution } })).json;
	const high = dry!.cost.high!;
	// Of two jobs the input alone is more than what is left.
	const { json } = await edit({
		rows,
		standIn,
		parameters: { execution: { maxCost: 2.5 * high, concurrency: 1 } },
	});
	const made = json.filter(({ error }) => !error);
	expect(made).toHaveLength(2);
	for (const item of json.slice(2)) expect(errorOf(item)).toMatchObject({ code: 'budget', attempts: 0 });
	expect(standIn.books).toHaveLength(2);
});
