import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { errorOf, generate } from './generate';
import table from './workflows/table.json';

/** n8n has one binary mode per process; the other test files have the other one. */
const binaryMode = 'filesystem';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 50 });
});

afterAll(async () => await standIn.close());

it('images lie in files, and the items only name them', async () => {
	const rows = Array.from({ length: 8 }, (_, index) => ({
		prompt: index === 5 ? '[[not-an-image]] picture 5' : `picture ${index}`,
		size: `${1024 + 16 * index}x640`,
		quality: 'low',
	}));
	const { result, items, json } = await generate(table, {
		rows,
		standIn,
		binaryMode,
		onError: 'continueRegularOutput',
	});
	for (const [index, item] of items.entries()) {
		if (index === 5) {
			expect(errorOf(json[5]).code).toBe('not_an_image');
			continue;
		}
		const data = item.binary!.data!;
		expect(data.id).toMatch(/^filesystem/);
		expect(data.data).toMatch(/^filesystem/);
		const bytes = await result.binary(item, 'data');
		const { width, height } = await sharp(bytes).metadata();
		expect(`${width}x${height}`).toBe(rows[index]!.size);
		expect(bytes.length).toBe(json[index]!.image.bytes);
	}
	// No picture stands in the execution's data.
	expect(JSON.stringify(result.run).length).toBeLessThan(50_000);
});

it('one item may have several', async () => {
	const { result, items } = await generate(table, {
		rows: [{ prompt: 'foxes', size: '1024x640', quality: 'low', n: 3, output_format: 'webp' }],
		standIn,
		binaryMode,
		parameters: { output: { layout: 'itemPerInput', binaryPropertyName: 'fox' } },
	});
	const names = ['fox', 'fox_1', 'fox_2'];
	const files = await Promise.all(names.map(async (name) => await result.binary(items[0]!, name)));
	expect(new Set(files.map((bytes) => bytes.toString('base64'))).size).toBe(3);
	expect(items[0]!.binary!.fox_2).toMatchObject({ mimeType: 'image/webp', fileExtension: 'webp' });
});
