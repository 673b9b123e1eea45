import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { pad } from './stand-in/drawing/padding';
import {
	blob,
	bytesOf,
	form,
	pixel,
	plain,
	png,
	sha256,
	until,
	useStandIns,
	usual,
	withHole,
} from './stand-in/harness';
import type { Parts, Refusal } from './stand-in/harness';

const { model, size } = usual;
const start = useStandIns();

describe('images that come as a form', () => {
	test('one, by the SDK: arrives byte for byte and is booked', async () => {
		const { client, standIn } = await start();
		const image = pad(await plain(640, 480, '#2a9'), 'png', 3_000_000);
		const answer = await client.images.edit({
			model,
			prompt: 'Edit it',
			size,
			n: 2,
			quality: 'low',
			image: await png(image, 'Füchse im Schnee.png'),
		});
		expect(answer).toMatchObject({ size, quality: 'low', output_format: 'png', background: 'opaque' });
		for (const index of [0, 1]) {
			expect(await sharp(bytesOf(answer, index)).metadata()).toMatchObject({ width: 816, height: 816 });
		}
		expect(bytesOf(answer, 0).equals(bytesOf(answer, 1))).toBe(false);
		expect(standIn.books).toMatchObject([
			{
				endpoint: '/v1/images/edits',
				model,
				prompt: 'Edit it',
				n: 2,
				status: 200,
				images: 2,
				body: { model, prompt: 'Edit it', size, n: '2', quality: 'low' },
				inputs: [
					{
						field: 'image',
						fileName: 'Füchse im Schnee.png',
						contentType: 'image/png',
						bytes: image.length,
						sha256: sha256(image),
						width: 640,
						height: 480,
						source: 'multipart',
					},
				],
			},
		]);
	});

	test('several, a mask among them: in their order', async () => {
		const { client, standIn } = await start();
		const images = [
			await plain(300, 200, '#c33'),
			await plain(200, 300, '#3c3', 'jpeg'),
			await plain(100, 100, '#33c', 'webp'),
		] as const;
		const mask = await withHole(300, 200, '#000', { left: 10, top: 10, width: 50, height: 50 });
		await client.images.edit({
			model,
			prompt: 'Edit it',
			size,
			image: [
				await png(images[0]),
				await toFile(images[1], '2.jpg', { type: 'image/jpeg' }),
				await toFile(images[2], '3.webp', { type: 'image/webp' }),
			],
			mask: await png(mask, 'mask.png'),
		});
		const inputs = standIn.books[0]?.inputs ?? [];
		expect(
			inputs.map(({ field, width, height, contentType }) => [field, width, height, contentType]),
		).toEqual([
			['image[]', 300, 200, 'image/png'],
			['image[]', 200, 300, 'image/jpeg'],
			['image[]', 100, 100, 'image/webp'],
			['mask', 300, 200, 'image/png'],
		]);
		expect(inputs.map((input) => input.sha256)).toEqual([...images, mask].map(sha256));
	});

	test('every format that edits have comes back', async () => {
		const { client } = await start();
		const image = await png(await plain(200, 200, '#c33'));
		const ask = (fields: Partial<OpenAI.ImageEditParamsNonStreaming>) =>
			client.images.edit({ model, prompt: 'Edit it', size, image, ...fields });
		const found = async (answer: OpenAI.ImagesResponse) => sharp(bytesOf(answer)).metadata();
		expect(await found(await ask({ output_format: 'jpeg', output_compression: 40 }))).toMatchObject({
			format: 'jpeg',
			width: 816,
		});
		const gif = bytesOf(await ask({ output_format: 'gif', frame_count: 2, frame_duration_ms: 100 }));
		expect(await sharp(gif, { animated: true }).metadata()).toMatchObject({ pages: 2, delay: [100, 100] });
		const [one, two] = await Promise.all([0, 1].map((page) => sharp(gif, { page }).raw().toBuffer()));
		expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
		const seeThrough = bytesOf(await ask({ output_format: 'webp', background: 'transparent' }));
		expect((await pixel(seeThrough, 0, 0))[3]).toBe(0);
		expect((await pixel(seeThrough, 408, 300))[3]).toBe(255);
	});

	test('sixteen are taken, one more is not', async () => {
		const { standIn, post } = await start();
		const image = blob(await plain(32, 32, '#c33'));
		const ask = (count: number) =>
			post('/images/edits', form(Array.from({ length: count }, () => ['image[]', image])));
		expect((await ask(16)).status).toBe(200);
		const refused = await ask(17);
		expect(refused.status).toBe(400);
		expect(((await refused.json()) as Refusal).error).toMatchObject({
			param: 'image',
			code: 'array_above_max_length',
		});
		expect(standIn.books.map(({ inputs }) => inputs?.length)).toEqual([16, 17]);
	});

	test('a client that goes away in the middle of it is not waited for', async () => {
		const { standIn } = await start();
		const { port } = new URL(standIn.url);
		const socket = connect(Number(port), '127.0.0.1');
		socket.write(
			'POST /v1/images/edits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-stand-in\r\nContent-Length: 9999\r\n' +
				'Content-Type: multipart/form-data; boundary=b\r\n\r\n' +
				'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\nPNG',
		);
		setTimeout(() => socket.destroy(), 50);
		await until(() => standIn.books.length === 1 && standIn.inFlight === 0);
		expect(standIn.books).toMatchObject([{ status: 0, usd: 0, aborted: true }]);
	});

	test('no bytes are kept', async () => {
		const { client, standIn } = await start();
		const megabytes = 5;
		const image = pad(await plain(64, 64, '#c33'), 'png', megabytes * 1e6);
		const ask = async (count: number) => {
			for (let index = 0; index < count; index++) {
				const file = await png(image);
				await client.images.edit({ model, prompt: 'Edit it', size: '816x816', image: file });
			}
		};
		setFlagsFromString('--expose-gc');
		const collect = runInNewContext('gc') as () => void;
		const held = async () => {
			// What was answered last may still be on its way out.
			for (let time = 0; time < 5; time++) {
				await new Promise((resolve) => setTimeout(resolve, 20));
				collect();
			}
			return process.memoryUsage().arrayBuffers;
		};
		await ask(3);
		const before = await held();
		await ask(30);
		expect(standIn.books).toHaveLength(33);
		expect((await held()) - before).toBeLessThan(4 * megabytes * 1e6);
	}, 60_000);
});

