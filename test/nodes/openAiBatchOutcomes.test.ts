import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, cheapRows } from './batch';
import { nano } from './generate';
import { openAiBatches } from './openAiBatch';

let standIn: StandIn;
let batches: ReturnType<typeof openAiBatches>;

beforeAll(async () => {
	// The clock of batches stands still but for what the tests let pass.
	standIn = await startStandIn({ clockSpeed: 0 });
	batches = openAiBatches(standIn);
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const charged = () => standIn.batchBooks.reduce((sum, { usd }) => sum + nano(usd), 0);

/** Submits and collects so many jobs, some of them with a directive. */
async function through(count: number, directives: Readonly<Record<number, string>> = {}) {
	const rows = cheapRows(count, (place) => directives[place] ?? '');
	const { ids, result } = await batches.submit({ rows });
	expect(result.error).toBeUndefined();
	return { ids, collected: await batches.collect(ids) };
}

describe('results', () => {
	it('that are no images are an outcome each, the rest is delivered', async () => {
		const { collected } = await through(12, {
			1: '[[moderation]]',
			2: '[[status 500]]',
			3: '[[empty]]',
			4: '[[not-an-image]]',
			5: '[[not-base64]]',
			6: '[[broken-line]]',
			7: '[[lost-line]]',
			8: '[[foreign-line]]',
			9: '[[no-usage]]',
			10: '[[data-url]]',
		});
		const { images, failed, summary } = collected;
		expect(images.map(({ job_id }) => job_id)).toEqual(['job-01', 'job-09', 'job-10', 'job-11', 'job-12']);
		expect(failed.map(({ job_id, status, error }) => [job_id, status, error.code])).toEqual([
			['job-02', 'failed', 'moderation_blocked'],
			['job-03', 'failed', null],
			['job-04', 'failed', 'no_image'],
			['job-05', 'failed', 'not_an_image'],
			['job-06', 'failed', expect.any(String)],
			['job-07', 'failed', 'missing_result'],
			['job-08', 'failed', 'missing_result'],
		]);
		for (const { error } of failed) expect(error.message).toMatch(/^job-0\d: /);
		expect(failed[5]?.error.message).toContain('may have been billed');
		expect(summary).toMatchObject({ total: 12, succeeded: 5, failed: 7, cancelled: 0, images: 5 });
		expect(summary.warnings.join('\n')).toMatch(/1 line of the results of batch_\w+ could not be read/);
		expect(summary.warnings.join('\n')).toMatch(/1 line of the results of batch_\w+ belong to none/);
		// A result that was lost has a price that nobody knows.
		expect(summary.total_cost.total).toBeNull();
	});

	it('that failed can be run again as they come out', async () => {
		const { collected } = await through(4, { 2: '[[moderation x1]]' });
		expect(collected.failed).toHaveLength(1);
		const again = await batch({ standIn, items: collected.outputs.failed, parameters: {} });
		expect(again.failed).toEqual([]);
		expect(
			again.images.map(({ prompt, image: { width, height } }) => [prompt, `${width}x${height}`]),
		).toEqual([['[[moderation x1]] picture 2', CHEAP.size]]);
	});

	it.each([
		['output', 3, 'has no file of results'],
		['error', 1, ''],
	] as const)('whose %s file is missing', async (missingFile, missing, warning) => {
		standIn.batchOptions.missingFile = missingFile;
		const { collected } = await through(4, { 1: '[[moderation]]' });
		const { failed, summary } = collected;
		expect(failed.filter(({ error }) => error.code === 'missing_result')).toHaveLength(missing);
		expect(summary.warnings.join()).toContain(warning);
	});

	it('are read again from the start where the connection is lost, and no image twice', async () => {
		standIn.batchOptions.cutDownloads = 2;
		const { collected } = await through(6);
		expect(collected.images).toHaveLength(6);
		expect(collected.summary).toMatchObject({ succeeded: 6, warnings: [] });
		expect(new Set(collected.images.map(({ image }) => image.file_name)).size).toBe(6);
	});

	it('stay with the server where the connection is lost again and again', async () => {
		const { ids } = await through(3);
		standIn.batchOptions.cutDownloads = 10;
		const { result, images } = await batches.collect(ids);
		expect(result.error?.message).toMatch(/connection was lost|broke off/);
		expect(images).toEqual([]);
		standIn.batchOptions.cutDownloads = 0;
		expect((await batches.collect(ids)).images).toHaveLength(3);
	});
});

describe('a batch', () => {
	it('that is under way says how far it is and when to look again', async () => {
		standIn.batchOptions.durationMs = 600_000;
		const { ids, batches: submitted } = await batches.submit({ rows: cheapRows(10) });
		expect(submitted[0]).toMatchObject({ status: 'validating', done: false, collectable: false });
		standIn.passTime(300_000);
		const { batches: looked } = await batches.look('status', ids);
		expect(looked).toMatchObject([{ status: 'in_progress', done: false, request_counts: { total: 10 } }]);
		expect(looked[0]?.request_counts.completed).toBeGreaterThan(0);
		expect(Date.parse(looked[0]?.next_check_at ?? '')).toBeGreaterThan(Date.now());

		const early = await batches.collect(ids);
		expect(early.result.error).toBeUndefined();
		expect([early.images, early.failed]).toEqual([[], []]);
		expect(early.unfinished).toMatchObject([{ batch_id: ids[0], done: false }]);
		expect(early.result.hints('Node').map(({ message }) => message)).toEqual([
			expect.stringMatching(/ is in_progress: \d+ of 10 requests are done\. Look again in \d+ min\.$/),
		]);

		standIn.passTime(300_000);
		const { batches: done } = await batches.look('status', ids);
		expect(done).toMatchObject([{ status: 'completed', done: true, collectable: true, next_check_at: null }]);
		expect((await batches.collect(ids)).images).toHaveLength(10);
	});

	it('that expired brings what was made; the rest is cancelled', async () => {
		standIn.batchOptions.expireAfter = 4;
		const { collected } = await through(10);
		const { images, failed, summary } = collected;
		expect(images.map(({ job_id }) => job_id)).toEqual(['job-01', 'job-02', 'job-03', 'job-04']);
		expect(new Set(failed.map(({ status, error }) => `${status} ${error.code}`))).toEqual(
			new Set(['cancelled batch_expired']),
		);
		expect(summary).toMatchObject({ succeeded: 4, failed: 0, cancelled: 6 });
		expect(nano(summary.total_cost.total)).toBe(charged());
		expect(summary.batches).toMatchObject([{ status: 'expired', done: true, collectable: true }]);
	});

	it('that is cancelled brings what was made', async () => {
		standIn.batchOptions.durationMs = 600_000;
		const { ids } = await batches.submit({ rows: cheapRows(10) });
		standIn.passTime(300_000);
		const { batches: cancelled } = await batches.look('cancel', ids);
		expect(cancelled[0]?.status).toMatch(/^cancell/);
		standIn.passTime(600_000);
		const { images, failed, summary } = await batches.collect(ids);
		expect(images.length).toBeGreaterThan(0);
		expect(images.length + failed.length).toBe(10);
		expect(summary).toMatchObject({ cancelled: failed.length, failed: 0 });
		expect(nano(summary.total_cost.total)).toBe(charged());
		// Once more, on a batch that is done.
		const { result } = await batches.look('cancel', ids);
		expect(result.error?.message).toContain('cancel');
	});

	it('that the server refuses as a whole says why, for each of its jobs', async () => {
		const rows = [{ prompt: 'a fox', model: 'no-such-model' }];
		const { ids } = await batches.submit({ rows, credential: { provider: 'compatible' } });
		const { batches: looked } = await batches.look('status', ids);
		expect(looked).toMatchObject([{ status: 'failed', done: true, collectable: false }]);
		expect(looked[0]?.errors?.[0]?.message).toBeTruthy();
		const { failed, summary } = await batches.collect(ids);
		expect(failed[0]?.error.message).toContain('refused as a whole');
		expect(summary).toMatchObject({ failed: 1, total_cost: { total: 0 } });
	});

	it('of another account is not found; the others are delivered', async () => {
		const { ids } = await batches.submit({ rows: cheapRows(2) });
		const theirs = await batches.submit({
			rows: cheapRows(1),
			credential: { apiKey: 'sk-stand-in-another-Xy7fQz' },
		});
		for (const operation of ['status', 'cancel'] as const) {
			const { result } = await batches.look(operation, theirs.ids);
			expect(result.error?.message).toContain(`There is no batch ${theirs.ids[0]} for this API key.`);
		}
		const { images, outputs } = await batches.collect([...theirs.ids, ...ids]);
		expect(images).toHaveLength(2);
		expect(outputs.failed.map(({ json, pairedItem }) => [json.batch_id, pairedItem])).toEqual([
			[theirs.ids[0], { item: 0 }],
		]);
	});

	it('is waited for in place, until it is done or the time is up', async () => {
		standIn.batchOptions.durationMs = 600_000;
		const { ids } = await batches.submit({ rows: cheapRows(2) });
		const up = await batches.collect(ids, { parameters: { waitForCompletion: true, maxWait: 200 } });
		expect(up.unfinished).toHaveLength(1);
		const passing = setTimeout(() => standIn.passTime(600_000), 300);
		const done = await batches.collect(ids, { parameters: { waitForCompletion: true, maxWait: 1500 } });
		clearTimeout(passing);
		expect(done.images).toHaveLength(2);
	});

	it('is not waited for once the execution is cancelled', async () => {
		standIn.batchOptions.durationMs = 600_000;
		const { ids } = await batches.submit({ rows: cheapRows(2) });
		const user = new AbortController();
		setTimeout(() => user.abort(), 300);
		const { result, images } = await batches.collect(ids, {
			parameters: { waitForCompletion: true, maxWait: 600_000 },
			signal: user.signal,
		});
		expect(result.run.status).toBe('canceled');
		expect(images).toEqual([]);
	});
});

describe('before anything is uploaded', () => {
	const nothingSent = async () => {
		const response = await fetch(`${standIn.url}/files`, {
			headers: { Authorization: 'Bearer sk-stand-in-7fQ_Kp9_Wm' },
		});
		expect(((await response.json()) as { data: unknown[] }).data).toEqual([]);
		expect(standIn.batchBooks).toEqual([]);
	};

	it('a model that the Batch API does not take is refused, the other rows are submitted', async () => {
		const rows = [{ prompt: 'a fox', model: 'gpt-image-2.6-flare' }, ...cheapRows(1)];
		const alone = await batches.submit({ rows: rows.slice(0, 1) });
		expect(alone.result.error).toBeUndefined();
		expect(alone.failed.map(({ error }) => error.message)).toEqual([
			expect.stringMatching(
				/^Item 0: model: OpenAI's Batch API does not take gpt-image-2\.6-flare\. Use gpt-image-/,
			),
		]);
		await nothingSent();
		const { batches: submitted, failed } = await batches.submit({ rows });
		expect([submitted.length, failed.length]).toEqual([1, 1]);
	});

	it('all that is wrong with a configuration is said at once', async () => {
		const json = JSON.stringify({
			jobs: [
				{ prompt: 'a fox', model: 'gpt-image-2.6-flare' },
				{ prompt: 'a fox', size: '7x7' },
			],
		});
		const parameters = { source: 'json', json, options: { partialImages: 2 } };
		const { result } = await batches.submit({ parameters });
		expect(result.error?.message).toMatch(/jobs\[0\]\.model.*jobs\[0\]\.partial_images.*jobs\[1\]\.size/s);
		await nothingSent();
	});

	it('a batch that might cost more than it may is refused', async () => {
		const rows = cheapRows(100);
		const { result } = await batches.submit({ rows, parameters: { execution: { maxCost: 0.01 } } });
		expect(result.error?.message).toMatch(
			/might come to cost \$0\.\d+, and no more than \$0\.01 may be spent/,
		);
		await nothingSent();
	});

	it('a file that is no image is refused, with the job that names it', async () => {
		const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
			.png()
			.toBuffer();
		const binary = (bytes: Buffer) => ({
			data: { data: bytes.toString('base64'), mimeType: 'image/png', fileName: 'a.png' },
		});
		const items = [Buffer.from('no image at all, but long enough'), png].map((bytes, place) => ({
			json: { prompt: `edit ${place}`, images: 'data', ...CHEAP },
			binary: binary(bytes),
		}));
		const { batches: submitted, failed } = await batches.submit({ items });
		expect(submitted).toMatchObject([{ jobs: 1, endpoint: '/v1/images/edits' }]);
		expect(failed).toMatchObject([{ prompt: 'edit 0', status: 'failed' }]);
		expect(failed[0]?.error.message).toMatch(/^Item 0: .*is no/);
	});

	it.each(['status', 'collect', 'cancel'])('an item without a batch is refused: %s', async (operation) => {
		const parameters = { operation, batchId: '={{ $json.batch_id }}' };
		const { result } = await batch({ standIn, rows: [{ batch_id: 'batch_1' }, {}], parameters });
		expect(result.error?.message).toMatch(/^Item 1: Batch ID is empty\. Give the "batch_id"/);
		const path = await batch({ standIn, rows: [{ batch_id: '../files' }], parameters });
		expect(path.result.error?.message).toContain('Item 0: Batch ID is "../files".');
	});

	it.each(['submit', 'status', 'collect', 'cancel'])('Azure is refused: %s', async (operation) => {
		const { result } = await batch({
			standIn,
			rows: [{ prompt: 'a fox', batch_id: 'batch_1' }],
			credential: { provider: 'azure' },
			parameters: { operation, batchId: 'batch_1' },
		});
		expect(result.error?.message).toContain("Azure's batches are not OpenAI's Batch API.");
	});

	it('a key that is refused fails the node', async () => {
		const { result } = await batches.submit({
			rows: cheapRows(2),
			credential: { apiKey: 'sk-other-Xy7fQ_Kp9_Wm' },
		});
		expect(result.error?.message).toContain('The API key was refused');
	});
});
