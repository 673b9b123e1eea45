import { setTimeout as sleep } from 'node:timers/promises';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { errorOf, generate } from './generate';
import { until } from './until';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 150 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const rows = Array.from({ length: 20 }, (_, index) => ({
	prompt: `picture ${index}`,
	size: '1024x640',
	quality: 'low',
}));
const concurrency = 3;
const execution = { concurrency };

describe('a quota that is used up in the middle', () => {
	const credential = { apiKey: 'sk-stand-in-quota-after-5' };

	it('ends the run: the rest is cancelled for that reason, and what was made is kept', async () => {
		const { result, json, images } = await generate(table, {
			rows,
			standIn,
			credential,
			onError: 'continueRegularOutput',
			parameters: { execution },
		});
		expect(result.run.status).toBe('success');
		expect(json).toHaveLength(rows.length);
		expect(images).toHaveLength(5);
		// No more than were in flight already.
		expect(standIn.books.length).toBeLessThanOrEqual(5 + concurrency);

		const errors = json.flatMap(({ error }) => error ?? []);
		const refused = errors.filter(({ attempts }) => attempts > 0);
		const cancelled = errors.filter(({ attempts }) => attempts === 0);
		expect(refused.length).toBe(standIn.books.length - 5);
		for (const error of refused) {
			expect(error).toMatchObject({
				code: 'insufficient_quota',
				type: 'insufficient_quota',
				status: 429,
				retryable: false,
				attempts: 1,
			});
			expect(error.message).toMatch(/exceeded your current quota.*No waiting cures this/);
		}
		expect(cancelled).toHaveLength(rows.length - standIn.books.length);
		for (const error of cancelled) {
			expect(error).toMatchObject({
				code: 'insufficient_quota',
				type: 'cancelled',
				status: null,
				retryable: false,
			});
			expect(error.message).toMatch(/^Item \d+: Not sent, because the run was stopped: .*current quota/);
		}
	});

	it('fails the run with On Error: Stop, and says what was made', async () => {
		const { result } = await generate(table, { rows, standIn, credential, parameters: { execution } });
		expect(result.run.status).toBe('error');
		expect(result.error!.message).toMatch(/^Item \d+: You exceeded your current quota/);
		expect(result.error!.description).toContain('5 images had been made and paid for');
	});
});

describe('a key that is refused', () => {
	const apiKey = 'sk-other-Xy7fQ_Kp9_Wm';

	it('ends the run at once, and no piece of it is shown', async () => {
		const { result, json } = await generate(table, {
			rows,
			standIn,
			credential: { apiKey },
			onError: 'continueRegularOutput',
			parameters: { execution },
		});
		expect(result.run.status).toBe('success');
		expect(standIn.books.length).toBeLessThanOrEqual(concurrency);
		expect(json).toHaveLength(rows.length);
		for (const { error } of json) {
			expect(error).toMatchObject({ code: 'invalid_api_key', retryable: false });
			expect(error!.message).toContain('The API key was refused (HTTP 401)');
			expect(error!.message).not.toContain('*');
		}
		expect(errorOf(json[0])).toMatchObject({ status: 401, type: 'invalid_request_error', attempts: 1 });
		expect(errorOf(json[19])).toMatchObject({ status: null, type: 'cancelled', attempts: 0 });
	});

	it('fails the run with On Error: Stop', async () => {
		const { result } = await generate(table, {
			rows,
			standIn,
			credential: { apiKey },
			parameters: { execution },
		});
		expect(result.error!.message).toContain('The API key was refused');
		expect(result.error!.description).toContain('No image had been paid for');
		expect(result.error).toMatchObject({ httpCode: '401' });
	});
});

it('a key without permission fails each item with what to check', async () => {
	const { json } = await generate(table, {
		rows: rows.slice(0, 2),
		standIn,
		credential: { apiKey: 'sk-stand-in-forbidden' },
		onError: 'continueRegularOutput',
	});
	for (const { error } of json) {
		expect(error).toMatchObject({ code: 'missing_scope', status: 403, retryable: false, attempts: 1 });
		expect(error!.message).toMatch(/insufficient permissions.*project behind the API key/);
	}
});

describe('Request Timeout', () => {
	const slow = [{ prompt: '[[delay 8000]] a fox', size: '1024x640', quality: 'low' }];

	it('fails a request that takes longer, once, and says that it may have been billed', async () => {
		const { json } = await generate(table, {
			rows: [...slow, { prompt: 'an owl', size: '1024x640', quality: 'low' }],
			standIn,
			onError: 'continueRegularOutput',
			parameters: { execution: { requestTimeout: 1000 } },
		});
		expect(errorOf(json[0])).toMatchObject({ type: 'timeout', status: null, retryable: true, attempts: 1 });
		expect(errorOf(json[0]).message).toMatch(/within 1 s\. .*carried out and billed.*Request Timeout/);
		expect(json[1]!.error).toBeUndefined();
		// The server notices a moment later.
		await until(() => standIn.inFlight === 0);
		const [request] = standIn.books.filter(({ prompt }) => prompt === slow[0]!.prompt);
		expect(request).toMatchObject({ aborted: true, status: 0 });
		expect(request!.endedAt - request!.startedAt).toBeGreaterThanOrEqual(900);
		expect(standIn.books).toHaveLength(2);
	});

	it('is retried where the user takes the risk of paying twice', async () => {
		const { json } = await generate(table, {
			rows: [{ prompt: '[[delay 8000 x1]] a fox', size: '1024x640', quality: 'low' }],
			standIn,
			parameters: { execution: { requestTimeout: 1000, retryOn: ['timeout'] } },
		});
		expect(json[0]!.timing.attempts).toBe(2);
		expect(standIn.books.map(({ aborted }) => aborted)).toEqual([true, false]);
	});
});

it('a waiting time that the server asks of one request holds all the others of the model', async () => {
	const { json } = await generate(table, {
		rows: [{ prompt: '[[rate-limit 1 x1]] picture', size: '1024x640', quality: 'low' }, ...rows.slice(0, 6)],
		standIn,
		parameters: { execution: { concurrency: 2 } },
	});
	expect(json).toHaveLength(7);
	const refusedAt = standIn.books[0]!.endedAt;
	// The one that was in flight beside it, and then none for a second.
	const after = standIn.books.slice(2).map(({ startedAt }) => startedAt - refusedAt);
	expect(Math.min(...after)).toBeGreaterThanOrEqual(999);
});

it('Images per Minute are kept to from the start', async () => {
	const controller = new AbortController();
	const running = generate(table, {
		rows: rows.slice(0, 6),
		standIn,
		signal: controller.signal,
		parameters: { execution: { concurrency: 6, imagesPerMinute: 4 } },
	});
	await sleep(1500);
	controller.abort();
	await running;
	expect(standIn.books).toHaveLength(4);
});