describe('images that are named in JSON', () => {
	test('an address, a data URL and a file, and what is named arrives', async () => {
		const { client, standIn, post, source } = await start();
		const photo = Buffer.from(await (await fetch(source('photo.jpg'))).arrayBuffer());
		const webp = await plain(120, 80, '#3c3', 'webp');
		const uploaded = await plain(50, 60, '#33c');
		const file = await client.files.create({ file: await png(uploaded, 'up.png'), purpose: 'vision' });
		const mask = await withHole(1024, 1024, '#000', { left: 300, top: 300, width: 300, height: 300 });
		const dataUrl = (bytes: Buffer, type: string) => `data:${type};base64,${bytes.toString('base64')}`;
		const response = await post('/images/edits', {
			model,
			prompt: 'Edit it',
			size,
			n: 1,
			images: [
				{ image_url: source('photo.jpg') },
				{ image_url: dataUrl(webp, 'image/webp') },
				{ file_id: file.id },
			],
			mask: { image_url: dataUrl(mask, 'image/png') },
		});
		expect(response.status).toBe(200);
		const answer = (await response.json()) as OpenAI.ImagesResponse;
		expect((await sharp(bytesOf(answer)).metadata()).width).toBe(816);
		const [entry] = standIn.books;
		const common = { status: 200, model, prompt: 'Edit it', images: 1 };
		expect(entry).toMatchObject({
			...common,
			inputs: [
				{
					field: 'images[0]',
					source: 'url',
					fileName: 'photo.jpg',
					contentType: 'image/jpeg',
					sha256: sha256(photo),
					bytes: photo.length,
					width: 1024,
					height: 1024,
				},
				{
					field: 'images[1]',
					source: 'data_url',
					fileName: null,
					contentType: 'image/webp',
					sha256: sha256(webp),
				},
				{ field: 'images[2]', source: 'file_id', fileName: 'up.png', sha256: sha256(uploaded), width: 50 },
				{ field: 'mask', source: 'data_url', sha256: sha256(mask) },
			],
		});
		expect(entry?.body).toMatchObject({
			images: [{ image_url: source('photo.jpg') }, {}, { file_id: file.id }],
		});
		expect(JSON.stringify(entry?.body)).not.toContain(webp.toString('base64'));
		expect(JSON.stringify(entry?.body)).toContain('data:image/webp;base64,... (');
		expect(standIn.leaks).toBe(0);
	});

	test('a redirect is followed', async () => {
		const { standIn, post, source } = await start();
		const image_url = `${source('redirect')}?to=${encodeURIComponent(source('photo.webp'))}`;
		const response = await post('/images/edits', { model, prompt: 'Edit it', size, images: [{ image_url }] });
		expect(response.status).toBe(200);
		expect(standIn.books[0]?.inputs).toMatchObject([{ fileName: 'photo.webp', contentType: 'image/webp' }]);
	});
});

