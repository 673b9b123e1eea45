import fc from 'fast-check';
import sharp from 'sharp';
import { estimateJob } from '../../engine/costs/estimate';
import { patchTokens, tileTokens } from '../../engine/costs/tokens';
import type { ImageJob } from '../../engine/jobs/job';
import type { ImageBytes, ImageSource } from '../../engine/jobs/source';
import { validateJob } from '../../engine/jobs/validation';
import { STRENGTHS, variationPrompt } from '../../engine/jobs/variationPrompt';
import { findModel } from '../../engine/models/find';
import { editsBody } from '../../engine/requests/edits';
import { readInputs } from '../../engine/requests/inputs';
import { variationsBody } from '../../engine/requests/variations';
import { readImageHeader } from '../../engine/responses/imageHeader';
import { job } from './world';

const MB = 1024 * 1024;

function at(bytes: Buffer, label = 'binary property "data"'): ImageBytes {
	return {
		kind: 'bytes',
		label,
		facts: { bytes: bytes.length, header: readImageHeader(bytes) },
		read: async () => await Promise.resolve(bytes),
	};
}

/** A source that says so much of itself and is not read. */
function like(
	bytes: number,
	format: 'png' | 'jpeg' | 'gif' = 'png',
	width = 64,
	height = 64,
	alpha = true,
): ImageBytes {
	return {
		kind: 'bytes',
		label: 'binary property "data"',
		facts: {
			bytes,
			header: { format, mimeType: `image/${format}`, extension: format, width, height, alpha },
		},
		read: async () => await Promise.reject(new Error('not to be read')),
	};
}

const draw = async (
	width: number,
	height: number,
	channels: 3 | 4 = 4,
	format: 'png' | 'jpeg' | 'webp' = 'png',
) =>
	await sharp({ create: { width, height, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } } })
		.toFormat(format)
		.toBuffer();

const edit = (change: Partial<ImageJob>) =>
	job(0, { endpoint: 'edits', images: [like(1000)], parameters: {}, ...change });
const problems = (change: Partial<ImageJob>, provider: 'openai' | 'compatible' = 'openai') =>
	validateJob(edit(change), { provider, today: '2026-11-21' })
		.problems.map(({ field, message }) => `${field}: ${message}`)
		.join('\n');

