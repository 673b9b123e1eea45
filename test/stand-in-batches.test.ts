import OpenAI from 'openai';
import sharp from 'sharp';
import {
	generations,
	line,
	lines,
	read,
	results,
	submit,
	usualBody as usual,
} from './stand-in/batch-harness';
import type { ResultLine } from './stand-in/batch-harness';
import { bytesOf, plain, png, sha256, useStandIns } from './stand-in/harness';

const start = useStandIns();

const day = 24 * 60 * 60_000;

describe('a batch', () => {
	test('is validating when it is created and done when it is looked at', async () => {
		const bench = await start();
		const created = await submit(bench, lines(3), { metadata: { purpose: 'test' } });
		expect(created).toMatchObject({
			id: expect.stringMatching(/^batch_\w{32}$/),
			object: 'batch',
			status: 'validating',
			endpoint: generations,
			completion_window: '24h',
			metadata: { purpose: 'test' },
			request_counts: { total: 0, completed: 0, failed: 0 },
			output_file_id: null,
			errors: null,
		});
		expect(created.expires_at).toBe(created.created_at + day / 1000);
		const done = await bench.client.batches.retrieve(created.id);
		expect(done).toMatchObject({
			status: 'completed',
			model: usual.model,
			request_counts: { total: 3, completed: 3, failed: 0 },
			error_file_id: null,
		});
		expect(await bench.client.batches.retrieve(created.id)).toEqual(done);
		const found = await results(bench, done.output_file_id);
		expect(found.map(({ custom_id }) => custom_id).sort()).toEqual(['job-0', 'job-1', 'job-2']);
		for (const { id, response, error } of found) {
			expect(id).toMatch(/^batch_req_/);
			expect(error).toBeNull();
			expect(response?.status_code).toBe(200);
			const { width, format } = await sharp(bytesOf(response!.body)).metadata();
			expect([width, format]).toEqual([816, 'png']);
		}
		expect(done.usage?.total_tokens).toBe(
			found.reduce((sum, { response }) => sum + (response?.body.usage?.total_tokens ?? 0), 0),
		);
	});

	test('draws what the endpoint itself draws, for half the money, in books of its own', async () => {
		const bench = await start();
		const { client, standIn } = bench;
		const live = await client.images.generate({ ...usual, prompt: 'Job job-0', quality: 'high' });
		const { id } = await submit(bench, [line('job-0', { quality: 'high' })]);
		const { output_file_id: file } = await client.batches.retrieve(id);
		const [result] = await results(bench, file);
		expect(sha256(bytesOf(result!.response!.body))).toBe(sha256(bytesOf(live)));
		expect(result?.response?.body.usage).toEqual(live.usage);
		expect(standIn.books).toHaveLength(1);
		expect(standIn.batchBooks).toMatchObject([
			{ id, model: usual.model, status: 'completed', requests: 1, customIds: ['job-0'], images: 1 },
		]);
		expect(standIn.batchBooks[0]?.usd).toBe((standIn.books[0]?.usd ?? 0) / 2);
	});

	test('gives the same bytes each time, in another order than they were asked for', async () => {
		const bench = await start({ imageBytes: 200_000 });
		const { id } = await submit(bench, lines(12));
		const { output_file_id: file } = await bench.client.batches.retrieve(id);
		const first = await read(bench, file);
		expect(await read(bench, file)).toBe(first);
		const order = first.match(/"custom_id":"[^"]+"/g) ?? [];
		expect(order).toHaveLength(12);
		expect(order).not.toEqual([...order].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
		expect((await bench.client.files.retrieve(file ?? '')).bytes).toBe(Buffer.byteLength(first));
	});

	test('edits what was uploaded, under a mask, and what is at an address', async () => {
		const bench = await start();
		const photo = await plain(816, 816, '#c33');
		const file = await bench.client.files.create({ file: await png(photo), purpose: 'vision' });
		const url = '/v1/images/edits';
		const { id } = await submit(
			bench,
			[
				line('file', { images: [{ file_id: file.id }] }, url),
				line('address', { images: [{ image_url: bench.source('photo.png') }] }, url),
				line('gone', { images: [{ file_id: 'file-gone' }] }, url),
			],
			{ endpoint: url },
		);
		const done = await bench.client.batches.retrieve(id);
		// What a batch has taken up it does not need again.
		await bench.client.files.delete(file.id);
		const good = await results(bench, done.output_file_id);
		expect(good.map(({ custom_id }) => custom_id).sort()).toEqual(['address', 'file']);
		const edited = good.find(({ custom_id }) => custom_id === 'file')!.response!.body;
		expect(edited.usage?.input_tokens_details.image_tokens).toBeGreaterThan(0);
		expect(await results(bench, done.error_file_id)).toMatchObject([
			{ custom_id: 'gone', response: { status_code: 404, body: { error: { param: 'images[0].file_id' } } } },
		]);
	});

	test('puts what is refused into a file of its own', async () => {
		const bench = await start();
		const { id } = await submit(bench, [
			line('good'),
			line('size', { size: '17x17' }),
			line('unsafe', { prompt: '[[moderation]] A fox' }),
			line('broken', { prompt: '[[status 500]] A fox' }),
			line('stream', { stream: true }),
			line('delay', { prompt: '[[delay 5]] A fox' }),
		]);
		const done = await bench.client.batches.retrieve(id);
		expect(done).toMatchObject({
			status: 'completed',
			request_counts: { total: 6, completed: 1, failed: 5 },
		});
		const failed = await results(bench, done.error_file_id);
		const told = Object.fromEntries(
			failed.map(({ custom_id, response, error }) => {
				const body = response?.body as unknown as { error: { param: string; code: string } };
				return [custom_id, [response?.status_code, body.error.code, body.error.param, error]];
			}),
		);
		expect(told).toEqual({
			size: [400, 'invalid_value', 'size', null],
			unsafe: [400, 'moderation_blocked', null, null],
			broken: [500, null, null, null],
			stream: [400, 'invalid_value', 'stream', null],
			delay: [400, 'invalid_value', 'prompt', null],
		});
		expect(bench.standIn.batchBooks).toMatchObject([{ requests: 6, customIds: ['good'], images: 1 }]);
	});

	test('heeds what prompts ask of its lines', async () => {
		const bench = await start();
		const { id } = await submit(bench, [
			line('good'),
			line('cut', { prompt: '[[broken-line]] A fox' }),
			line('lost', { prompt: '[[lost-line]] A fox' }),
			line('more', { prompt: '[[foreign-line]] A fox' }),
			line('empty', { prompt: '[[empty]] A fox' }),
			line('text', { prompt: '[[not-an-image]] A fox' }),
			line('usage', { prompt: '[[no-usage]] A fox' }),
		]);
		const done = await bench.client.batches.retrieve(id);
		expect(done.request_counts).toEqual({ total: 7, completed: 7, failed: 0 });
		const all = (await read(bench, done.output_file_id)).split('\n').slice(0, -1);
		const parsed = all.map((one) => {
			try {
				return JSON.parse(one) as ResultLine;
			} catch {
				return null;
			}
		});
		expect(parsed.filter((one) => one === null)).toHaveLength(1);
		const good = parsed.filter((one) => one !== null);
		const of = (customId: string) => good.find(({ custom_id }) => custom_id === customId)?.response?.body;
		expect(good.map(({ custom_id }) => custom_id).sort()).toEqual([
			'empty',
			expect.stringMatching(/^foreign-/),
			'good',
			'more',
			'text',
			'usage',
		]);
		expect(of('empty')?.data).toEqual([]);
		expect(of('usage')?.usage).toBeUndefined();
		expect(bytesOf(of('text')!).toString()).toMatch(/^[\x20-\x7e]+/);
	});

	test('fails once where a prompt says so, and then no more', async () => {
		const bench = await start();
		const all = [line('once', { prompt: '[[status 500 x1]] A fox' })];
		const look = async () => await bench.client.batches.retrieve((await submit(bench, all)).id);
		expect((await look()).request_counts).toMatchObject({ completed: 0, failed: 1 });
		expect((await look()).request_counts).toMatchObject({ completed: 1, failed: 0 });
	});

	test('ends at the quota of its key', async () => {
		const bench = await start();
		const client = new OpenAI({
			baseURL: bench.standIn.url,
			apiKey: 'sk-stand-in-quota-after-2',
			maxRetries: 0,
		});
		const own = { ...bench, client };
		const done = await client.batches.retrieve((await submit(own, lines(3))).id);
		expect(done.request_counts).toEqual({ total: 3, completed: 2, failed: 1 });
		expect(await results(own, done.error_file_id)).toMatchObject([
			{ custom_id: 'job-2', response: { status_code: 429, body: { error: { code: 'insufficient_quota' } } } },
		]);
	});
});
