import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { pad } from './stand-in/drawing/padding';
import { blob, form, plain, png, useStandIns, usual, withHole } from './stand-in/harness';
import type { Parts, Refusal } from './stand-in/harness';

const { model, size } = usual;
const start = useStandIns();

describe('fields', () => {
	test.each<[string, Record<string, string>, string, string]>([
		['no model', { model: '' }, 'model', 'model_not_found'],
		['no prompt', { prompt: '' }, 'prompt', 'empty_string'],
		['prompt too long', { prompt: 'x'.repeat(32_001) }, 'prompt', 'string_above_max_length'],
		['n of 11', { n: '11' }, 'n', 'integer_above_max_value'],
		['n in words', { n: 'two' }, 'n', 'invalid_type'],
		['n of one and a half', { n: '1.5' }, 'n', 'invalid_type'],
		['stream in other words', { stream: 'yes' }, 'stream', 'invalid_type'],
		['svg', { output_format: 'svg' }, 'output_format', 'invalid_value'],
		['the settings of svg', { svg: '{}' }, 'svg', 'unknown_parameter'],
		['response_format', { response_format: 'b64_json' }, 'response_format', 'unknown_parameter'],
		['style', { style: 'vivid' }, 'style', 'unknown_parameter'],
		['strength', { strength: '0.5' }, 'strength', 'unknown_parameter'],
		['images, which are JSON', { images: '[]' }, 'images', 'unknown_parameter'],
		['complexity before 2.6', { complexity: 'low' }, 'complexity', 'unknown_parameter'],
		['input_fidelity with 2.5', { input_fidelity: 'high' }, 'input_fidelity', 'invalid_input_fidelity_model'],
		[
			'input_fidelity with 2',
			{ model: 'gpt-image-2', input_fidelity: 'low' },
			'input_fidelity',
			'invalid_input_fidelity_model',
		],
		[
			'high with mini',
			{ model: 'gpt-image-1-mini', size: 'auto', input_fidelity: 'high' },
			'input_fidelity',
			'invalid_input_fidelity_model',
		],
		[
			'input_fidelity in other words',
			{ model: 'gpt-image-1.5', size: 'auto', input_fidelity: 'max' },
			'input_fidelity',
			'invalid_value',
		],
		['a directive that is none', { prompt: '[[staus 500]]' }, 'prompt', 'invalid_value'],
	])('%s is refused', async (_, texts, param, code) => {
		const { standIn, post } = await start();
		const image = blob(await plain(64, 64, '#c33'));
		const response = await post('/images/edits', form([...Object.entries(texts), ['image', image]] as never));
		const { error } = (await response.json()) as Refusal;
		expect([error.param, error.code]).toEqual([param, code]);
		expect(standIn.books).toMatchObject([{ status: response.status, usd: 0 }]);
		expect(response.status).toBe(code === 'model_not_found' ? 404 : 400);
	});

	test('what a model has is accepted', async () => {
		const { client } = await start();
		const image = await png(await plain(64, 64, '#c33'));
		for (const fields of [
			{ model: 'gpt-image-1.5', input_fidelity: 'high' },
			{ model: 'gpt-image-1-mini', input_fidelity: 'low', quality: 'low' },
			{ model: 'gpt-image-2.6-flare', complexity: 'high', quality: 'max', size: '816x816' },
			{ model, safety_identifier: 'someone', user: 'u', stream: false, partial_images: 0 },
		] as const) {
			const answer = await client.images.edit({ prompt: 'Edit it', image, ...fields });
			expect(answer.data).toHaveLength(1);
		}
	});

	test('a field that comes twice is refused', async () => {
		const { post } = await start();
		const twice = form([['image', blob(await plain(64, 64, '#c33'))]]);
		twice.append('size', '1024x1024');
		const response = await post('/images/edits', twice);
		expect(((await response.json()) as Refusal).error).toMatchObject({
			param: 'size',
			code: 'duplicate_parameter',
		});
	});

	test('a model that is gone, and one that never had edits', async () => {
		const { post } = await start({ provider: 'compatible' });
		const image = blob(await plain(64, 64, '#c33'));
		const response = await post(
			'/images/edits',
			form([
				['model', 'dall-e-3'],
				['image', image],
			]),
		);
		expect(((await response.json()) as Refusal).error).toMatchObject({
			param: 'model',
			code: 'invalid_value',
		});
		const { client } = await start();
		const gone = client.images.edit({
			model: 'dall-e-2',
			prompt: 'x',
			image: await png(await plain(64, 64, '#c33')),
		});
		await expect(gone).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
	});
});

