import { BatchApi } from '../../engine/batches/api';
import { submitBatches, type SubmitSettings } from '../../engine/batches/submit';
import type { BatchableJob } from '../../engine/batches/lines';
import { nanoUsd } from '../../engine/costs/money';
import { ImageError } from '../../engine/jobs/error';
import type { WireRequest, WireResponse } from '../../engine/requests/wire';
import { VirtualClock } from './world';

/** What a server of the test answers: a document, a failed status, or a connection that is lost. */
type Answer = object | { status: number; body: object } | ImageError;

const LOST = new ImageError({ kind: 'interrupted', code: 'ECONNRESET', message: 'Lost.', maybeBilled: true });
const BUSY = { status: 503, body: { error: { message: 'Busy.', code: null } } };

/** A server that answers as it is told, request by request. */
class Server {
	readonly sent: string[] = [];
	readonly created: Array<Record<string, unknown>> = [];
	readonly clock = new VirtualClock();

	constructor(private readonly answers: Record<string, Answer[]>) {}

	readonly api = new BatchApi(
		{
			transport: {
				redact: (text) => text,
				send: async (request) => await this.answer(request),
				download: async () => await Promise.reject(new Error('Nothing is downloaded.')),
			},
			clock: this.clock,
			signal: new AbortController().signal,
		},
		{ requestTimeoutMs: 1000, maxRetries: 2, retryDelayMs: 500 },
	);

	private async answer({ method, path, json }: WireRequest): Promise<WireResponse> {
		const what = `${method} ${path.split('?')[0] ?? ''}`;
		this.sent.push(what);
		if (what === 'POST /batches') this.created.push(json as Record<string, unknown>);
		const answers = this.answers[what] ?? [];
		const next = answers.length > 1 ? answers.shift() : answers[0];
		if (!next) throw new Error(`Nothing is planned for ${what}.`);
		if (next instanceof ImageError) throw next;
		const failed = 'status' in next && typeof next.status === 'number';
		const { status, body } = failed ? (next as typeof BUSY) : { status: 200, body: next };
		return await Promise.resolve({ status, headers: {}, body: piecesOf(JSON.stringify(body)) });
	}
}

async function* piecesOf(text: string) {
	yield await Promise.resolve(Buffer.from(text));
}

const job = (index: number, own: Partial<BatchableJob> = {}): BatchableJob => ({
	...{
		index,
		id: `job-${index}`,
		label: `job-${index}`,
		endpoint: 'generations',
		prompt: `picture ${index}`,
	},
	...{
		model: 'gpt-image-2.5-flare',
		n: 1,
		parameters: { size: '1024x1024', quality: 'low' },
		priceShare: 0.5,
	},
	...own,
});

const submit = async (server: Server, jobs: BatchableJob[], settings: Partial<SubmitSettings> = {}) =>
	await submitBatches(jobs, server.api, {
		...{ onDuplicate: 'reuse', maxCost: 0, now: server.clock.now(), check: () => {}, pathOf: ({ id }) => id },
		...settings,
	});

const NONE = { data: [], has_more: false };
const FILE = { id: 'file-1' };
const BATCH = { id: 'batch_1', status: 'validating', input_file_id: 'file-1' };

