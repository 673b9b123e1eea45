import type OpenAI from 'openai';
import { toFile } from 'openai';
import sharp from 'sharp';
import {
	blob,
	bytesOf,
	distance,
	form,
	pixel,
	plain,
	png,
	useStandIns,
	usual,
	withHole,
} from './stand-in/harness';
import type { Parts } from './stand-in/harness';

const { model, size } = usual;
const start = useStandIns();

describe('what a picture shows', () => {
	const white = '#f4f4f4';
	const ask = async (parts: Parts) => {
		const { post } = await start();
		const response = await post('/images/edits', form([['size', '1024x1024'], ...parts]));
		expect(response.status).toBe(200);
		return bytesOf((await response.json()) as OpenAI.ImagesResponse);
	};

	test('the first image lies behind, and all are in the strip in their order', async () => {
		const red = blob(await plain(64, 64, '#ff0000'));
		const blue = blob(await plain(64, 64, '#0000ff'));
		const one = await ask([
			['image[]', red],
			['image[]', blue],
		]);
		const other = await ask([
			['image[]', blue],
			['image[]', red],
		]);
		// The middle of the first and the second thumbnail, and a place on the ground.
		const places = [
			[114, 90],
			[260, 90],
			[700, 480],
		] as const;
		const colours = async (image: Buffer) =>
			await Promise.all(
				places.map(async ([x, y]) => {
					const [r = 0, , b = 0] = await pixel(image, x, y);
					return r > b ? 'red' : 'blue';
				}),
			);
		expect(await colours(one)).toEqual(['red', 'blue', 'red']);
		expect(await colours(other)).toEqual(['blue', 'red', 'blue']);
	});

	test('a mask is marked where it is fully transparent, and only there', async () => {
		const image = blob(await plain(512, 512, white));
		const hole = { left: 200, top: 150, width: 200, height: 100 };
		const mask = await withHole(512, 512, '#000', hole);
		const with16Bits = await sharp(mask).toColourspace('rgb16').png().toBuffer();
		expect((await sharp(with16Bits).metadata()).depth).toBe('ushort');
		const without = await ask([['image', image]]);
		for (const bytes of [mask, with16Bits]) {
			const masked = await ask([
				['image', image],
				['mask', blob(bytes)],
			]);
			const changed = async (x: number, y: number) =>
				distance(await pixel(masked, x, y), await pixel(without, x, y));
			// The rim of the hole, twice as large on the picture, and places next to it.
			expect(await changed(402, 400)).toBeGreaterThan(100);
			expect(await changed(797, 400)).toBeGreaterThan(100);
			expect(await changed(600, 302)).toBeGreaterThan(100);
			expect(await changed(395, 400)).toBe(0);
			expect(await changed(805, 400)).toBe(0);
			expect(await changed(600, 510)).toBe(0);
		}
	});

	test('what is only nearly transparent is not open', async () => {
		const image = blob(await plain(256, 256, white));
		const nearly = await sharp({
			create: { width: 256, height: 256, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 1 / 255 } },
		})
			.png()
			.toBuffer();
		const masked = await ask([
			['image', image],
			['mask', blob(nearly)],
		]);
		const without = await ask([['image', image]]);
		expect(distance(await pixel(masked, 500, 500), await pixel(without, 500, 500))).toBe(0);
	});

	test('a markup lies over it', async () => {
		const image = blob(await plain(256, 256, white));
		const line = await sharp({ create: { width: 256, height: 8, channels: 3, background: '#ff0000' } })
			.png()
			.toBuffer();
		const markup = await sharp({
			create: { width: 256, height: 256, channels: 4, background: '#0000' },
		})
			.composite([{ input: line, left: 0, top: 124 }])
			.png()
			.toBuffer();
		const drawn = await ask([
			['image', image],
			['markup', blob(markup)],
		]);
		expect(distance(await pixel(drawn, 300, 512), [255, 0, 0])).toBeLessThan(30);
		expect(distance(await pixel(drawn, 300, 450), [255, 0, 0])).toBeGreaterThan(200);
	});

	test('a photograph is turned as its EXIF says, and its mask is as it is seen', async () => {
		const { client, standIn } = await start();
		const turned = await sharp(await plain(300, 200, '#c33', 'jpeg'))
			.withMetadata({ orientation: 6 })
			.jpeg()
			.toBuffer();
		const hole = { left: 0, top: 0, width: 20, height: 20 };
		const ask = async (width: number, height: number) =>
			client.images.edit({
				model,
				prompt: 'Edit it',
				size,
				image: await toFile(turned, 'a.jpg', { type: 'image/jpeg' }),
				mask: await png(await withHole(width, height, '#000', hole)),
			});
		await ask(200, 300);
		expect(standIn.books[0]?.inputs?.[0]).toMatchObject({ width: 200, height: 300 });
		await expect(ask(300, 200)).rejects.toMatchObject({ code: 'invalid_mask_image_format' });
	});
});