describe('images that do not do', () => {
	let image: Buffer;
	let hole: Buffer;
	beforeAll(async () => {
		image = await plain(64, 48, '#c33');
		hole = await withHole(64, 48, '#000', { left: 8, top: 8, width: 16, height: 16 });
	});
	const text = Buffer.from('This is a text, whatever its name says.');

	type Made = () => Promise<Parts> | Parts;
	test.each<[string, Made, string | null, string | null]>([
		['none', () => [], 'image', 'missing_required_parameter'],
		['a mask alone', () => [['mask', blob(hole)]], 'image', 'missing_required_parameter'],
		['a text called png', () => [['image', blob(text), 'a.png']], null, 'invalid_image_file'],
		['no bytes', () => [['image', blob(Buffer.alloc(0))]], null, 'invalid_image_file'],
		['a png cut short', () => [['image', blob(image.subarray(0, -60))]], null, 'invalid_image_file'],
		['a png called a jpeg', () => [['image', blob(image, 'image/jpeg')]], null, 'invalid_image_file'],
		[
			'one without a type',
			() => [['image', blob(image, 'application/octet-stream')]],
			'image',
			'unsupported_file_mimetype',
		],
		[
			'a second without a type',
			() => [
				['image[]', blob(image)],
				['image[]', blob(image, 'application/octet-stream')],
			],
			'image[1]',
			'unsupported_file_mimetype',
		],
		[
			'a gif',
			async () => [['image', blob(await plain(8, 8, '#c33', 'gif'), 'image/gif')]],
			'image',
			'unsupported_file_mimetype',
		],
		[
			'a second that is none',
			() => [
				['image[]', blob(image)],
				['image[]', blob(text)],
			],
			null,
			'invalid_image_file',
		],
		[
			'two called image',
			() => [
				['image', blob(image)],
				['image', blob(image)],
			],
			'image',
			'duplicate_parameter',
		],
		['text in its place', () => [['image', 'photo.png']], 'image', 'invalid_type'],
		[
			'a file of another name',
			() => [
				['image', blob(image)],
				['photo', blob(image)],
			],
			'photo',
			'unknown_parameter',
		],
		['50 MB', () => [['image', blob(pad(image, 'png', 50 * 1024 * 1024))]], 'image', 'file_too_large'],
		['60 MB', () => [['image', blob(pad(image, 'png', 60 * 1024 * 1024))]], 'image', 'file_too_large'],
		[
			'a mask of another size',
			async () => [
				['image', blob(image)],
				['mask', blob(await withHole(48, 64, '#000', { left: 8, top: 8, width: 16, height: 16 }))],
			],
			'mask',
			'invalid_mask_image_format',
		],
		[
			'a mask without alpha',
			() => [
				['image', blob(image)],
				['mask', blob(image)],
			],
			'mask',
			'invalid_mask_image_format',
		],
		[
			'a mask that is a jpeg',
			async () => [
				['image', blob(image)],
				['mask', blob(await plain(64, 48, '#c33', 'jpeg'), 'image/jpeg')],
			],
			'mask',
			'unsupported_file_mimetype',
		],
		[
			'a mask that is none',
			() => [
				['image', blob(image)],
				['mask', blob(text)],
			],
			'mask',
			'invalid_mask_image_format',
		],
		[
			'a mask cut short',
			() => [
				['image', blob(image)],
				['mask', blob(hole.subarray(0, -60))],
			],
			'mask',
			'invalid_mask_image_format',
		],
		[
			'a mask of 4 MB',
			() => [
				['image', blob(image)],
				['mask', blob(pad(hole, 'png', 4 * 1024 * 1024))],
			],
			'mask',
			'file_too_large',
		],
		[
			'two masks',
			() => [
				['image', blob(image)],
				['mask', blob(hole)],
				['mask', blob(hole)],
			],
			'mask',
			'duplicate_parameter',
		],
		[
			'a mask for a gif',
			() => [
				['image', blob(image)],
				['mask', blob(hole)],
				['output_format', 'gif'],
			],
			'mask',
			'invalid_value',
		],
		[
			'a markup that hides all',
			async () => [
				['image', blob(image)],
				['markup', blob(await sharp(image).ensureAlpha().png().toBuffer())],
			],
			'markup',
			'invalid_markup_image_format',
		],
		[
			'a markup without alpha',
			() => [
				['image', blob(image)],
				['markup', blob(image)],
			],
			'markup',
			'invalid_markup_image_format',
		],
		[
			'a markup of another size',
			async () => [
				['image', blob(image)],
				['markup', blob(await withHole(48, 64, '#000', { left: 8, top: 8, width: 16, height: 16 }))],
			],
			'markup',
			'invalid_markup_image_format',
		],
		[
			'markup and mask',
			() => [
				['image', blob(image)],
				['mask', blob(hole)],
				['markup', blob(hole)],
			],
			'markup',
			'invalid_value',
		],
		[
			'markup with 2',
			() => [
				['model', 'gpt-image-2'],
				['image', blob(image)],
				['markup', blob(hole)],
			],
			'markup',
			'invalid_value',
		],
	])('%s is refused', async (_, parts, param, code) => {
		const { standIn, post } = await start();
		const response = await post('/images/edits', form(await parts()));
		const { error } = (await response.json()) as Refusal;
		expect([response.status, error.param, error.code]).toEqual([400, param, code]);
		expect(standIn.books).toMatchObject([{ status: 400, usd: 0, images: 0 }]);
	});

	test('by the SDK too, with what the real API says', async () => {
		const { client } = await start();
		const asked = client.images.edit({ model, prompt: 'Edit it', image: await toFile(image, 'photo.png') });
		await expect(asked).rejects.toBeInstanceOf(OpenAI.BadRequestError);
		await expect(asked).rejects.toThrow(
			"Invalid file 'image': unsupported mimetype ('application/octet-stream'). " +
				"Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
		);
	});

	test('just under the limits they do', async () => {
		const { post } = await start();
		const large = blob(pad(image, 'png', 50 * 1024 * 1024 - 1));
		const mask = blob(pad(hole, 'png', 4 * 1024 * 1024 - 1));
		expect(
			(
				await post(
					'/images/edits',
					form([
						['image', large],
						['mask', mask],
					]),
				)
			).status,
		).toBe(200);
	});

	test.each([
		['cut short', '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt'],
		['of another boundary', '--c\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt\r\n--c--\r\n'],
		['empty', ''],
	])('a form that is %s is refused', async (_, body) => {
		const { standIn } = await start();
		const response = await fetch(`${standIn.url}/images/edits`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${standIn.key}`,
				'content-type': 'multipart/form-data; boundary=b',
			},
			body,
		});
		expect(response.status).toBe(400);
		expect(((await response.json()) as Refusal).error.message).toBe('Could not parse multipart form.');
	});

	test('a form without a boundary, and one where none belongs', async () => {
		const { standIn, post } = await start();
		const bare = await post('/images/edits', {}, { 'content-type': 'multipart/form-data' });
		expect(((await bare.json()) as Refusal).error.message).toBe('Could not parse multipart form.');
		const odd = await post('/images/generations', form([]));
		expect(((await odd.json()) as Refusal).error.code).toBe('unsupported_content_type');
		expect(standIn.books.map(({ status }) => status)).toEqual([400, 400]);
	});
});

describe('images in JSON that do not do', () => {
	test('nothing is fetched from elsewhere, not even by a redirect', async () => {
		const { post, source } = await start();
		const elsewhere = 'http://127.0.0.2/a.png';
		for (const image_url of [elsewhere, source(`redirect?to=${elsewhere}`)]) {
			const response = await post('/images/edits', {
				model,
				prompt: 'Edit it',
				size,
				images: [{ image_url }],
			});
			const { error } = (await response.json()) as Refusal;
			expect(error.message).toContain('The stand-in fetches from 127.0.0.1 and localhost only.');
		}
	});

	test.each<[string, (source: (kind: string) => string) => unknown, number, string, string | null]>([
		[
			'missing',
			(source) => [{ image_url: source('missing.png') }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		['a page', (source) => [{ image_url: source('page.html') }], 400, 'null', 'invalid_image_file'],
		['60 MB', (source) => [{ image_url: source('huge.png') }], 400, 'images[0].image_url', 'file_too_large'],
		[
			'60 MB of unknown length',
			(source) => [{ image_url: source('huge.png?chunked=1') }],
			400,
			'images[0].image_url',
			'file_too_large',
		],
		[
			'a circle',
			(source) => [{ image_url: source('redirect') }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		['no address', () => [{ image_url: 'photo.png' }], 400, 'images[0].image_url', 'invalid_value'],
		[
			'nobody there',
			() => [{ image_url: 'http://127.0.0.1:1/a.png' }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		[
			'a file of this machine',
			() => [{ image_url: 'file:///etc/passwd' }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		['an unknown file', () => [{ file_id: 'file-none' }], 404, 'images[0].file_id', null],
		[
			'two names',
			() => [{ file_id: 'file-none', image_url: 'http://127.0.0.1' }],
			400,
			'images[0]',
			'invalid_value',
		],
		['no name', () => [{}], 400, 'images[0]', 'invalid_value'],
		['another name', () => [{ url: 'http://127.0.0.1' }], 400, 'images[0].url', 'unknown_parameter'],
		['a bare string', () => ['http://127.0.0.1'], 400, 'images[0]', 'invalid_type'],
		['no array', () => ({ image_url: 'http://127.0.0.1' }), 400, 'images', 'invalid_type'],
		['none', () => [], 400, 'images', 'empty_array'],
		['nothing', () => undefined, 400, 'images', 'missing_required_parameter'],
		[
			'a data URL of a text',
			() => [{ image_url: 'data:text/plain;base64,aGVsbG8=' }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		[
			'a data URL that is no base64',
			() => [{ image_url: 'data:image/png;base64,***' }],
			400,
			'images[0].image_url',
			'invalid_value',
		],
		[
			'a data URL of no image',
			() => [{ image_url: 'data:image/png;base64,aGVsbG8=' }],
			400,
			'null',
			'invalid_image_file',
		],
		[
			'a data URL of a gif',
			() => [{ image_url: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' }],
			400,
			'images[0].image_url',
			'unsupported_file_mimetype',
		],
		[
			'a data URL that is too long',
			() => [{ image_url: `data:image/png;base64,${'A'.repeat(20_971_520)}` }],
			400,
			'images[0].image_url',
			'string_above_max_length',
		],
	])('%s is refused', async (_, images, status, param, code) => {
		const { standIn, post, source } = await start();
		const response = await post('/images/edits', { model, prompt: 'Edit it', size, images: images(source) });
		const { error } = (await response.json()) as Refusal;
		expect([response.status, String(error.param), error.code]).toEqual([status, param, code]);
		expect(standIn.books).toMatchObject([{ status, usd: 0, images: 0 }]);
	});

	test('dall-e-2 takes forms only', async () => {
		const { post } = await start({ provider: 'compatible' });
		const body = { model: 'dall-e-2', prompt: 'Edit it', images: [{ image_url: 'http://127.0.0.1' }] };
		const response = await post('/images/edits', body);
		expect(((await response.json()) as Refusal).error.code).toBe('unsupported_content_type');
	});
});
