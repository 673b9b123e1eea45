import type { IDataObject } from 'n8n-workflow';
import { usd } from '../../engine/costs/money';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain } from '../stand-in/harness';
import { batch, CHEAP, charged } from './batch';
import { nano } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** A job of an estimate. */
interface Estimated extends IDataObject {
	job_id: string;
	error?: string;
	requests?: number;
	estimated_cost?: { currency: string; low: number | null; high: number | null; rests_on: string | null };
}
const estimated = ({ summary }: Awaited<ReturnType<typeof batch>>) =>
	summary.results as unknown as Estimated[];

const estimate = { operation: 'estimate' };

/** Every model that makes images from words, every quality, sizes of several shapes. */
const FIXED: IDataObject[] = [
	{ prompt: 'a fox', ...CHEAP },
	{
		prompt: 'an owl, at some more length, so that its words cost a little more than those of the fox',
		...CHEAP,
		n: 3,
	},
	{ prompt: 'a hen', size: '1024x1536', quality: 'high', model: 'gpt-image-2.5-sunburst' },
	{ prompt: 'a cow', size: '1536x1024', quality: 'medium', model: 'gpt-image-2' },
	{ prompt: 'a pig', size: '1024x1024', quality: 'low', model: 'gpt-image-1.5', n: 2 },
	{ prompt: 'a dog', size: '816x816', quality: 'medium', output_format: 'webp', background: 'transparent' },
	{ prompt: 'Ein Füchslein, 狐, лиса', ...CHEAP },
	{ prompt: 'a goat', ...CHEAP, n: 12 },
];

it('sends nothing, and says of each job and of all what they will cost', async () => {
	const result = await batch({ standIn, rows: FIXED, parameters: estimate });
	const { images, failed, summary } = result;
	expect(standIn.books).toEqual([]);
	expect([images, failed]).toEqual([[], []]);
	expect(summary).toMatchObject({ dry_run: true, total: FIXED.length, failed: 0, images: 22 });
	expect(summary).not.toHaveProperty('total_cost');

	const jobs = estimated(result);
	for (const { estimated_cost } of jobs) {
		expect(estimated_cost!.low).toBeGreaterThan(0);
		expect(estimated_cost!.high).toBeGreaterThanOrEqual(estimated_cost!.low!);
		expect(estimated_cost!.rests_on).toMatch(/calculator|measurements|table/);
		expect(estimated_cost!.currency).toBe('USD');
	}
	expect(jobs.map(({ requests }) => requests)).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
	for (const end of ['low', 'high'] as const) {
		const sum = jobs.reduce((all, { estimated_cost }) => all + nano(estimated_cost![end]), 0);
		expect(nano(summary.estimated_cost[end])).toBe(sum);
	}
	for (const { estimated_cost } of jobs)
		expect(summary.estimated_cost.rests_on).toContain(estimated_cost!.rests_on);
});

it('is what the run says it expected, and the true cost lies within, job by job', async () => {
	const photo = {
		data: (await plain(640, 480, 'teal')).toString('base64'),
		fileName: 'p.png',
		mimeType: 'image/png',
	};
	const items = [
		...FIXED.map((json) => ({ json })),
		{ json: { prompt: 'Make it night', images: 'photo', ...CHEAP }, binary: { photo } },
		{ json: { kind: 'variation', prompt: 'bluer', images: 'photo', n: 2, ...CHEAP }, binary: { photo } },
	];
	const before = await batch({ standIn, items, parameters: estimate });
	const { summary } = await batch({ standIn, items, parameters: {} });
	expect(summary.failed).toBe(0);
	expect(summary.estimated_cost).toEqual(before.summary.estimated_cost);
	for (const [place, { cost, job_id }] of summary.results.entries()) {
		const { low, high } = estimated(before)[place]!.estimated_cost!;
		expect([job_id, nano(cost.total)]).toEqual([job_id, Math.max(nano(low), nano(cost.total))]);
		expect([job_id, nano(cost.total)]).toEqual([job_id, Math.min(nano(high), nano(cost.total))]);
	}
	expect(nano(summary.total_cost.total)).toBe(charged(standIn));
});

