import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { bytesOf, plain, sha256, useStandIns } from './stand-in/harness';

const start = useStandIns();

describe('sources', () => {
	test.each([
		['photo.png', 'png', 'image/png'],
		['photo.jpg', 'jpeg', 'image/jpeg'],
		['photo.webp', 'webp', 'image/webp'],
	])('%s is a picture', async (kind, format, type) => {
		const { source } = await start();
		const response = await fetch(source(kind));
		expect(response.headers.get('content-type')).toBe(type);
		const bytes = Buffer.from(await response.arrayBuffer());
		expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 1024, height: 1024 });
		const { channels } = await sharp(bytes).stats();
		expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
		const again = Buffer.from(await (await fetch(source(kind))).arrayBuffer());
		expect(sha256(again)).toBe(sha256(bytes));
	});

	test('a page, nothing, and elsewhere', async () => {
		const { source } = await start();
		const page = await fetch(source('page.html'));
		expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
		expect((await fetch(source('missing.png'))).status).toBe(404);
		const to = 'http://127.0.0.1:1/elsewhere.png?a=b&c=d';
		const redirect = await fetch(source(`redirect?to=${encodeURIComponent(to)}`), { redirect: 'manual' });
		expect([redirect.status, redirect.headers.get('location')]).toEqual([302, to]);
	});

	test.each([
		['huge.png', String(60 * 1024 * 1024)],
		['huge.png?chunked=1', null],
	])('%s has 60 MB', async (kind, length) => {
		const { source } = await start();
		const response = await fetch(source(kind));
		expect(response.headers.get('content-length')).toBe(length);
		let bytes = 0;
		let first: Uint8Array | undefined;
		for await (const piece of response.body ?? []) {
			first ??= piece;
			bytes += piece.length;
		}
		expect(bytes).toBe(60 * 1024 * 1024);
		expect(Buffer.from(first?.subarray(1, 4) ?? []).toString()).toBe('PNG');
	});

	test('a key has no business there, and is counted', async () => {
		const { source, standIn } = await start();
		const kinds = ['photo.png', 'page.html', 'missing.png', 'huge.png', 'redirect?to=x'];
		for (const kind of kinds) {
			for (const header of ['authorization', 'api-key']) {
				const response = await fetch(source(kind), {
					headers: { [header]: `Bearer ${standIn.key}` },
					redirect: 'manual',
				});
				expect(response.status).toBe(400);
			}
		}
		expect(standIn.leaks).toBe(2 * kinds.length);
		await fetch(source('page.html'));
		expect(standIn.leaks).toBe(2 * kinds.length);
		standIn.reset();
		expect(standIn.leaks).toBe(0);
	});

	test('nor where pictures lie that were answered as a URL', async () => {
		const { client, standIn } = await start();
		const prompt = 'A fox [[url]]';
		const answer = await client.images.generate({ model: 'gpt-image-2', prompt, size: '816x816' });
		const url = answer.data?.[0]?.url ?? '';
		expect((await fetch(url, { headers: { 'api-key': standIn.key } })).status).toBe(400);
		expect(standIn.leaks).toBe(1);
	});
});

describe('uploaded files', () => {
	test('are kept byte for byte and can be had again', async () => {
		const { client, standIn } = await start();
		const bytes = await plain(64, 64, '#c33');
		const file = await toFile(bytes, 'Füchse.png', { type: 'image/png' });
		const created = await client.files.create({ file, purpose: 'vision' });
		expect(created).toMatchObject({
			id: expect.stringMatching(/^file-\w{22}$/),
			object: 'file',
			bytes: bytes.length,
			filename: 'Füchse.png',
			purpose: 'vision',
			status: 'processed',
		});
		expect(await client.files.retrieve(created.id)).toEqual(created);
		const content = await client.files.content(created.id);
		expect(sha256(Buffer.from(await content.arrayBuffer()))).toBe(sha256(bytes));
		await expect(client.files.retrieve('file-none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		expect(standIn.books).toEqual([]);
		standIn.reset();
		await expect(client.files.content(created.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
	});

	test('what an edit made can be the next one’s beginning', async () => {
		const { client, post } = await start();
		const first = await client.images.generate({ model: 'gpt-image-2', prompt: 'A fox', size: '816x816' });
		const file = await client.files.create({
			file: await toFile(bytesOf(first), 'fox.png', { type: 'image/png' }),
			purpose: 'vision',
		});
		const response = await post('/images/edits', {
			model: 'gpt-image-2',
			prompt: 'In the rain',
			size: '816x816',
			images: [{ file_id: file.id }],
		});
		expect(response.status).toBe(200);
	});

	test.each([
		['another purpose', { purpose: 'fine-tune' }, 'purpose', 'invalid_value'],
		['no purpose', {}, 'purpose', 'missing_required_parameter'],
		['another field', { purpose: 'vision', colour: 'red' }, 'colour', 'unknown_parameter'],
	])('%s is refused', async (_, texts, param, code) => {
		const { post } = await start();
		const form = new FormData();
		for (const [name, text] of Object.entries(texts)) form.append(name, text);
		form.append('file', new Blob(['x']), 'x.png');
		const response = await post('/files', form);
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ error: { param, code } });
	});

	test('no file, or a JSON body, is refused', async () => {
		const { post } = await start();
		const form = new FormData();
		form.append('purpose', 'vision');
		const response = await post('/files', form);
		expect(await response.json()).toMatchObject({ error: { param: 'file' } });
		expect(await (await post('/files', { purpose: 'vision' })).json()).toMatchObject({
			error: { code: 'unsupported_content_type' },
		});
	});
});
