import OpenAI from 'openai';
import { line, lines, read, results, submit } from './stand-in/batch-harness';
import type { RequestedLine } from './stand-in/batch-harness';
import { plain, readAll, useStandIns } from './stand-in/harness';
import type { Bench, Refusal } from './stand-in/harness';

const start = useStandIns();

const hour = 60 * 60_000;
/** A batch of an hour on a clock that only moves by hand. */
const slow = { clockSpeed: 0, batches: { durationMs: hour } } as const;

/** Where a batch is, in short. */
async function look({ client }: Bench, id: string) {
	const { status, request_counts: counts } = await client.batches.retrieve(id);
	return [status, counts?.total, counts?.completed, counts?.failed];
}

describe('time', () => {
	test('takes a batch from state to state', async () => {
		const bench = await start(slow);
		const { id, created_at: created } = await submit(bench, lines(10));
		expect(await look(bench, id)).toEqual(['validating', 0, 0, 0]);
		bench.standIn.passTime(0.05 * hour);
		expect(await look(bench, id)).toEqual(['in_progress', 10, 0, 0]);
		bench.standIn.passTime(0.34 * hour);
		expect(await look(bench, id)).toEqual(['in_progress', 10, 4, 0]);
		expect(await bench.client.batches.retrieve(id)).toMatchObject({ output_file_id: null, usage: null });
		bench.standIn.passTime(0.51 * hour);
		expect(await look(bench, id)).toEqual(['finalizing', 10, 10, 0]);
		bench.standIn.passTime(0.1 * hour);
		const done = await bench.client.batches.retrieve(id);
		expect(done).toMatchObject({
			status: 'completed',
			created_at: created,
			in_progress_at: created + 180,
			finalizing_at: created + 3240,
			completed_at: created + 3600,
			cancelled_at: null,
			output_file_id: expect.stringMatching(/^file-/),
		});
		bench.standIn.passTime(24 * hour);
		expect(await bench.client.batches.retrieve(id)).toEqual(done);
	});

	test('can be sped up', async () => {
		const bench = await start({ clockSpeed: 1e6, batches: { durationMs: 23 * hour } });
		const { id } = await submit(bench, lines(1));
		const ended = async () => (await look(bench, id))[0] === 'completed';
		for (let looked = 0; !(await ended()); looked++) expect(looked).toBeLessThan(1000);
		expect(await look(bench, id)).toEqual(['completed', 1, 1, 0]);
	});

	test('runs out after 24 hours', async () => {
		const bench = await start({ clockSpeed: 0, batches: { durationMs: 48 * hour } });
		const { id, expires_at: expiry } = await submit(bench, lines(17));
		bench.standIn.passTime(24 * hour);
		const gone = await bench.client.batches.retrieve(id);
		// Of 2.4 to 43.2 hours, 21.6 are over.
		expect(gone).toMatchObject({
			status: 'expired',
			expired_at: expiry,
			completed_at: null,
			request_counts: { total: 17, completed: 9, failed: 8 },
		});
		expect(await results(bench, gone.output_file_id)).toHaveLength(9);
		expect(await results(bench, gone.error_file_id)).toHaveLength(8);
	});

	test('runs out after so many requests, which are charged', async () => {
		const bench = await start({ batches: { expireAfter: 2 } });
		const { id } = await submit(bench, lines(5));
		const gone = await bench.client.batches.retrieve(id);
		expect(gone).toMatchObject({ status: 'expired', request_counts: { total: 5, completed: 2, failed: 3 } });
		const good = await results(bench, gone.output_file_id);
		expect(good.map(({ custom_id }) => custom_id).sort()).toEqual(['job-0', 'job-1']);
		const rest = await results(bench, gone.error_file_id);
		expect(rest.map(({ custom_id }) => custom_id).sort()).toEqual(['job-2', 'job-3', 'job-4']);
		for (const { response, error } of rest) expect([response, error?.code]).toEqual([null, 'batch_expired']);
		expect(bench.standIn.batchBooks).toMatchObject([
			{ status: 'expired', customIds: ['job-0', 'job-1'], images: 2 },
		]);
	});
});