it('knows that nobody knows the price of a model, and gives no total then', async () => {
	const result = await batch({
		standIn,
		rows: [
			{ prompt: 'a fox', ...CHEAP },
			{ prompt: 'an owl', model: 'somebody-elses', ...CHEAP },
		],
		credential: { provider: 'compatible' },
		parameters: estimate,
	});
	expect(result.summary.estimated_cost).toMatchObject({ low: null, high: null });
	const [fox, owl] = estimated(result);
	expect(fox!.estimated_cost!.low).toBeGreaterThan(0);
	expect(owl!.estimated_cost).toMatchObject({ low: null, high: null });
});

it('of `auto` is a range from the cheapest to the dearest', async () => {
	const [auto, low, max] = estimated(
		await batch({
			standIn,
			rows: [{}, { quality: 'low', size: '1024x1024' }, { quality: 'max', size: '1536x1024' }].map(
				(fields) => ({
					prompt: 'a fox',
					...fields,
				}),
			),
			parameters: estimate,
		}),
	).map(({ estimated_cost }) => estimated_cost!);
	expect(auto!.low).toBeLessThanOrEqual(low!.low!);
	expect(auto!.high).toBeGreaterThanOrEqual(max!.high!);
});

it('tells of rows that cannot be made, in the output Failed, and leaves them out of the sum', async () => {
	const rows = [
		{ prompt: 'a fox', ...CHEAP },
		{ prompt: 'an owl', size: '10x10', note: 'mine' },
		{ prompt: '' },
		{ prompt: 'a hen', model: 'dall-e-3' },
	];
	const result = await batch({ standIn, rows, parameters: estimate });
	const { failed, summary } = result;
	expect(summary).toMatchObject({ total: 4, failed: 3, images: 1 });
	expect(failed).toMatchObject(
		rows.slice(1).map((row, place) => ({ ...row, job_id: `job-${place + 2}`, status: 'failed' })),
	);
	expect(failed.map(({ error }) => error.message)).toEqual([
		expect.stringMatching(/^Item 1: size: /),
		expect.stringMatching(/^Item 2: prompt: /),
		expect.stringMatching(/^Item 3: model: /),
	]);
	const [fox, ...bad] = estimated(result);
	expect(summary.estimated_cost).toEqual(fox!.estimated_cost);
	expect(bad.map(({ error }) => error)).toEqual(failed.map(({ error }) => error.message));
	expect(usd(nano(summary.estimated_cost.low))).toBe(fox!.estimated_cost!.low);
	expect(standIn.books).toEqual([]);
});

it('of a configuration or a list of prompts that is wrong fails, as its run would', async () => {
	for (const parameters of [
		{ source: 'json', json: '{"jobs": [{"prompt": "a fox", "size": "10x10"}]}' },
		{ source: 'promptList', promptList: 'a fox' },
	]) {
		const { result } = await batch({ standIn, parameters: { ...parameters, ...estimate } });
		expect(result.error!.message).toMatch(/^Nothing was sent\./);
		const run = await batch({ standIn, parameters });
		expect(run.result.error!.message).toBe(result.error!.message);
	}
	expect(standIn.books).toEqual([]);
});

it('shows what it warns of in the editor', async () => {
	const { result, summary } = await batch({
		standIn,
		parameters: {
			source: 'json',
			json: '{"jobs": [{"prompt": "a fox", "qualty": "low", "moderation": "high"}]}',
			...estimate,
		},
	});
	expect(summary.warnings).toHaveLength(2);
	expect(result.hints('Node').map(({ message }) => message)).toEqual(summary.warnings);
});

it('needs no key that works', async () => {
	const { result, summary } = await batch({
		standIn,
		credential: { apiKey: 'sk-other-Xy7fQ_Kp9_Wm' },
		rows: FIXED,
		parameters: estimate,
	});
	expect(result.run.status).toBe('success');
	expect(summary.estimated_cost.low).toBeGreaterThan(0);
});