describe('directives', () => {
	const ask = async (prompt: string) => {
		const { client, standIn, post } = await start();
		const image = await plain(64, 64, '#c33');
		return {
			standIn,
			make: async () => client.images.edit({ model, prompt, size, image: await png(image) }),
			plainly: () =>
				post(
					'/images/edits',
					form([
						['prompt', prompt],
						['image', blob(image)],
					]),
				),
		};
	};

	test('hold for as many attempts as they say', async () => {
		const { make, standIn } = await ask('Edit it [[status 500 x1]] [[rate-limit 2 x2]]');
		await expect(make()).rejects.toBeInstanceOf(OpenAI.InternalServerError);
		await expect(make()).rejects.toBeInstanceOf(OpenAI.RateLimitError);
		await make();
		expect(standIn.books.map(({ attempt, status, inputs }) => [attempt, status, inputs?.length])).toEqual([
			[1, 500, 1],
			[2, 429, 1],
			[3, 200, 1],
		]);
	});

	test('change the answer', async () => {
		const { make } = await ask('Edit it [[url]] [[no-usage]]');
		const answer = await make();
		expect(answer.usage).toBeUndefined();
		const fetched = await fetch(answer.data?.[0]?.url ?? '');
		expect((await sharp(Buffer.from(await fetched.arrayBuffer())).metadata()).width).toBe(816);
	});

	test('drop the connection', async () => {
		const { make, plainly, standIn } = await ask('Edit it [[reset x1]] [[cut]]');
		await expect(make()).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
		const response = await plainly();
		await expect(response.text()).rejects.toThrow();
		expect(standIn.books.map(({ status, images }) => [status, images])).toEqual([
			[0, 0],
			[200, 1],
		]);
	});
});

describe('a compatible server', () => {
	test('edits with dall-e-2: one square PNG', async () => {
		const { client, standIn } = await start({ provider: 'compatible' });
		const ask = async (image: Buffer, more: Partial<OpenAI.ImageEditParamsNonStreaming> = {}) =>
			client.images.edit({ model: 'dall-e-2', prompt: 'Edit it', image: await png(image), ...more });
		const square = await plain(64, 64, '#c33');
		const answer = await ask(square, {
			size: '256x256',
			response_format: 'b64_json',
			n: 2,
			mask: await png(await withHole(64, 64, '#000', { left: 8, top: 8, width: 16, height: 16 })),
		});
		expect((await sharp(bytesOf(answer, 1)).metadata()).width).toBe(256);
		expect(answer.usage).toBeUndefined();
		expect(standIn.books[0]?.usd).toBe(0.032);
		const url = (await ask(square)).data?.[0]?.url ?? '';
		expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
		await expect(ask(await plain(64, 48, '#c33'))).rejects.toThrow('must be square');
		await expect(ask(pad(square, 'png', 4 * 1024 * 1024))).rejects.toMatchObject({ code: 'file_too_large' });
		const two = ask(square, { image: [await png(square), await png(square)] });
		await expect(two).rejects.toMatchObject({ code: 'array_above_max_length' });
		const jpeg = await toFile(await plain(64, 64, '#c33', 'jpeg'), 'a.jpg', { type: 'image/jpeg' });
		await expect(ask(square, { image: jpeg })).rejects.toThrow("Supported file formats are 'image/png'.");
		await expect(ask(square, { quality: 'high' })).rejects.toMatchObject({ param: 'quality' });
	});

	test('takes what it likes with a model of its own', async () => {
		const { post, standIn } = await start({ provider: 'compatible' });
		const gif = blob(await plain(40, 30, '#c33', 'gif'), 'image/gif');
		const parts: Parts = [
			['model', 'flux-edit'],
			['strength', '0.4'],
			['image', gif],
			['image', gif],
		];
		expect((await post('/images/edits', form(parts))).status).toBe(200);
		expect(standIn.books[0]).toMatchObject({ images: 1, usd: 0, inputs: [{ width: 40 }, { width: 40 }] });
	});
});
