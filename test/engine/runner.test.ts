import fc from 'fast-check';
import { estimateJob } from '../../engine/costs/estimate';
import { nanoUsd } from '../../engine/costs/money';
import { totalOf } from '../../engine/costs/price';
import { findModel } from '../../engine/models/find';
import { ImageError, type ErrorKind } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import { runJobs } from '../../engine/runner/run';
import type { RunSettings } from '../../engine/runner/settings';
import { nextTry } from '../../engine/runner/retry';
import { job, SETTINGS, World, type Answer } from './world';

const jobs = (count: number, change: Partial<ImageJob> = {}) =>
	Array.from({ length: count }, (_, index) => job(index, change));
const run = async (world: World, list: ImageJob[], change: Partial<RunSettings> = {}) =>
	await runJobs(list, { ...SETTINGS, ...change }, world.ports);

const FAILURES: Record<string, Answer> = {
	moderation: { status: 400, body: { error: { message: 'no', code: 'moderation_blocked' } } },
	broken: { status: 500 },
	limited: { status: 429 },
	lost: { fault: { kind: 'interrupted', message: 'lost', maybeBilled: true } },
	refused: { fault: { kind: 'connection', message: 'refused' } },
	text: { status: 200, body: 'hello' },
};

describe('a run', () => {
	it('gives every job one outcome in its place, with at most C requests in flight, whatever happens', async () => {
		const kinds = fc.constantFrom('good', ...Object.keys(FAILURES));
		const one = fc.record({
			kind: kinds,
			n: fc.integer({ min: 1, max: 25 }),
			delay: fc.nat(1000),
			heals: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(one, { maxLength: 30 }),
				fc.integer({ min: 1, max: 9 }),
				async (plan, concurrency) => {
					const world = new World(({ prompt, n, attempt }) => {
						const { kind, delay, heals } = plan[Number(prompt)] ?? { kind: 'good', delay: 0, heals: true };
						const failure = heals && attempt > 1 ? undefined : FAILURES[kind];
						return { ...(failure ?? { images: n }), delayMs: delay };
					});
					const outcomes = await run(
						world,
						plan.map(({ n }, index) => job(index, { prompt: String(index), n })),
						{ concurrency },
					);
					expect(world.maxInFlight).toBeLessThanOrEqual(concurrency);
					expect(world.inFlight).toBe(0);
					expect(outcomes.map((outcome) => outcome.job.index)).toEqual(plan.map((_, index) => index));
					for (const [index, { status, images, error }] of outcomes.entries()) {
						const { n = 0, kind } = plan[index] ?? {};
						expect(images.map((image) => image.ref)).toEqual(
							images.map((image) => `${index}/${image.index}`),
						);
						expect(status).toBe(images.length === n ? 'completed' : 'failed');
						expect(error === undefined).toBe(status === 'completed');
						if (kind === 'good') expect(status).toBe('completed');
					}
					expect(new Set(world.stored).size).toBe(world.stored.length);
				},
			),
			{ numRuns: 150 },
		);
	});

	it('starts the next job the moment a slot is free', async () => {
		const delays = [900, 100, 100, 100, 100];
		const world = new World(({ prompt }) => ({
			images: 1,
			delayMs: delays[Number(prompt.split(' ')[1])] ?? 0,
		}));
		await run(world, jobs(5), { concurrency: 2 });
		const start = world.sent[0]?.at ?? 0;
		expect(world.sent.map(({ at }) => at - start)).toEqual([0, 0, 100, 200, 300]);
	});

	it('validates all jobs before the first request, and spares the others', async () => {
		const world = new World(() => ({ images: 1 }));
		const list = [job(0), job(1, { prompt: ' ' }), job(2, { n: 0 }), job(3, { parameters: { size: '9x9' } })];
		const outcomes = await run(world, list);
		expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'failed', 'failed', 'failed']);
		expect(outcomes.map(({ error }) => error?.details.param)).toEqual([undefined, 'prompt', 'n', 'size']);
		expect(world.sent).toHaveLength(1);
		const stopped = new World(() => ({ images: 1 }));
		await run(stopped, list, { failFast: 1 });
		expect(stopped.sent).toHaveLength(0);
	});

	it('splits what one request cannot make', async () => {
		const world = new World(({ n }) => ({ images: n }));
		const [outcome] = await run(world, jobs(1, { n: 23 }));
		expect(world.sent.map(({ n }) => n)).toEqual([10, 10, 3]);
		expect(outcome?.images.map(({ index }) => index)).toEqual(
			Array.from({ length: 23 }, (_, index) => index),
		);
		const svg = new World(({ n }) => ({ images: n }));
		await run(svg, jobs(1, { n: 3, parameters: { output_format: 'svg' } }));
		expect(svg.sent.map(({ n }) => n)).toEqual([1, 1, 1]);
		const slow = new World(({ n }) => ({ images: n }));
		await run(slow, jobs(1, { n: 9 }), { imagesPerMinute: 4 });
		expect(slow.sent.map(({ n }) => n)).toEqual([4, 4, 1]);
	});

	it("keeps a job's images when another of its requests fails, and says so", async () => {
		const world = new World(({ n }) => (n === 10 ? { images: n } : { status: 400 }));
		const [outcome] = await run(world, jobs(1, { n: 12 }));
		expect(outcome).toMatchObject({ status: 'failed', images: { length: 10 } });
		expect(outcome?.error?.message).toContain('10 of its 12 images were made and kept');
	});

	it('warns where the server makes fewer images than asked for', async () => {
		const [outcome] = await run(new World(() => ({ images: 1 })), jobs(1, { n: 3 }));
		expect(outcome).toMatchObject({ status: 'completed', images: { length: 1 } });
		expect(outcome?.warnings.join()).toContain('1 of the 3');
	});

	it('ends when an image cannot be stored: the next one would be lost too', async () => {
		const world = new World(() => ({ images: 1, delayMs: 10 }));
		const ports = {
			...world.ports,
			store: { put: async () => await Promise.reject(new Error('disk full')) },
		};
		const outcomes = await runJobs(jobs(6), { ...SETTINGS, concurrency: 1 }, ports);
		expect(world.sent).toHaveLength(1);
		expect(outcomes[0]?.error).toMatchObject({
			kind: 'storage',
			message: expect.stringContaining('disk full') as string,
		});
		expect(outcomes[0]?.loss?.cost.basis).toBe('usage');
		expect(outcomes[5]).toMatchObject({ status: 'cancelled', error: { details: { code: 'not_stored' } } });
	});
});

