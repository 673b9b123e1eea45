import Ajv from 'ajv';
import fc from 'fast-check';
import { nanoUsd } from '../../engine/costs/money';
import { totalOf } from '../../engine/costs/price';
import type { ImageJob } from '../../engine/jobs/job';
import type { CostJson } from '../../engine/reports/json';
import { summaryOf, type Summary } from '../../engine/reports/summary';
import { recorded, retold } from './recorded';
import schema from './summary.schema.json';
import { job, PNG, World, type Answer } from './world';

const isSummary = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
const check = (summary: unknown) => {
	isSummary(summary);
	return isSummary.errors ?? [];
};

const jobs = (count: number, change: Partial<ImageJob> = {}) =>
	Array.from({ length: count }, (_, index) => job(index, change));

const BLOCKED: Answer = { status: 400, body: { error: { message: 'no', code: 'moderation_blocked' } } };
const TIMED_OUT: Answer = { fault: { kind: 'timeout', message: 'Too late.', maybeBilled: true } };
const NO_CREDIT: Answer = { status: 429, body: { error: { message: 'no', code: 'insufficient_quota' } } };
/** Of two images the second is none. */
const HALF_USABLE: Answer = {
	status: 200,
	body: {
		data: [{ b64_json: PNG.toString('base64') }, { b64_json: Buffer.from('hello').toString('base64') }],
		usage: { input_tokens: 8, input_tokens_details: { text_tokens: 8 }, output_tokens: 300 },
		size: '1024x1024',
		quality: 'low',
	},
};

/** Answers by the job's number. */
const answering = (answers: Record<number, Answer | Answer[]>) =>
	new World(({ prompt, n, attempt }) => {
		const answer = answers[Number(prompt.split(' ')[1])] ?? { images: n };
		return Array.isArray(answer) ? (answer[attempt - 1] ?? { images: n }) : answer;
	});

const UNKNOWN = {
	currency: 'USD',
	input: null,
	output: null,
	total: null,
	basis: 'unknown',
	priced_at: null,
};
const NOTHING = { currency: 'USD', input: 0, output: 0, total: 0, basis: 'usage', priced_at: null };

