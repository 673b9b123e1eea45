import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, charged, cheapRows, requestsFor } from './batch';
import { nano } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 40 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** Five ways to fail, the last two of which are paid for. `xN`: so often the first run asks, so the next one succeeds. */
const FAILURES: Array<[directive: string, error: object]> = [
	['[[moderation x1]]', { code: 'moderation_blocked', status: 400, retryable: false, attempts: 1 }],
	['[[status 500 x3]]', { type: 'server_error', status: 500, retryable: true, attempts: 3 }],
	['[[html 404 x1]]', { status: 404, retryable: false, attempts: 1 }],
	['[[not-an-image x1]]', { retryable: false, attempts: 1 }],
	['[[not-base64 x1]]', { retryable: false, attempts: 1 }],
];
const paidInVain = FAILURES.slice(3).map(([directive]) => directive);

/** One in twenty. */
const EVERY = 20;
const failureOf = (place: number) =>
	place % EVERY === 7 ? FAILURES[((place - 7) / EVERY) % FAILURES.length] : undefined;

it('200 jobs of which ten fail: 190 images, ten failures, the sums of the books, and the ten again', async () => {
	const rows = cheapRows(200, (place) => failureOf(place)?.[0] ?? '');
	const failing = rows.filter((_, place) => failureOf(place));
	const { result, images, failed, summary, outputs, again } = await batch({
		standIn,
		rows,
		parameters: { execution: { concurrency: 8, retryDelay: 10 } },
		again: { execution: { concurrency: 8 } },
	});
	expect(result.run.status).toBe('success');
	expect(standIn.maxInFlight).toBeLessThanOrEqual(8);

	expect(summary).toMatchObject({ total: 200, succeeded: 190, failed: 10, cancelled: 0, images: 190 });
	const made = rows.flatMap(({ prompt }, place) => (failureOf(place) ? [] : [prompt]));
	expect(images.map(({ prompt }) => prompt)).toEqual(made);
	expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual(
		rows.flatMap((_, item) => (failureOf(item) ? [] : [{ item }])),
	);

	expect(failed).toMatchObject(failing);
	expect(failed.map(({ error }) => error)).toMatchObject(
		[...FAILURES, ...FAILURES].map(([, error]) => error),
	);
	for (const { prompt, error, cost } of failed) {
		expect(error.message).toMatch(/^Item \d+: /);
		expect(cost !== undefined).toBe(paidInVain.some((directive) => prompt.startsWith(directive)));
	}

	expect(again.failed).toEqual([]);
	expect(again.images.map(({ prompt }) => prompt)).toEqual(failing.map(({ prompt }) => prompt));
	expect(again.summary).toMatchObject({ total: 10, succeeded: 10, images: 10 });
	expect(nano(summary.total_cost.total) + nano(again.summary.total_cost.total)).toBe(charged(standIn));
	expect(charged(standIn)).toBeGreaterThan(nano(images[0]!.cost.total) * 203);
	// What had succeeded was not asked for again.
	for (const prompt of made) expect(requestsFor(standIn, String(prompt))).toHaveLength(1);
});

it('what nobody said the price of leaves the total open, and is named', async () => {
	const { images, failed, summary } = await batch({
		standIn,
		rows: cheapRows(3, (place) => (place === 1 ? '[[reset]]' : '')),
		parameters: {},
	});
	expect(failed).toMatchObject([{ job_id: 'job-2', error: { type: 'interrupted', attempts: 1 } }]);
	expect(failed[0]!.error.message).toMatch(/billed/);
	expect(summary.total_cost).toMatchObject({ total: null, basis: 'unknown' });
	const known = images.reduce((sum, { cost }) => sum + nano(cost.total), 0) / 1e9;
	expect(summary.warnings).toEqual([
		`What 1 of 3 jobs cost is not known in full, so there is no total (job job-2). The prices that are known add up to $${known}.`,
	]);
});