describe('cancelling', () => {
	test('keeps what is done', async () => {
		const bench = await start(slow);
		const { id } = await submit(bench, lines(10));
		bench.standIn.passTime(0.39 * hour);
		const cancelling = await bench.client.batches.cancel(id);
		expect(cancelling).toMatchObject({
			status: 'cancelling',
			request_counts: { total: 10, completed: 4, failed: 0 },
			output_file_id: null,
		});
		expect(await bench.client.batches.cancel(id)).toEqual(cancelling);
		bench.standIn.passTime(0.1 * hour);
		const gone = await bench.client.batches.retrieve(id);
		expect(gone).toMatchObject({
			status: 'cancelled',
			cancelling_at: cancelling.cancelling_at,
			cancelled_at: (cancelling.cancelling_at ?? 0) + 360,
			request_counts: { total: 10, completed: 4, failed: 0 },
			error_file_id: null,
		});
		expect(await results(bench, gone.output_file_id)).toHaveLength(4);
		expect(bench.standIn.batchBooks[0]?.images).toBe(4);
	});

	test('before anything is done leaves no files', async () => {
		const bench = await start(slow);
		const { id } = await submit(bench, lines(3));
		await bench.client.batches.cancel(id);
		bench.standIn.passTime(hour);
		expect(await bench.client.batches.retrieve(id)).toMatchObject({
			status: 'cancelled',
			output_file_id: null,
			error_file_id: null,
		});
	});

	test('comes too late for what is over', async () => {
		const bench = await start();
		const { id } = await submit(bench, lines(1));
		const late = bench.client.batches.cancel(id);
		await expect(late).rejects.toBeInstanceOf(OpenAI.ConflictError);
		await expect(late).rejects.toThrow("Cannot cancel a batch with status 'completed'.");
	});
});

describe('a file of requests that is wrong', () => {
	const body = { model: 'gpt-image-2', prompt: 'A fox' };
	const text = (...all: Array<RequestedLine | string | object>) =>
		all.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');

	test.each<[string, string | Buffer, Array<[code: string, line: number | null, param: string | null]>]>([
		['no JSON', text(line('a'), '{"custom_id": '), [['invalid_json_line', 2, null]]],
		['an array', text('[]'), [['invalid_json_line', 1, null]]],
		['nothing', '', [['empty_file', null, null]]],
		['empty lines', '\n \n', [['empty_file', null, null]]],
		['no id', text({ ...line(''), custom_id: undefined }), [['missing_required_parameter', 1, 'custom_id']]],
		['no body', text({ ...line('a'), body: undefined }), [['missing_required_parameter', 1, 'body']]],
		['no model', text(line('a', { model: undefined })), [['missing_required_parameter', 1, 'body.model']]],
		['an id twice', text(line('a'), '', line('a')), [['duplicate_custom_id', 3, 'custom_id']]],
		['another method', text({ ...line('a'), method: 'GET' }), [['invalid_method', 1, 'method']]],
		['an unknown URL', text(line('a', body, '/v1/pictures')), [['invalid_url', 1, 'url']]],
		['another endpoint', text(line('a', body, '/v1/images/edits')), [['invalid_url', 1, 'url']]],
		['two models', text(line('a'), line('b', body), line('c')), [['mismatched_model', 2, 'body.model']]],
		['no batches', text(line('a', { model: 'gpt-image-2.6-flare' })), [['model_not_found', 1, 'body.model']]],
		['retired', text(line('a', { model: 'gpt-image-1' })), [['model_not_found', 1, 'body.model']]],
		[
			'several',
			text('x', line('a', body, '/v1'), line('b'), line('b')),
			[
				['invalid_json_line', 1, null],
				['invalid_url', 2, 'url'],
				['duplicate_custom_id', 4, 'custom_id'],
			],
		],
		['50,001 requests', Buffer.alloc(100_002, '{\n'), [['too_many_tasks', null, null]]],
		['more than 200 MB', Buffer.alloc(200 * 1024 * 1024 + 1, ' '), [['file_too_large', null, null]]],
	])('%s', async (_, content, errors) => {
		const bench = await start();
		const created = await submit(bench, content);
		expect(created).toMatchObject({ status: 'validating', errors: null });
		const failed = await bench.client.batches.retrieve(created.id);
		expect(failed).toMatchObject({
			status: 'failed',
			failed_at: expect.any(Number),
			request_counts: { total: 0, completed: 0, failed: 0 },
			output_file_id: null,
			error_file_id: null,
		});
		const told = failed.errors?.data?.map((error) => [error.code, error.line, error.param]);
		expect(told).toEqual(errors);
		expect(bench.standIn.batchBooks).toMatchObject([{ status: 'failed', requests: 0, images: 0, usd: 0 }]);
	});

	test('50,000 requests and a last line without an end are good', async () => {
		const bench = await start({ clockSpeed: 0, batches: { durationMs: hour } });
		const all = lines(50_000);
		const { id } = await submit(bench, all.map((one) => JSON.stringify(one)).join('\n'));
		bench.standIn.passTime(hour / 20);
		expect(await look(bench, id)).toEqual(['in_progress', 50_000, 0, 0]);
	});
});