describe('a summary', () => {
	it('says what came of every job', async () => {
		const world = answering({
			0: { images: 2, tokens: 439, delayMs: 1500 },
			1: { ...BLOCKED, delayMs: 500 },
		});
		const run = await recorded(world, [job(0, { n: 2, prompt: 'prompt 0' }), job(1)]);
		const told = retold(run, (_, place) => ({ historyUuid: place === 0 ? 'uuid' : null }));
		const summary = summaryOf(told);
		expect(summary).toEqual({
			total: 2,
			succeeded: 1,
			failed: 1,
			cancelled: 0,
			images: 2,
			results: [
				{
					job_id: 'job-1',
					prompt: 'prompt 0',
					model: 'gpt-image-2.5-flare',
					status: 'completed',
					output_path: 'images/01_prompt-0.png',
					output_paths: ['images/01_prompt-0.png', 'images/01_prompt-0_2.png'],
					error: null,
					duration_ms: 1500,
					attempts: 1,
					request_ids: ['req_1'],
					// 7 tokens at $5 and 439 at $30 a million.
					cost: {
						currency: 'USD',
						input: 0.000035,
						output: 0.01317,
						total: 0.013205,
						basis: 'usage',
						priced_at: '2026-11-21',
					},
					history_uuid: 'uuid',
				},
				{
					job_id: 'job-2',
					prompt: 'prompt 1',
					model: 'gpt-image-2.5-flare',
					status: 'failed',
					output_path: null,
					output_paths: [],
					error: {
						message: expect.stringContaining('Item 1: no') as string,
						code: 'moderation_blocked',
						type: 'moderation',
						status: 400,
						param: null,
						request_id: 'req_1',
						retryable: false,
						attempts: 1,
					},
					duration_ms: 500,
					attempts: 1,
					request_ids: ['req_1'],
					cost: NOTHING,
					history_uuid: null,
				},
			],
			started_at: '2026-11-21T12:00:00.000Z',
			finished_at: '2026-11-21T12:00:01.500Z',
			total_duration_ms: 1500,
			total_cost: {
				currency: 'USD',
				input: 0.000035,
				output: 0.01317,
				total: 0.013205,
				basis: 'usage',
				priced_at: '2026-11-21',
			},
			estimated_cost: { currency: 'USD', low: 0.01764, high: 0.01779, rests_on: "OpenAI's calculator" },
			usage: { input_text_tokens: 7, input_image_tokens: 0, output_tokens: 439, total_tokens: 446 },
			warnings: [],
		});
		expect(check(summary)).toEqual([]);
	});

	it('has a schema that no name can be missing from or be added to', async () => {
		const world = answering({ 1: BLOCKED });
		const summary = summaryOf(await recorded(world, jobs(2)));
		const objects = (within: Summary) => [
			within,
			within.total_cost,
			within.estimated_cost,
			within.usage,
			within.results[1],
			within.results[1]?.cost,
			within.results[1]?.error,
		];
		for (const [place, object] of objects(summary).entries()) {
			const names = Object.keys(object ?? {});
			expect(names.length).toBeGreaterThan(3);
			for (const name of names) {
				const changed = structuredClone(summary);
				delete (objects(changed)[place] as Record<string, unknown>)[name];
				expect(check(changed)).not.toEqual([]);
			}
			const longer = structuredClone(summary);
			(objects(longer)[place] as unknown as Record<string, unknown>).more = 1;
			expect(check(longer)).not.toEqual([]);
		}
	});

	it('of no jobs is a summary too', async () => {
		const summary = summaryOf(await recorded(answering({}), []));
		expect(check(summary)).toEqual([]);
		expect(summary).toMatchObject({ total: 0, total_cost: NOTHING, usage: null });
		expect(summary.estimated_cost).toMatchObject({ low: 0, high: 0, rests_on: null });
	});

	it('adds up exactly, whatever happens to the jobs', async () => {
		const answers = fc.constantFrom<Answer>(
			BLOCKED,
			TIMED_OUT,
			HALF_USABLE,
			{ status: 500 },
			{ status: 200, body: { data: [] } },
			{ images: 3, tokens: 1000 },
		);
		const one = fc.record({
			answers: fc.array(answers, { maxLength: 3 }),
			n: fc.integer({ min: 0, max: 13 }),
			model: fc.constantFrom('gpt-image-2.5-flare', 'gpt-image-1.5', 'gpt-image-1-mini', 'somebody-elses'),
			tokens: fc.integer({ min: 1, max: 9999 }),
			duplicate: fc.boolean(),
		});
		const plans = fc.array(one, { maxLength: 12 });
		const nano = (cost: CostJson | undefined) =>
			[cost?.input, cost?.output, cost?.total].map((part) => (part == null ? null : nanoUsd(part)));
		await fc.assert(
			fc.asyncProperty(plans, fc.boolean(), async (plan, retryTimeouts) => {
				const world = new World(({ prompt, n, attempt }) => {
					const planned = plan[Number(prompt)];
					return planned?.answers[attempt - 1] ?? { images: n, tokens: planned?.tokens ?? 1 };
				});
				const list = plan.map(({ n, model }, index) => job(index, { prompt: String(index), n, model }));
				const run = await recorded(world, list, {
					retryOn: retryTimeouts ? ['server_error', 'timeout'] : ['server_error'],
				});
				const told = retold(run, (_, place) =>
					plan[place]?.duplicate && place > 0 ? { duplicateOf: 'job-1' } : {},
				);
				const summary = summaryOf(told);
				expect(check(summary)).toEqual([]);
				const { results } = summary;
				expect(results).toHaveLength(plan.length);
				expect(summary.succeeded + summary.failed + summary.cancelled).toBe(summary.total);

				const costs = results.map(({ cost }) => nano(cost));
				const sum = (of: number) =>
					costs.some((cost) => cost[of] === null)
						? null
						: costs.reduce((all, cost) => all + (cost[of] ?? 0), 0);
				expect(nano(summary.total_cost)).toEqual([sum(0), sum(1), sum(2)]);

				const own = told.jobs.filter(({ duplicateOf }) => duplicateOf === undefined);
				const outcomes = own.map(({ outcome }) => outcome);
				const paid = outcomes.flatMap(({ images, loss }) => [...images, ...(loss ? [loss] : [])]);
				const known = paid.reduce((all, { cost }) => all + (totalOf(cost) ?? 0), 0);
				const unsaid =
					paid.some(({ cost }) => totalOf(cost) === null) ||
					outcomes.some(({ attempts }) => attempts.some(({ result }) => result === 'timeout')) ||
					outcomes.some(({ error, loss }) => error?.details.maybeBilled === true && !loss);
				expect(nano(summary.total_cost)[2]).toBe(unsaid ? null : known);
				expect(summary.usage?.output_tokens ?? 0).toBe(
					paid.reduce((all, { usage }) => all + (usage?.outputTokens ?? 0), 0),
				);
				expect(summary.images).toBe(outcomes.reduce((all, { images }) => all + images.length, 0));
				expect(summary.warnings.some((warning) => warning.includes(`add up to $${known / 1e9}.`))).toBe(
					unsaid,
				);
			}),
			{ numRuns: 150 },
		);
	});

	it('keeps the images and the cost of a job that failed in part', async () => {
		const world = new World(({ n }) => (n === 10 ? { images: n, tokens: 2000 } : { status: 400 }));
		const summary = summaryOf(await recorded(world, jobs(1, { n: 12 })));
		expect(summary).toMatchObject({ failed: 1, images: 10, total_cost: { output: 0.06 } });
		expect(summary.results[0]?.output_paths).toHaveLength(10);
	});
});