describe('retries', () => {
	it.each([
		['broken', 3, 'server_error'],
		['limited', 3, 'rate_limit'],
		['refused', 3, 'connection'],
		['lost', 1, 'interrupted'],
		['moderation', 1, 'moderation'],
		['text', 1, 'invalid_response'],
	])('%s: %d requests, %s', async (name, requests, kind) => {
		const world = new World(() => FAILURES[name] as Answer);
		const [outcome] = await run(world, jobs(1));
		expect(world.sent).toHaveLength(requests);
		expect(outcome).toMatchObject({ error: { kind }, timing: { attempts: requests } });
	});

	it('happen after a lost connection only where the user takes the risk', async () => {
		const world = new World(({ attempt }) => (attempt === 1 ? (FAILURES.lost as Answer) : { images: 1 }));
		const [outcome] = await run(world, jobs(1), { retryOn: ['interrupted'] });
		expect(outcome).toMatchObject({ status: 'completed', timing: { attempts: 2 } });
	});

	it('never repeat a request whose images are in hand', async () => {
		const cut =
			'{"data":[{"b64_json":"' + Buffer.from('not an image').toString('base64') + '"},{"b64_json":"AA';
		const [lost] = await run(new World(() => ({ status: 200, body: cut })), jobs(1, { n: 2 }), {
			retryOn: ['interrupted'],
		});
		expect(lost?.timing.attempts).toBe(3);
		const { PNG } = await import('./world');
		const kept = '{"data":[{"b64_json":"' + PNG.toString('base64') + '"},{"b64_json":"AA';
		const [outcome] = await run(new World(() => ({ status: 200, body: kept })), jobs(1, { n: 2 }), {
			retryOn: ['interrupted'],
		});
		expect(outcome).toMatchObject({ status: 'failed', images: { length: 1 }, timing: { attempts: 1 } });
	});

	it('wait as long as the server says, and hold every lane of that model', async () => {
		const world = new World(({ prompt, attempt }) =>
			prompt === 'prompt 0' && attempt === 1
				? { status: 429, headers: { 'retry-after': '7' } }
				: { images: 1, delayMs: 100 },
		);
		const other = job(9, { model: 'gpt-image-2', prompt: 'other' });
		await run(world, [job(0), job(1), other, job(3), job(4)], { concurrency: 2 });
		const start = world.sent[0]?.at ?? 0;
		const at = Object.fromEntries(world.sent.map((sent) => [sent.prompt, sent.at - start]));
		expect(at['prompt 0']).toBeGreaterThanOrEqual(7000);
		expect(at['prompt 1']).toBeLessThan(100);
		expect(at.other).toBeLessThan(1000);
		expect(at['prompt 3']).toBeGreaterThanOrEqual(7000);
	});

	const policy = { maxRetries: 5, retryOn: ['server_error'] as const, retryDelayMs: 500 };
	const error = (details: object = {}) => new ImageError({ kind: 'server_error', message: '', ...details });

	it("follow the SDK's schedule", () => {
		expect([1, 2, 3, 4, 5].map((attempts) => nextTry(error(), attempts, policy, 0))).toEqual([
			500, 1000, 2000, 4000, 8000,
		]);
		expect(nextTry(error(), 2, policy, 1)).toBe(750);
		expect(nextTry(error(), 6, policy, 0)).toBeNull();
		expect(nextTry(error({ retryAfterMs: 1234 }), 1, policy, 1)).toBe(1234);
		expect(nextTry(error({ retryAfterMs: 3_600_000 }), 1, policy, 1)).toBeNull();
		expect(nextTry(error({ noRetry: true }), 1, policy, 1)).toBeNull();
		expect(nextTry(error({ kind: 'rate_limit' satisfies ErrorKind }), 1, policy, 1)).toBeNull();
	});
});