describe('a request for a batch', () => {
	test.each<[string, object, string]>([
		['no file', { input_file_id: undefined }, 'input_file_id'],
		['a file that is not there', { input_file_id: 'file-none' }, 'input_file_id'],
		['another endpoint', { endpoint: '/v1/responses' }, 'endpoint'],
		['another window', { completion_window: '1h' }, 'completion_window'],
		['an unknown field', { colour: 'red' }, 'colour'],
		['metadata that are no text', { metadata: { a: 1 } }, 'metadata.a'],
		['a long name', { metadata: { ['a'.repeat(65)]: 'b' } }, 'metadata'],
		['a long value', { metadata: { a: 'b'.repeat(513) } }, 'metadata.a'],
		[
			'17 pairs',
			{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`a${at}`, 'b'])) },
			'metadata',
		],
		[
			'a short life',
			{ output_expires_after: { anchor: 'created_at', seconds: 60 } },
			'output_expires_after.seconds',
		],
	])('with %s is refused', async (_, fields, param) => {
		const bench = await start();
		const file = await submit(bench, lines(1));
		const response = await bench.post('/batches', {
			input_file_id: file.input_file_id,
			endpoint: file.endpoint,
			completion_window: '24h',
			...fields,
		});
		expect(response.status).toBe(
			param === 'input_file_id' && 'input_file_id' in fields && fields.input_file_id ? 404 : 400,
		);
		expect(((await response.json()) as Refusal).error.param).toBe(param);
	});

	test('with an image for a file is refused', async () => {
		const bench = await start();
		const file = await bench.client.files.create({
			file: new File([new Uint8Array(await plain(8, 8, '#fff'))], 'a.png'),
			purpose: 'vision',
		});
		const refused = submit(bench, lines(1), { input_file_id: file.id });
		await expect(refused).rejects.toMatchObject({ status: 400, param: 'input_file_id' });
	});
});

