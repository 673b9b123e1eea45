import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256, withHole } from '../stand-in/harness';
import { edit, file } from './edit';
import { errorOf } from './generate';

/** n8n has one binary mode per process; the other files about edits have the other one. */
const binaryMode = 'memory';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

it('images that stand in the item itself are edited, with a mask', async () => {
	const images = [await plain(300, 200, '#c33', 'jpeg'), await plain(64, 64, '#3c3', 'webp')];
	const mask = await withHole(300, 200, '#000', { left: 9, top: 9, width: 90, height: 90 });
	const { result, items, json } = await edit({
		rows: [
			{
				files: { data: file(images[0]!, 'jpeg'), data_1: file(images[1]!, 'webp'), hole: file(mask) },
				json: { names: 'data*', mask: 'hole' },
			},
		],
		standIn,
		binaryMode,
	});
	expect(json[0]!.error).toBeUndefined();
	expect(items[0]!.binary!.data!.id).toBeUndefined();
	expect((await sharp(await result.binary(items[0]!, 'data')).metadata()).width).toBe(816);
	expect(standIn.books[0]!.inputs!.map((input) => input.sha256)).toEqual([...images, mask].map(sha256));
});

it('what is no image, empty or of the wrong size is refused before anything is sent', async () => {
	const photo = file(await plain(120, 80, '#c33'));
	const small = file(await withHole(60, 40, '#000', { left: 9, top: 9, width: 9, height: 9 }));
	const { json } = await edit({
		rows: [
			{ files: { data: file(Buffer.from('no image')) } },
			{ files: { data: file(Buffer.alloc(0)) } },
			{ files: { data: photo, hole: small }, json: { mask: 'hole' } },
			{ files: { data: photo } },
		],
		standIn,
		binaryMode,
	});
	expect(errorOf(json[0]).message).toMatch(/^Item 0: images: .*is no png/);
	expect(errorOf(json[1]).message).toMatch(/^Item 1: images: .*"data"/);
	expect(errorOf(json[2]).message).toMatch(/^Item 2: mask: .*60x40 pixels, the first image 120x80/);
	expect(json[3]!.error).toBeUndefined();
	expect(standIn.books).toHaveLength(1);
});