describe('the cost of a run', () => {
	it('counts what was paid for without an image', async () => {
		const summary = summaryOf(await recorded(answering({ 0: HALF_USABLE }), jobs(1, { n: 2 })));
		expect(summary).toMatchObject({
			failed: 1,
			images: 1,
			total_cost: { input: 0.00004, output: 0.009, total: 0.00904, basis: 'usage' },
			usage: { output_tokens: 300 },
			warnings: [],
		});
	});

	it('is unknown, never 0, where the price of a model is not known', async () => {
		const run = await recorded(answering({}), [job(0), job(1, { model: 'somebody-elses' })]);
		const summary = summaryOf(run);
		expect(summary.total_cost).toEqual(UNKNOWN);
		expect(summary.results.map(({ cost }) => cost.total)).toEqual([0.003035, null]);
		expect(summary.warnings).toEqual([
			'What 1 of 2 jobs cost is not known in full, so there is no total (job job-2). ' +
				'The prices that are known add up to $0.003035.',
		]);
		expect(summary.estimated_cost).toEqual({ currency: 'USD', low: null, high: null, rests_on: null });
	});

	it.each<[string, Answer]>([
		['timeout', TIMED_OUT],
		['interrupted', { fault: { kind: 'interrupted', message: 'Lost.', maybeBilled: true } }],
	])('is unknown where a request may have been billed without an answer: %s', async (kind, answer) => {
		const failed = summaryOf(await recorded(answering({ 0: answer }), jobs(1)));
		expect(failed.total_cost).toEqual(UNKNOWN);
		const retried = summaryOf(
			await recorded(answering({ 0: [answer] }), jobs(1), { retryOn: [kind as 'timeout'] }),
		);
		expect(retried).toMatchObject({ succeeded: 1, images: 1, total_cost: UNKNOWN });
		expect(retried.warnings.join()).toContain('add up to $0.003035.');
	});

	it('is unknown for an answer without an image, and 0 where nothing was sent or accepted', async () => {
		const cost = async (answer: Answer, change: Partial<ImageJob> = {}) =>
			summaryOf(await recorded(answering({ 0: answer }), jobs(1, change))).total_cost;
		expect(await cost({ status: 200, body: { data: [] } })).toEqual(UNKNOWN);
		expect(await cost({ fault: { kind: 'connection', message: 'refused' } })).toEqual(NOTHING);
		expect(await cost({ images: 1 }, { prompt: ' ' })).toEqual(NOTHING);
	});

	it('has the basis of its parts', async () => {
		const basisOf = async (list: ImageJob[]) => summaryOf(await recorded(answering({}), list)).total_cost;
		const own = { prices: { perImage: 0.05 } };
		expect(await basisOf([job(0, own), job(1, own)])).toMatchObject({
			basis: 'per_image',
			priced_at: null,
			total: 0.1,
		});
		expect(await basisOf([job(0), job(1, own)])).toMatchObject({
			basis: 'usage',
			priced_at: '2026-11-21',
			total: 0.053035,
		});
	});

	it('has the oldest day, whichever part comes first', async () => {
		const run = await recorded(answering({}), jobs(3));
		const days = ['2026-11-21', '2026-03-01', '2026-07-15'];
		const told = retold(run, ({ outcome }, place) => ({
			outcome: {
				...outcome,
				images: outcome.images.map((image) => ({
					...image,
					imageCost: { basis: 'usage', input: 1, output: 2, pricedAt: days[place] ?? null },
				})),
			},
		}));
		expect(summaryOf(told).total_cost).toMatchObject({ priced_at: '2026-03-01', total: 9e-9 });
	});

	it('leaves out jobs that were refused before sending from the estimate', async () => {
		const alone = summaryOf(await recorded(answering({}), [job(0)])).estimated_cost;
		const list = [job(0), job(1, { parameters: { size: '9x9' } })];
		expect(summaryOf(await recorded(answering({}), list)).estimated_cost).toEqual(alone);
	});
});