describe('the list', () => {
	test('has the newest first, page by page, of one key only', async () => {
		const bench = await start(slow);
		const ids: string[] = [];
		for (let count = 0; count < 5; count++) ids.unshift((await submit(bench, lines(1))).id);
		const page = await bench.client.batches.list({ limit: 2 });
		expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
		expect(page.has_more).toBe(true);
		const all: string[] = [];
		for await (const { id } of bench.client.batches.list({ limit: 2 })) all.push(id);
		expect(all).toEqual(ids);

		const other = new OpenAI({ baseURL: bench.standIn.url, apiKey: 'sk-stand-in-other', maxRetries: 0 });
		expect((await other.batches.list()).data).toEqual([]);
		for (const call of [other.batches.retrieve(ids[0]!), other.batches.cancel(ids[0]!)]) {
			await expect(call).rejects.toMatchObject({
				status: 404,
				message: expect.stringContaining(`No batch found with id '${ids[0]}'.`),
			});
		}
		await expect(
			other.files.content((await bench.client.batches.list()).data[0]!.input_file_id),
		).rejects.toThrow(OpenAI.NotFoundError);
	});

	test.each(['limit=0', 'limit=101', 'limit=x', 'after=batch_none'])('refuses %s', async (query) => {
		const { standIn } = await start();
		const response = await fetch(`${standIn.url}/batches?${query}`, {
			headers: { authorization: `Bearer ${standIn.key}` },
		});
		expect(response.status).toBe(400);
	});
});

describe('what goes wrong with results', () => {
	test.each([
		['output', false, true],
		['error', true, false],
		['both', false, false],
	] as const)('%s is missing', async (missingFile, output, error) => {
		const bench = await start({ batches: { missingFile } });
		const { id } = await submit(bench, [line('a'), line('b', { size: '1x1' })]);
		const done = await bench.client.batches.retrieve(id);
		expect(done.request_counts).toEqual({ total: 2, completed: 1, failed: 1 });
		expect([done.output_file_id !== null, done.error_file_id !== null]).toEqual([output, error]);
	});

	test('the connection is lost, and there the next time', async () => {
		const bench = await start({ batches: { cutDownloads: 1 } });
		const { id } = await submit(bench, lines(3));
		const { output_file_id: file } = await bench.client.batches.retrieve(id);
		const get = async () =>
			await readAll(
				await fetch(`${bench.standIn.url}/files/${file}/content`, {
					headers: { authorization: `Bearer ${bench.standIn.key}` },
				}),
			);
		const first = await get();
		const second = await get();
		expect([first.lost, second.lost]).toEqual([true, false]);
		expect(first.text.length).toBe(Math.floor(second.text.length / 2));
		expect(second.text.startsWith(first.text)).toBe(true);
	});

	test('it can be set at any time, also from another process, until a reset', async () => {
		const bench = await start();
		const set = async (fields: object) =>
			await fetch(new URL('/stand-in/batches', bench.standIn.url), {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(fields),
			});
		await set({ durationMs: 23 * hour, missingFile: 'output' });
		const { id } = await submit(bench, lines(2));
		expect((await look(bench, id))[0]).toBe('validating');
		await set({ passMs: 23 * hour, durationMs: 0, missingFile: null });
		expect(await bench.client.batches.retrieve(id)).toMatchObject({
			status: 'completed',
			output_file_id: null,
		});
		const next = await submit(bench, lines(2));
		const { output_file_id: file } = await bench.client.batches.retrieve(next.id);
		expect(await read(bench, file)).toContain('job-1');
		expect((await set({ colour: 'red' })).status).toBe(400);

		bench.standIn.batchOptions.expireAfter = 1;
		bench.standIn.reset();
		expect(bench.standIn.batchBooks).toEqual([]);
		const again = await submit(bench, lines(2));
		expect((await look(bench, again.id))[0]).toBe('completed');
		await expect(bench.client.batches.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
	});

	test('the books are to be had from another process', async () => {
		const bench = await start();
		await submit(bench, lines(2), { metadata: { a: 'b' } });
		await bench.client.batches.list();
		const books = await fetch(new URL('/stand-in/batches', bench.standIn.url));
		expect(await books.json()).toMatchObject({
			entries: [{ status: 'completed', customIds: ['job-0', 'job-1'], metadata: { a: 'b' } }],
		});
	});
});
