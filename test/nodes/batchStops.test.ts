import { setTimeout as sleep } from 'node:timers/promises';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, charged, cheapRows, CHEAP } from './batch';
import { nano } from './generate';
import { until } from './until';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 40 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const concurrency = 6;
const made = () => standIn.books.filter(({ status }) => status === 200);

describe('a key', () => {
	it('whose credit is used up after 30 of 100 jobs ends the run, which delivers the 30', async () => {
		const { result, images, failed, summary } = await batch({
			standIn,
			rows: cheapRows(100),
			credential: { apiKey: 'sk-stand-in-quota-after-30' },
			parameters: { execution: { concurrency } },
		});
		expect(result.run.status).toBe('success');
		expect(images).toHaveLength(30);
		expect(standIn.books.length).toBeLessThanOrEqual(30 + concurrency);
		const refused = standIn.books.length - 30;
		expect(summary).toMatchObject({
			total: 100,
			succeeded: 30,
			failed: refused,
			cancelled: 70 - refused,
			images: 30,
		});
		expect(nano(summary.total_cost.total)).toBe(charged(standIn));
		for (const { status, error } of failed) {
			expect(error).toMatchObject({ code: 'insufficient_quota', retryable: false });
			expect(error.message).toMatch(
				status === 'failed'
					? /^Item \d+: You exceeded your current quota/
					: /^Item \d+: Not sent, because the run was stopped: You exceeded your current quota/,
			);
		}
		const [, ...stops] = summary.warnings;
		expect([summary.warnings[0], stops]).toEqual([
			expect.stringMatching(/^The run was stopped before its end: .*exceeded your current quota/),
			[],
		]);
	});

	it('without credit from the start delivers what is to be made again', async () => {
		const { result, images, failed, summary } = await batch({
			standIn,
			rows: cheapRows(20),
			credential: { apiKey: 'sk-stand-in-quota' },
			parameters: { execution: { concurrency } },
		});
		expect(result.run.status).toBe('success');
		expect(images).toEqual([]);
		expect(failed).toMatchObject(cheapRows(20));
		expect(standIn.books.length).toBeLessThanOrEqual(concurrency);
		expect(summary).toMatchObject({ succeeded: 0, total_cost: { total: 0 } });
	});

	const apiKey = 'sk-other-Xy7fQ_Kp9_Wm';

	it.each(['items', 'json'])('that is refused fails the node, which delivers nothing: %s', async (source) => {
		const rows = cheapRows(20);
		const { result, outputs } = await batch({
			standIn,
			rows: source === 'items' ? rows : [{}],
			credential: { apiKey },
			parameters: { source, json: JSON.stringify({ jobs: rows }), execution: { concurrency } },
		});
		expect(result.run.status).toBe('error');
		expect(result.error!.message).toContain('The API key was refused');
		expect(result.error).toMatchObject({ httpCode: '401' });
		expect(outputs).toEqual({ images: [], failed: [], summary: [] });
		expect(standIn.books.length).toBeLessThanOrEqual(concurrency);
	});

	// What a node throws n8n drops then, and passes the input items on as if they were images.
	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'that is refused tells so where the workflow goes on: %s',
		async (onError) => {
			const { result } = await batch({
				standIn,
				rows: cheapRows(5),
				credential: { apiKey },
				onError,
				parameters: {},
			});
			const told = [0, 1, 2, 3].map((output) => JSON.stringify(result.items('Node', output)));
			expect(told[0]).toBe('[]');
			expect(told.join('')).toContain('The API key was refused');
		},
	);
});

describe('Max Cost', () => {
	/** Nearly a tenth of a dollar each, by the catalogue's figures and the stand-in's. */
	const dear = (quality: string, count: number) =>
		cheapRows(count).map((row) => ({ ...row, quality, size: '1024x1024' }));

	it.each([1, 4, 16])('of a dollar holds for a batch of five, at concurrency %i', async (most) => {
		const [one] = (await batch({ standIn, rows: dear('high', 1), parameters: {} })).images;
		const price = nano(one!.cost.total);
		const rows = dear('high', Math.ceil(5e9 / price));
		standIn.reset();
		const { result, images, failed, summary } = await batch({
			standIn,
			rows,
			parameters: { execution: { maxCost: 1, concurrency: most } },
		});
		expect(result.run.status).toBe('success');
		expect(summary.estimated_cost.low).toBeGreaterThan(4.9);
		expect(charged(standIn)).toBeLessThanOrEqual(1e9);
		// What is left would not do for another image.
		expect(charged(standIn)).toBeGreaterThan(1e9 - 1.1 * price);
		expect(nano(summary.total_cost.total)).toBe(charged(standIn));
		expect(images).toHaveLength(made().length);
		expect(summary).toMatchObject({ failed: 0, cancelled: rows.length - images.length });
		for (const { status, error } of failed) {
			expect([status, error.code, error.attempts]).toEqual(['cancelled', 'budget', 0]);
			expect(error.message).toContain('maxCost');
		}
		if (most > 1) expect(standIn.maxInFlight).toBeGreaterThan(1);
	});

	it('holds where nobody knows before what an image will cost', async () => {
		const { images, summary } = await batch({
			standIn,
			rows: dear('auto', 40),
			parameters: { execution: { maxCost: 1, concurrency: 16 } },
		});
		expect(charged(standIn)).toBeLessThanOrEqual(1e9);
		expect(images.length).toBeGreaterThan(0);
		expect(summary.cancelled).toBe(40 - images.length);
	});

	it('that does for no image at all sends none', async () => {
		const { result, summary } = await batch({
			standIn,
			rows: cheapRows(3),
			parameters: { execution: { maxCost: 0.0001 } },
		});
		expect(result.run.status).toBe('success');
		expect(standIn.books).toEqual([]);
		expect(summary).toMatchObject({ cancelled: 3, total_cost: { total: 0 } });
	});
});