describe('a job that repeats another one', () => {
	it('has files, but no cost, no images and no requests of its own', async () => {
		const run = await recorded(answering({}), jobs(2));
		const told = retold(run, (reported, place) =>
			place === 1
				? { duplicateOf: 'job-1', outputPaths: [...(run.jobs[0]?.outputPaths ?? reported.outputPaths)] }
				: {},
		);
		const summary = summaryOf(told);
		expect(summary).toMatchObject({ succeeded: 2, images: 1, total_cost: { total: 0.003035 } });
		expect(summary.results[1]).toMatchObject({
			output_path: 'images/01_prompt-0.png',
			cost: NOTHING,
			attempts: 0,
			duration_ms: 0,
			request_ids: [],
		});
		expect(summary.warnings).toEqual(['Not sent, because another job is the same: job-2 repeats job-1.']);
	});
});

describe('warnings', () => {
	it('are said once for all the jobs that they are true of, and name a few', async () => {
		const run = await recorded(answering({}), jobs(7, { model: 'gpt-image-1.5' }));
		const told = { ...run, warnings: ["The run's own."] };
		expect(summaryOf(told).warnings).toEqual([
			"The run's own.",
			expect.stringMatching(
				/^OpenAI shuts gpt-image-1\.5 down .* \(jobs job-1, job-2, job-3, job-4, job-5 and 2 more\)$/,
			),
		]);
	});

	it('say why the run was stopped', async () => {
		const run = await recorded(answering({ 0: NO_CREDIT }), jobs(3), { concurrency: 1 });
		const stoppedBecause = run.jobs[0]?.outcome.error;
		if (!stoppedBecause) throw new Error('It did not fail.');
		const summary = summaryOf({ ...run, stoppedBecause });
		expect(summary).toMatchObject({ failed: 1, cancelled: 2, total_cost: NOTHING });
		expect(summary.warnings).toEqual([`The run was stopped before its end: ${stoppedBecause.message}`]);
		expect(summary.results[2]?.error).toMatchObject({ code: 'insufficient_quota', attempts: 0 });
	});
});