describe('the end of a run', () => {
	it.each([
		[
			'quota',
			{ status: 429, body: { error: { code: 'insufficient_quota', message: 'broke' } } },
			'insufficient_quota',
		],
		['a wrong key', { status: 401, body: { error: { code: 'invalid_api_key' } } }, 'invalid_api_key'],
	])(
		'%s stops it: what is in flight is finished, the rest is cancelled with that reason',
		async (_, failure, code) => {
			const world = new World(({ prompt }) => ({
				...(Number(prompt.split(' ')[1]) < 10 ? { images: 1 } : failure),
				delayMs: 10,
			}));
			const outcomes = await run(world, jobs(40), { concurrency: 4 });
			expect(outcomes.filter(({ status }) => status === 'completed')).toHaveLength(10);
			expect(world.sent.length).toBeLessThanOrEqual(10 + 4);
			const rest = outcomes.filter(({ status }) => status === 'cancelled');
			expect(rest.length).toBeGreaterThanOrEqual(26);
			expect(new Set(rest.map(({ error }) => error?.details.code))).toEqual(new Set([code]));
		},
	);

	it('ends waiting for a retry as well', async () => {
		const world = new World(({ prompt }) =>
			prompt === 'prompt 0'
				? { status: 500, headers: { 'retry-after': '300' } }
				: { status: 401, delayMs: 50 },
		);
		const start = world.clock.now();
		const outcomes = await run(world, jobs(2));
		expect(world.clock.now() - start).toBeLessThan(1000);
		expect(outcomes.map(({ status }) => status)).toEqual(['cancelled', 'failed']);
	});

	it('comes when the user cancels', async () => {
		const world = new World(() => ({ images: 1, delayMs: 1000 }));
		const running = run(world, jobs(20), { concurrency: 4 });
		void world.clock.sleep(1500, new AbortController().signal).then(() => world.cancel.abort());
		const outcomes = await running;
		expect(world.sent).toHaveLength(8);
		expect(outcomes.map(({ status }) => status)).toEqual([
			...Array<string>(4).fill('completed'),
			...Array<string>(16).fill('cancelled'),
		]);
	});

	it('comes after the given number of failures', async () => {
		const world = new World(() => ({ status: 400, delayMs: 10 }));
		const outcomes = await run(world, jobs(20), { concurrency: 1, failFast: 3 });
		expect(world.sent).toHaveLength(3);
		expect(outcomes.filter(({ status }) => status === 'cancelled')).toHaveLength(17);
	});
});

