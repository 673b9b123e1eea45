import OpenAI, { toFile } from 'openai';
import { lines, read, submit, uploadLines } from './stand-in/batch-harness';
import { plain, png, useStandIns } from './stand-in/harness';

const start = useStandIns();

const day = 24 * 60 * 60_000;

describe('files', () => {
	test('of requests are kept for 30 days, images for ever, others as it is said', async () => {
		const { client, standIn } = await start({ clockSpeed: 0 });
		const text = await toFile(Buffer.from('{}\n'), 'requests.jsonl');
		const requests = await client.files.create({ file: text, purpose: 'batch' });
		const brief = await client.files.create({
			file: text,
			purpose: 'batch',
			expires_after: { anchor: 'created_at', seconds: 3600 },
		});
		const image = await client.files.create({
			file: await png(await plain(8, 8, '#fff')),
			purpose: 'vision',
		});
		expect(requests).toMatchObject({
			object: 'file',
			bytes: 3,
			purpose: 'batch',
			filename: 'requests.jsonl',
		});
		expect(requests.expires_at).toBe(requests.created_at + 30 * 24 * 3600);
		expect(brief.expires_at).toBe(brief.created_at + 3600);
		expect(image.expires_at).toBeNull();
		const there = async () => (await client.files.list()).data.map(({ id }) => id);
		expect(await there()).toEqual([image.id, brief.id, requests.id]);
		standIn.passTime(day / 24);
		expect(await there()).toEqual([image.id, requests.id]);
		await expect(client.files.content(brief.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		standIn.passTime(30 * day);
		expect(await there()).toEqual([image.id]);
	});

	test('are listed by purpose, in either order, page by page', async () => {
		const bench = await start({ clockSpeed: 0 });
		const { client, standIn } = bench;
		const ids: string[] = [];
		for (let count = 0; count < 5; count++) {
			ids.push(await uploadLines(bench, lines(1)));
			standIn.passTime(1000);
		}
		await client.files.create({ file: await png(await plain(8, 8, '#fff')), purpose: 'vision' });
		const collect = async (query: OpenAI.FileListParams) => {
			const found: string[] = [];
			for await (const { id } of client.files.list({ purpose: 'batch', limit: 2, ...query })) found.push(id);
			return found;
		};
		expect(await collect({ order: 'asc' })).toEqual(ids);
		expect(await collect({})).toEqual([...ids].reverse());
		expect((await client.files.list({ purpose: 'vision' })).data).toHaveLength(1);
	});

	test('of results are listed, have their lengths and an end, and can be deleted', async () => {
		const bench = await start({ clockSpeed: 0 });
		const { client, standIn } = bench;
		const { id } = await submit(bench, lines(2), {
			output_expires_after: { anchor: 'created_at', seconds: 7200 },
		});
		const [file] = (await client.files.list({ purpose: 'batch_output' })).data;
		const { output_file_id: output } = await client.batches.retrieve(id);
		expect(file).toMatchObject({ id: output, filename: `${id}_output.jsonl` });
		expect(file?.bytes).toBe(Buffer.byteLength(await read(bench, output)));
		expect(file?.expires_at).toBe((file?.created_at ?? 0) + 7200);
		standIn.passTime(7200_000);
		await expect(read(bench, output)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		const again = await client.batches.retrieve((await submit(bench, lines(2))).id);
		expect(await client.files.delete(again.output_file_id ?? '')).toEqual({
			id: again.output_file_id,
			object: 'file',
			deleted: true,
		});
		await expect(read(bench, again.output_file_id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		await expect(client.files.delete(again.output_file_id ?? '')).rejects.toBeInstanceOf(
			OpenAI.NotFoundError,
		);
	});

	test('belong to the key that they came with', async () => {
		const bench = await start();
		const image = await bench.client.files.create({
			file: await png(await plain(816, 816, '#c33')),
			purpose: 'vision',
		});
		const other = new OpenAI({ baseURL: bench.standIn.url, apiKey: 'sk-stand-in-other', maxRetries: 0 });
		for (const call of [
			() => other.files.retrieve(image.id),
			() => other.files.content(image.id),
			() => other.files.delete(image.id),
		]) {
			await expect(call()).rejects.toBeInstanceOf(OpenAI.NotFoundError);
		}
		expect((await other.files.list()).data).toEqual([]);
		const body = { model: 'gpt-image-2', prompt: 'A fox', images: [{ file_id: image.id }] };
		const headers = { authorization: 'Bearer sk-stand-in-other' };
		expect((await bench.post('/images/edits', body, headers)).status).toBe(404);
	});

	test.each<[string, string, OpenAI.FileCreateParams.ExpiresAfter, string]>([
		['no JSON lines', 'requests.json', { anchor: 'created_at', seconds: 3600 }, 'file'],
		['a short life', 'a.jsonl', { anchor: 'created_at', seconds: 3599 }, 'expires_after[seconds]'],
	])('%s is refused', async (_, name, expires_after, param) => {
		const { client } = await start();
		const file = await toFile(Buffer.from('{}'), name);
		const refused = client.files.create({ file, purpose: 'batch', expires_after });
		await expect(refused).rejects.toMatchObject({ status: 400, param });
	});

	test('50 MB are too much for an image, not for requests', async () => {
		const { client } = await start();
		const bytes = Buffer.alloc(51 * 1024 * 1024, ' ');
		const file = async () => await toFile(bytes, 'large.jsonl');
		await expect(client.files.create({ file: await file(), purpose: 'vision' })).rejects.toMatchObject({
			status: 413,
		});
		const { id } = await client.files.create({ file: await file(), purpose: 'batch' });
		const content = Buffer.from(await (await client.files.content(id)).arrayBuffer());
		expect(content.equals(bytes)).toBe(true);
	});
});
