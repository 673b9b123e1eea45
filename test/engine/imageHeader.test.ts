import fc from 'fast-check';
import sharp from 'sharp';
import { readImageHeader } from '../../engine/responses/imageHeader';

const drawn = (width: number, height: number, alpha = false) =>
	sharp({
		create: { width, height, channels: alpha ? 4 : 3, background: { r: 200, g: 100, b: 50, alpha: 0.5 } },
	});

describe("an image's own header", () => {
	const size = fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 700 }), fc.boolean());

	it.each(['png', 'jpeg', 'webp', 'gif'] as const)(
		'is read from every %s that sharp writes',
		async (format) => {
			await fc.assert(
				fc.asyncProperty(size, async ([width, height, alpha]) => {
					const bytes = await drawn(width, height, alpha).toFormat(format).toBuffer();
					expect(readImageHeader(bytes)).toMatchObject({
						format,
						width,
						height,
						mimeType: `image/${format}`,
					});
				}),
				{ numRuns: 25 },
			);
		},
	);

	it('is read from lossless and lossy webp, progressive jpeg, and jpeg with a colour profile', async () => {
		const variants = await Promise.all([
			drawn(300, 200).webp({ lossless: true }).toBuffer(),
			drawn(300, 200, true).webp({ lossless: false }).toBuffer(),
			drawn(300, 200).jpeg({ progressive: true }).toBuffer(),
			drawn(300, 200)
				.withMetadata({ icc: 'p3', exif: { IFD0: { Copyright: 'x'.repeat(5000) } } })
				.jpeg()
				.toBuffer(),
		]);
		for (const bytes of variants) expect(readImageHeader(bytes)).toMatchObject({ width: 300, height: 200 });
	});

	it.each([
		['<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480px"></svg>', 640, 480],
		[
			'<?xml version="1.0"?>\n<!-- <svg width="1" height="1"> --><svg viewBox="0 0 32.5 16"><g/></svg>',
			33,
			16,
		],
	])('is read from %s', (text, width, height) => {
		expect(readImageHeader(Buffer.from(text))).toMatchObject({ format: 'svg', width, height });
	});

	it('is not found in anything else, and never throws', () => {
		for (const text of ['', 'hello', '<html><body>no</body></html>', '{"svg": 1}', 'RIFF1234WEBPVP8?']) {
			expect(readImageHeader(Buffer.from(text))).toBeUndefined();
		}
		const magic = fc.constantFrom(
			[0xff, 0xd8, 0xff, 0xe0],
			[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
			[...Buffer.from('GIF89a')],
			[...Buffer.from('RIFF0000WEBPVP8X')],
			[],
		);
		fc.assert(
			fc.property(magic, fc.uint8Array({ maxLength: 64 }), (start, rest) => {
				const header = readImageHeader(Buffer.from([...start, ...rest]));
				if (header) expect(header.width * header.height).toBeGreaterThan(0);
			}),
			{ numRuns: 2000 },
		);
	});
});