describe('the budget', () => {
	const TOKENS = 196;
	const upper = (count: number) => {
		const estimate = estimateJob(job(0), findModel('gpt-image-2.5-flare'));
		return count * ((estimate?.input.high ?? 0) + (estimate?.output.high ?? 0));
	};

	it('is never exceeded, and used as far as it goes', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 30 }),
				fc.integer({ min: 1, max: 16 }),
				fc.nat(5),
				async (affordable, concurrency, loss) => {
					const maxCost = Math.max(1, upper(affordable));
					let spent = 0;
					const world = new World(({ prompt }) => {
						// What is lost on the way may have been billed.
						if (loss > 0 && Number(prompt.split(' ')[1]) % 7 === loss) {
							spent += upper(1);
							return { ...(FAILURES.lost as Answer), delayMs: 10 };
						}
						spent += 7 * 5000 + TOKENS * 30_000;
						return { images: 1, tokens: TOKENS, delayMs: 10 };
					});
					const outcomes = await run(world, jobs(40), { concurrency, maxCost });
					expect(spent).toBeLessThanOrEqual(maxCost);
					expect(world.sent.length).toBeGreaterThanOrEqual(Math.min(affordable, 40));
					for (const { status, error } of outcomes)
						if (status === 'cancelled') expect(error?.kind).toBe('budget');
				},
			),
			{ numRuns: 60 },
		);
	});

	it('is refused for a model without a price', async () => {
		const world = new World(() => ({ images: 1 }));
		const own = job(1, { model: 'flux', prices: { perImage: 0.01 } });
		const outcomes = await run(world, [job(0, { model: 'flux' }), own], { maxCost: nanoUsd(1) });
		expect(outcomes[0]?.error?.message).toContain('no price is known for flux');
		expect(outcomes[1]?.status).toBe('completed');
		expect(
			totalOf(
				outcomes[1]?.images[0]?.cost ?? { basis: 'unknown', input: null, output: null, pricedAt: null },
			),
		).toBe(nanoUsd(0.01));
	});
});

describe('the pace', () => {
	it('lets no more images through in any minute than allowed', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 12 }),
				fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 15 }),
				async (limit, sizes) => {
					const world = new World(({ n }) => ({ images: n, delayMs: 700 }));
					await run(
						world,
						sizes.map((n, index) => job(index, { n })),
						{ imagesPerMinute: limit, concurrency: 8 },
					);
					for (const { at } of world.sent) {
						const inMinute = world.sent.filter((sent) => sent.at >= at && sent.at < at + 60_000);
						expect(inMinute.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(limit);
					}
				},
			),
			{ numRuns: 60 },
		);
	});

	it('wastes none of it', async () => {
		const world = new World(() => ({ images: 1, delayMs: 100 }));
		const start = world.clock.now();
		await run(world, jobs(50), { imagesPerMinute: 10, concurrency: 8 });
		expect(world.clock.now() - start).toBeLessThan(4 * 60_000 + 2000);
	});
});