describe('the timeout of the whole run', () => {
	/** Two are still in flight when the time is up, and would be for long. */
	const slow = cheapRows(20, (place) => (place < 4 ? '' : '[[delay 20000]]'));
	const timeout = 2000;

	it.each(['node', 'configuration'])(
		'of the %s breaks off what is in flight, sends nothing more and keeps what is done',
		async (whose) => {
			const { result, images, failed, summary } = await batch({
				standIn,
				rows: whose === 'node' ? slow : [{}],
				parameters: {
					source: whose === 'node' ? 'items' : 'json',
					json: JSON.stringify({ jobs: slow, timeout }),
					execution: { concurrency: 2, timeout: whose === 'node' ? timeout : 60_000 },
				},
			});
			expect(result.run.status).toBe('success');
			await until(() => standIn.inFlight === 0);
			const sent = standIn.books.map(({ status, aborted }) => [status, aborted]);
			const [done, broken] = [
				[200, false],
				[0, true],
			];
			expect(sent).toEqual([done, done, done, done, broken, broken]);
			expect(images.map(({ prompt }) => prompt)).toEqual(slow.slice(0, 4).map(({ prompt }) => prompt));
			// Not before its time, and without waiting for the answers.
			expect(summary.total_duration_ms).toBeGreaterThanOrEqual(timeout);
			const [, , , , fifth] = standIn.books;
			expect(Date.parse(summary.finished_at)).toBeLessThan(fifth!.startedAt + 20_000);

			expect(summary).toMatchObject({ succeeded: 4, failed: 0, cancelled: 16 });
			expect(failed.map(({ error }) => error.attempts)).toEqual([
				1,
				1,
				...Array.from({ length: 14 }, () => 0),
			]);
			for (const { status, error } of failed) {
				expect([status, error.code]).toEqual(['cancelled', 'timeout']);
				expect(error.message).toContain('timeout of 2 s');
				expect(/may have been carried out and billed/.test(error.message)).toBe(error.attempts === 1);
			}
			// What the two cost, nobody said.
			expect(summary.total_cost.total).toBeNull();
			expect(summary.warnings[0]).toMatch(
				/^The run was stopped before its end: .*[Tt]he time of the whole run (is|was) up/,
			);
			await sleep(200);
			expect(standIn.books).toHaveLength(6);
		},
	);
});

describe('Fail Fast', () => {
	const rows = cheapRows(20, (place) => (place >= 4 ? '[[status 400]]' : ''));

	it.each([
		[3, 1],
		[3, 4],
		[1, 1],
	])('%i stops after so many failures, at concurrency %i', async (failFast, most) => {
		const { result, images, failed, summary } = await batch({
			standIn,
			rows,
			parameters: { execution: { concurrency: most, failFast } },
		});
		expect(result.run.status).toBe('success');
		expect(images).toHaveLength(4);
		expect(summary.failed).toBeGreaterThanOrEqual(failFast);
		expect(summary.failed).toBeLessThanOrEqual(failFast + most - 1);
		expect(standIn.books).toHaveLength(4 + summary.failed);
		expect(summary.cancelled).toBe(16 - summary.failed);
		const cancelled = failed.filter(({ status }) => status === 'cancelled');
		for (const { error } of cancelled)
			expect(error.message).toMatch(/^Item \d+: Not sent, because the run was stopped: /);
	});

	it('0, the default, never does', async () => {
		const { summary } = await batch({ standIn, rows, parameters: {} });
		expect(summary).toMatchObject({ succeeded: 4, failed: 16, cancelled: 0 });
	});

	it('counts what is found wrong before anything is sent', async () => {
		const { summary } = await batch({
			standIn,
			rows: [{ prompt: 'a fox', ...CHEAP }, { prompt: '' }, { prompt: 'an owl', ...CHEAP }],
			parameters: { execution: { failFast: 1 } },
		});
		expect(standIn.books).toEqual([]);
		expect(summary).toMatchObject({ succeeded: 0, failed: 1, cancelled: 2 });
	});
});

it('a user who cancels half-way has nothing more sent, and what is in flight broken off', async () => {
	const controller = new AbortController();
	const rows = cheapRows(20, (place) => (place >= 4 ? '[[delay 20000]]' : ''));
	const running = batch({
		standIn,
		rows,
		signal: controller.signal,
		parameters: { execution: { concurrency: 3 } },
	});
	await until(() => made().length === 4 && standIn.inFlight === 3);
	controller.abort();
	const { result } = await running;
	expect(result.run.status).toBe('canceled');
	await until(() => standIn.inFlight === 0);
	expect(standIn.books).toHaveLength(7);
	expect(standIn.books.filter(({ aborted }) => aborted)).toHaveLength(3);
	await sleep(200);
	expect(standIn.books).toHaveLength(7);
});