describe('images to start from', () => {
	it('are accepted, up to 16', () => {
		expect(problems({})).toBe('');
		expect(problems({ images: Array<ImageSource>(16).fill(like(1000)) })).toBe('');
		expect(
			problems({ images: [{ kind: 'url', label: 'address 1', value: 'https://x.example/1.png' }] }),
		).toBe('');
	});

	it.each<[string, Partial<ImageJob>, RegExp]>([
		['none', { images: [] }, /images: There is no image to start from/],
		[
			'17',
			{ images: Array<ImageSource>(17).fill(like(1000)) },
			/images: 17 images are given. Allowed with gpt-image-2.5-flare: 16/,
		],
		['an empty one', { images: [at(Buffer.alloc(0))] }, /Binary property "data" is empty/],
		[
			'a text',
			{ images: [at(Buffer.from('I am a picture'))] },
			/Binary property "data" is no png, jpeg, webp or gif image/,
		],
		[
			'a gif',
			{ images: [like(1000, 'gif')] },
			/is a gif image. Allowed with gpt-image-2.5-flare: png, jpeg, webp/,
		],
		['51 MB', { images: [like(51 * MB)] }, /has 51 MB. Allowed: less than 50 MB/],
		[
			'a mask of another size',
			{ mask: like(1000, 'png', 65) },
			/mask: .* is 65x64 pixels, the first image 64x64/,
		],
		[
			'a mask without transparency',
			{ mask: like(1000, 'png', 64, 64, false) },
			/mask: .* has no transparency/,
		],
		['a mask that is a jpeg', { mask: like(1000, 'jpeg') }, /mask: .* is a jpeg image. It must be a png/],
		['a mask of 4 MB', { mask: like(4 * MB) }, /mask: .* has 4 MB. Allowed: less than 4 MB/],
		['a mask that is a text', { mask: at(Buffer.from('no')) }, /mask: .* is no image/],
		[
			'mask and markup',
			{ mask: like(1000), markup: like(1000) },
			/markup: A mask and a markup do not go together/,
		],
		[
			'a markup before 2.5',
			{ model: 'gpt-image-2', markup: like(1000) },
			/markup: gpt-image-2 takes no markup/,
		],
		['a mask for a gif', { mask: like(1000), parameters: { output_format: 'gif' } }, /mask: .* gif/],
		[
			'an svg',
			{ parameters: { output_format: 'svg' } },
			/output_format: "svg" is not possible with gpt-image-2.5-flare for edits. Allowed: png, jpeg, webp, gif/,
		],
		[
			'fidelity on a newer model',
			{ parameters: { input_fidelity: 'high' } },
			/input_fidelity: .* does not have this parameter/,
		],
		[
			'high fidelity on mini',
			{ model: 'gpt-image-1-mini', parameters: { input_fidelity: 'high' } },
			/Allowed: low/,
		],
		[
			'the old endpoint at OpenAI',
			{ endpoint: 'variations' },
			/endpoint: OpenAI has retired the endpoint variations. Use edits/,
		],
	])('are refused: %s', (_, change, message) => {
		expect(problems(change)).toMatch(message);
	});

	it('of the old endpoint are one square png under 4 MB', () => {
		const old = { endpoint: 'variations', model: 'dall-e-2', prompt: '' } as const;
		expect(problems({ ...old }, 'compatible')).toBe('');
		expect(problems({ ...old, images: [like(1000, 'png', 64, 65)] }, 'compatible')).toMatch(
			/takes square images only/,
		);
		expect(problems({ ...old, images: [like(4 * MB)] }, 'compatible')).toMatch(/less than 4 MB/);
		expect(problems({ ...old, images: [like(1), like(1)] }, 'compatible')).toMatch(
			/2 images are given. Allowed with dall-e-2: 1 image/,
		);
		expect(problems({ ...old, images: [like(1000, 'jpeg')] }, 'compatible')).toMatch(/is a jpeg image/);
		expect(problems({ ...old, model: 'gpt-image-2' }, 'compatible')).toMatch(
			/model: gpt-image-2 has no variations/,
		);
	});

	it('are no complaint for a generation, which has none', () => {
		expect(validateJob(job(0), { provider: 'openai', today: '2026-11-21' }).problems).toEqual([]);
	});
});

describe('what is known of an image', () => {
	it('holds transparency, and the turning of a camera', async () => {
		expect(readImageHeader(await draw(30, 20, 4))).toMatchObject({ alpha: true });
		expect(readImageHeader(await draw(30, 20, 3))).toMatchObject({ alpha: false });
		const palette = await sharp(await draw(30, 20, 4))
			.png({ palette: true })
			.toBuffer();
		expect(readImageHeader(palette)).toMatchObject({ alpha: true });
		for (const [orientation, size] of [
			[1, { width: 30, height: 20 }],
			[6, { width: 20, height: 30 }],
			[8, { width: 20, height: 30 }],
		] as const) {
			const turned = await sharp(await draw(30, 20, 3, 'jpeg'))
				.withMetadata({ orientation })
				.jpeg()
				.toBuffer();
			expect(readImageHeader(turned)).toMatchObject(size);
		}
	});
});

