import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { pad } from './stand-in/drawing/padding';
import { bytesOf, plain, sha256, useStandIns } from './stand-in/harness';

const start = useStandIns();
const png = (bytes: Buffer) => toFile(bytes, 'image.png', { type: 'image/png' });

describe('variations', () => {
	test('are gone at OpenAI', async () => {
		const { client, standIn } = await start();
		const asked = client.images.createVariation({ image: await png(await plain(64, 64, '#c33')) });
		await expect(asked).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		await expect(asked).rejects.toThrow('retired');
		expect(standIn.books).toMatchObject([{ endpoint: '/v1/images/variations', status: 404, usd: 0 }]);
	});

	test('are alive on a compatible server', async () => {
		const { client, standIn } = await start({ provider: 'compatible' });
		const image = await plain(64, 64, '#c33');
		const answer = await client.images.createVariation({
			image: await png(image),
			n: 3,
			size: '512x512',
			response_format: 'b64_json',
		});
		expect(answer.data).toHaveLength(3);
		expect((await sharp(bytesOf(answer, 2)).metadata()).width).toBe(512);
		expect(bytesOf(answer, 0).equals(bytesOf(answer, 1))).toBe(false);
		expect(standIn.books).toMatchObject([
			{
				status: 200,
				n: 3,
				images: 3,
				usd: 0.054,
				prompt: '',
				body: { n: '3', size: '512x512', response_format: 'b64_json' },
				inputs: [{ field: 'image', sha256: sha256(image), width: 64, height: 64 }],
			},
		]);
		const url = (await client.images.createVariation({ image: await png(image) })).data?.[0]?.url ?? '';
		const fetched = Buffer.from(await (await fetch(url)).arrayBuffer());
		expect((await sharp(fetched).metadata()).width).toBe(1024);
	});

	test('a model of its own takes other images', async () => {
		const { client } = await start({ provider: 'compatible' });
		const jpeg = await toFile(await plain(64, 48, '#c33', 'jpeg'), 'a.jpg', { type: 'image/jpeg' });
		const answer = await client.images.createVariation({ model: 'flux-redux', image: jpeg });
		expect(answer.data).toHaveLength(1);
	});

	test.each<[string, (square: Buffer) => Promise<object> | object, string | null, string]>([
		['no square', async () => ({ image: await png(await plain(64, 48, '#c33')) }), 'image', 'invalid_value'],
		[
			'4 MB',
			async (square) => ({ image: await png(pad(square, 'png', 4 * 1024 * 1024)) }),
			'image',
			'file_too_large',
		],
		[
			'no png',
			async () => ({
				image: await toFile(await plain(64, 64, '#c33', 'jpeg'), 'a.jpg', { type: 'image/jpeg' }),
			}),
			'image',
			'unsupported_file_mimetype',
		],
		['no image', async () => ({ image: await png(Buffer.from('a text')) }), null, 'invalid_image_file'],
		[
			'two',
			async (square) => ({ image: [await png(square), await png(square)] }),
			'image',
			'array_above_max_length',
		],
		['none', () => ({ image: undefined }), 'image', 'missing_required_parameter'],
		['n of 11', () => ({ n: 11 }), 'n', 'integer_above_max_value'],
		['a size', () => ({ size: '1536x1024' }), 'size', 'invalid_value'],
		['a prompt', () => ({ prompt: 'A fox' }), 'prompt', 'unknown_parameter'],
		['response_format', () => ({ response_format: 'png' }), 'response_format', 'invalid_value'],
		['a newer model', () => ({ model: 'gpt-image-2' }), 'model', 'invalid_value'],
		['a mask', async (square) => ({ mask: await png(square) }), 'mask', 'unknown_parameter'],
	])('%s is refused', async (_, fields, param, code) => {
		const { client } = await start({ provider: 'compatible' });
		const square = await plain(64, 64, '#c33');
		// The SDK's encoder sends a form only where there is a file.
		const body = { image: await png(square), model: 'dall-e-2', ...(await fields(square)) };
		const asked = client.images.createVariation(body);
		await expect(asked).rejects.toMatchObject({ status: 400, param, code });
	});
});
