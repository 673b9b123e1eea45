import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { distance, pixel, plain, sha256, withHole } from '../stand-in/harness';
import type { SourceRow } from './edit';
import { edit, file } from './edit';

/** Masks, markups, and the options that only edits have or lack. */
let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const red = '#cc2222';

it('a mask is sent as it is, and the image differs where it is transparent, and only there', async () => {
	const image = file(await plain(816, 816, red));
	const mask = await withHole(816, 816, '#000', { left: 200, top: 200, width: 400, height: 400 });
	const rows: SourceRow[] = [
		{ files: { image, hole: file(mask) }, json: { names: 'image', mask: 'hole' } },
		{ files: { image }, json: { names: 'image' } },
	];
	const parameters = { execution: { concurrency: 1 } };
	const { result, items } = await edit({ rows, standIn, parameters });
	expect(standIn.books.map(({ inputs }) => inputs!.map(({ sha256: sum }) => sum))).toEqual([
		[sha256(image.bytes), sha256(mask)],
		[sha256(image.bytes)],
	]);
	expect(standIn.books[0]!.inputs![1]).toMatchObject({
		field: 'mask',
		fileName: 'mask.png',
		contentType: 'image/png',
	});
	const [masked, plainly] = await Promise.all(items.map(async (item) => await result.binary(item, 'data')));
	const changed = async (x: number, y: number) =>
		distance(await pixel(masked!, x, y), await pixel(plainly!, x, y));
	expect(await changed(100, 300)).toBe(0);
	expect(await changed(750, 400)).toBe(0);
	const rim = await Promise.all([-8, -4, 0, 4, 8].map(async (off) => await changed(216 + off, 400)));
	expect(Math.max(...rim)).toBeGreaterThan(50);
});

it('a mask lies upon the first of several images, whose size alone must be its own', async () => {
	const images = [await plain(300, 200, red), await plain(64, 64, '#2c2', 'jpeg')];
	const mask = await withHole(300, 200, '#000', { left: 9, top: 9, width: 90, height: 90 });
	const { json } = await edit({
		rows: [
			{
				files: { a: file(images[0]!), b: file(images[1]!, 'jpeg'), hole: file(mask) },
				json: { names: 'a,b', mask: 'hole' },
			},
			{
				files: { a: file(images[0]!), b: file(images[1]!, 'jpeg'), hole: file(mask) },
				json: { names: 'b,a', mask: 'hole' },
			},
		],
		standIn,
	});
	expect(json[0]!.error).toBeUndefined();
	expect(json[1]!.error?.message).toMatch(/"hole" is 300x200 pixels, the first image 64x64/);
	expect(standIn.books.map(({ inputs }) => inputs!.map(({ field }) => field))).toEqual([
		['image[]', 'image[]', 'mask'],
	]);
});

it('a mask fits a photo as it is seen, turned by its EXIF orientation', async () => {
	const photo = await sharp(await plain(200, 300, red))
		.withMetadata({ orientation: 6 })
		.jpeg()
		.toBuffer();
	const mask = await withHole(300, 200, '#000', { left: 9, top: 9, width: 90, height: 90 });
	const { json } = await edit({
		rows: [{ files: { data: file(photo, 'jpeg'), hole: file(mask) }, json: { mask: 'hole' } }],
		standIn,
	});
	expect(json[0]!.error).toBeUndefined();
	expect(standIn.books[0]!.inputs![0]).toMatchObject({ width: 300, height: 200, sha256: sha256(photo) });
});

it.each(['gpt-image-2.5-flare', 'gpt-image-2.5-sunburst', 'gpt-image-2.6-flare'])(
	'%s takes a markup',
	async (model) => {
		const notes = await withHole(300, 200, '#e00', { left: 9, top: 9, width: 250, height: 150 });
		const { json } = await edit({
			rows: [
				{
					files: { data: file(await plain(300, 200, red)), notes: file(notes) },
					json: { markup: 'notes', model },
				},
			],
			standIn,
		});
		expect(json[0]).toMatchObject({ model, image: { width: 816 } });
		expect(standIn.books[0]!.inputs![1]).toMatchObject({
			field: 'markup',
			sha256: sha256(notes),
			fileName: 'markup.png',
		});
	},
);

it('fidelity is sent to gpt-image-1.5, and costs input tokens', async () => {
	const { json } = await edit({
		rows: await Promise.all(
			['low', 'high'].map(async (input_fidelity) => ({
				files: { data: file(await plain(512, 512, red)) },
				json: { model: 'gpt-image-1.5', size: '1024x1024', input_fidelity, prompt: input_fidelity },
			})),
		),
		standIn,
	});
	for (const { prompt, body } of standIn.books) expect(body).toMatchObject({ input_fidelity: prompt });
	const [low, high] = json.map(({ usage }) => usage!.input_image_tokens);
	expect(high! - low!).toBe(4160);
	expect(json[0]!.warnings.join()).toMatch(/shuts gpt-image-1\.5 down on 2026-12-01/);
});

it('a GIF comes out of an edit without a mask', async () => {
	const { result, items, json } = await edit({
		rows: [
			{
				files: { data: file(await plain(300, 200, red)) },
				json: { output_format: 'gif', frame_count: 3, frame_duration_ms: 120 },
			},
		],
		standIn,
	});
	expect(json[0]!.image.mime_type).toBe('image/gif');
	const gif = await result.binary(items[0]!, 'data');
	expect(await sharp(gif, { animated: true }).metadata()).toMatchObject({ pages: 3, delay: [120, 120, 120] });
});

it('a transparent background is kept', async () => {
	const { result, items } = await edit({
		rows: [
			{
				files: { data: file(await plain(300, 200, red)) },
				json: { background: 'transparent', output_format: 'webp' },
			},
		],
		standIn,
	});
	expect((await pixel(await result.binary(items[0]!, 'data'), 0, 0))[3]).toBe(0);
});