describe('bodies', () => {
	const png = async (size: number) => at(await draw(size, size));
	const ok = () => {};

	it('are multipart in the given order, named and typed by the bytes', async () => {
		const images = [await png(10), at(await draw(11, 11, 3, 'jpeg')), at(await draw(12, 12, 3, 'webp'))];
		const one = edit({
			n: 2,
			images,
			mask: await png(10),
			parameters: { quality: 'low' },
			additional: { user: 'me', extra: { a: 1 } },
		});
		const { multipart, json } = await editsBody(one, 2, await readInputs(one, ok));
		expect(json).toBeUndefined();
		expect(
			multipart?.map((part) =>
				'value' in part ? [part.name, part.value] : [part.name, part.fileName, part.contentType],
			),
		).toEqual([
			['model', 'gpt-image-2.5-flare'],
			['prompt', 'prompt 0'],
			['n', '2'],
			['quality', 'low'],
			['user', 'me'],
			['extra', '{"a":1}'],
			['image[]', 'image_1.png', 'image/png'],
			['image[]', 'image_2.jpg', 'image/jpeg'],
			['image[]', 'image_3.webp', 'image/webp'],
			['mask', 'mask.png', 'image/png'],
		]);
	});

	it('are JSON as soon as one image is to be fetched by the server', async () => {
		const bytes = await draw(10, 10);
		const one = edit({
			images: [
				{ kind: 'file_id', label: '', value: 'file-1' },
				{ kind: 'url', label: '', value: 'https://x.example/a.png' },
				at(bytes),
			],
			mask: at(bytes),
		});
		const { multipart, json } = await editsBody(one, 1, await readInputs(one, ok));
		const dataUrl = `data:image/png;base64,${bytes.toString('base64')}`;
		expect(multipart).toBeUndefined();
		expect(json).toEqual({
			model: 'gpt-image-2.5-flare',
			prompt: 'prompt 0',
			images: [{ file_id: 'file-1' }, { image_url: 'https://x.example/a.png' }, { image_url: dataUrl }],
			mask: { image_url: dataUrl },
		});
	});

	it('of the old endpoint have no prompt', async () => {
		const one = edit({
			endpoint: 'variations',
			model: 'dall-e-2',
			prompt: '',
			images: [await png(10)],
			parameters: { size: '256x256' },
		});
		const { multipart } = variationsBody(one, 3, await readInputs(one, ok));
		expect(multipart?.map(({ name }) => name)).toEqual(['model', 'n', 'response_format', 'size', 'image']);
	});

	it('are not made of images that turn out wrong when they are read', async () => {
		const { facts: _, ...unknown } = at(Buffer.from('<html>Sorry</html>'));
		const check = jest.fn((_job: ImageJob) => {
			throw new Error('refused');
		});
		await expect(readInputs(edit({ images: [unknown] }), check)).rejects.toThrow('refused');
		expect(check.mock.calls[0]?.[0].images?.[0]).toMatchObject({ facts: { bytes: 18, header: undefined } });
	});
});

describe('input tokens', () => {
	it.each([
		[1024, 1024, 1024],
		[1536, 1024, 1536],
		[341, 512, 704],
		[1179, 2556, 1482],
		[3840, 2160, 1508],
	])('of %dx%d by patches: %d', (width, height, tokens) => {
		expect(patchTokens({ width, height })).toBe(tokens);
	});

	it('by patches are never above the budget', () => {
		const edge = fc.integer({ min: 16, max: 8000 });
		fc.assert(
			fc.property(edge, edge, (width, height) => {
				const tokens = patchTokens({ width, height });
				expect(Number.isInteger(tokens) && tokens > 0).toBe(true);
				if (Math.max(width, height) / Math.min(width, height) < 40) expect(tokens).toBeLessThanOrEqual(1536);
			}),
		);
	});

	it('by tiles', () => {
		expect(tileTokens({ width: 1024, height: 1024 }, undefined)).toBe(194);
		expect(tileTokens({ width: 1024, height: 1536 }, 'low')).toBe(65 + 2 * 129);
		expect(tileTokens({ width: 512, height: 512 }, 'high')).toBe(194 + 4160);
		expect(tileTokens({ width: 512, height: 1024 }, 'high')).toBe(65 + 2 * 129 + 6240);
	});

	it('are part of the estimate, for every image that comes out', () => {
		const of = (change: Partial<ImageJob>) => {
			const one = edit({ parameters: { size: '1024x1024', quality: 'low' }, ...change });
			return estimateJob(one, findModel(one.model))?.input ?? { low: NaN, high: NaN };
		};
		const none = of({ images: [] });
		const square = like(1000, 'png', 1024, 1024);
		expect(of({ images: [square, square] }).low - none.low).toBe(2 * (1024 * 8000 + 10 * 5000));
		expect(of({ images: [square], n: 3 }).low - 3 * none.low).toBe(3 * (1024 * 8000 + 10 * 5000));
		const url = { kind: 'url', label: '', value: 'https://x.example' } as const;
		expect(of({ images: [url] }).high - none.high).toBe(1536 * 8000 + 10 * 5000);
		expect(of({ images: [square], mask: square }).high - of({ images: [square] }).high).toBe(1024 * 8000);
	});
});

describe('the prompt of a variation', () => {
	it('differs by strength and ends with the guidance', () => {
		expect(new Set(STRENGTHS.map((strength) => variationPrompt(strength, ''))).size).toBe(3);
		expect(variationPrompt('subtle', ' Keep the logo. ')).toMatch(/minor elements\. Keep the logo\.$/);
	});
});