describe('a submission', () => {
	it('is tried again where that does no harm', async () => {
		const server = new Server({
			'GET /batches': [BUSY, LOST, NONE],
			'POST /files': [LOST, FILE],
			'POST /batches': [{ status: 429, body: { error: { message: 'Slow down.' } } }, BATCH],
		});
		const { submissions } = await submit(server, [job(0)]);
		expect(submissions).toMatchObject([{ batch: { id: 'batch_1' }, reused: false }]);
		expect(server.sent.filter((what) => what === 'POST /files')).toHaveLength(2);
		expect(server.created).toHaveLength(2);
	});

	it('whose answer is lost is looked for, and not made twice', async () => {
		const server = new Server({
			'GET /batches': [NONE, { data: [{ ...BATCH, metadata: { made_by: 'n8n-nodes-openai-image' } }] }],
			'POST /files': [FILE],
			'POST /batches': [LOST],
		});
		// As the server has it: created just now.
		const { submissions } = await submit(server, [job(0)], { now: 0 });
		expect(submissions[0]).toMatchObject({ batch: { id: 'batch_1' } });
		expect(server.created).toHaveLength(1);
	});

	it('whose answer is lost and that is not there has failed, with its reason', async () => {
		const server = new Server({
			'GET /batches': [NONE],
			'POST /files': [FILE],
			'POST /batches': [LOST],
		});
		const { submissions } = await submit(server, [job(0)]);
		expect(submissions[0]?.batch).toBeUndefined();
		expect(submissions[0]?.error).toMatchObject({ kind: 'interrupted' });
		expect(server.created).toHaveLength(1);
	});

	it('that fails leaves the others alone', async () => {
		const server = new Server({
			'GET /batches': [NONE],
			'POST /files': [FILE],
			'POST /batches': [{ status: 400, body: { error: { message: 'No.' } } }, BATCH],
		});
		const jobs = [job(0), job(1, { model: 'gpt-image-1-mini' })];
		const { submissions } = await submit(server, jobs);
		expect(submissions).toMatchObject([
			{ error: { kind: 'invalid_request' }, jobs: [jobs[0]] },
			{ batch: { id: 'batch_1' }, jobs: [jobs[1]] },
		]);
	});

	it('keeps to the budget over all its batches', async () => {
		const server = new Server({
			'GET /batches': [NONE],
			'POST /files': [FILE],
			'POST /batches': [BATCH],
		});
		const jobs = [job(0), job(1, { model: 'gpt-image-1-mini' })];
		const free = await submit(server, jobs);
		const [first = 0, second = 0] = free.submissions.map(({ estimate }) => estimate?.high ?? 0);
		const { submissions } = await submit(server, jobs, {
			maxCost: first + second - 1,
			onDuplicate: 'submit',
		});
		expect(submissions.map(({ batch, error }) => batch?.id ?? error?.kind)).toEqual(['batch_1', 'budget']);
		const enough = await submit(server, jobs, { maxCost: first + second, onDuplicate: 'submit' });
		expect(enough.submissions.every(({ batch }) => batch)).toBe(true);
		expect(first + second).toBeLessThan(nanoUsd(1));
	});

	it('is noted with all that tells it again', async () => {
		const server = new Server({
			'GET /batches': [NONE],
			'POST /files': [FILE],
			'POST /batches': [BATCH],
		});
		await submit(server, [job(0), job(1, { n: 12 })]);
		await submit(server, [job(0), job(1, { n: 12 })]);
		await submit(server, [job(0), job(1, { n: 11 })]);
		const [first, same, other] = server.created.map(({ metadata }) => metadata as Record<string, string>);
		expect(first).toMatchObject({ made_by: 'n8n-nodes-openai-image', jobs: '2', requests: '3' });
		expect(same).toEqual(first);
		expect(other?.fingerprint).not.toBe(first?.fingerprint);
		expect(server.created[0]).toMatchObject({
			input_file_id: 'file-1',
			endpoint: '/v1/images/generations',
			completion_window: '24h',
		});
		for (const value of Object.values(first ?? {})) expect(value.length).toBeLessThanOrEqual(512);
	});

	it.each([
		['nothing', {}, 'an id'],
		['what is no JSON object', [], 'an id'],
	])('to a server that answers with %s says so', async (_what, answer, missing) => {
		const server = new Server({ 'GET /batches': [NONE], 'POST /files': [answer] });
		const { submissions } = await submit(server, [job(0)]);
		expect(submissions[0]?.error?.message).toContain(`answered without ${missing}`);
	});

	it('to a server that knows no batches says so', async () => {
		const server = new Server({ 'GET /batches': [NONE], 'POST /files': [FILE], 'POST /batches': [{}] });
		const { submissions } = await submit(server, [job(0)]);
		expect(submissions[0]?.error?.message).toContain('answered without a batch');
	});
});
