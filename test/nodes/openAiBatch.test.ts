import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { CHEAP } from './batch';
import { nano } from './generate';
import { openAiBatches } from './openAiBatch';

let standIn: StandIn;
let batches: ReturnType<typeof openAiBatches>;

beforeAll(async () => {
	standIn = await startStandIn();
	batches = openAiBatches(standIn);
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const MINI = { model: 'gpt-image-1-mini', size: '1024x1024', quality: 'low' };

/** Two models, so two batches. */
const twoModels = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, place) => ({
		prompt: `picture ${place}`,
		...(place % 3 === 0 ? MINI : CHEAP),
	}));

const charged = () => standIn.batchBooks.reduce((sum, { usd }) => sum + nano(usd), 0);
const files = async () => {
	const response = await fetch(`${standIn.url}/files`, {
		headers: { Authorization: 'Bearer sk-stand-in-7fQ_Kp9_Wm' },
	});
	return ((await response.json()) as { data: Array<{ purpose: string; filename: string }> }).data;
};

describe('submit and collect', () => {
	it('makes a batch for each model and brings every image to its place, at half the price', async () => {
		const rows = twoModels(20);
		const submitted = await batches.submit({ rows });
		expect(submitted.result.error).toBeUndefined();
		expect(submitted.failed).toEqual([]);
		expect(submitted.batches).toMatchObject([
			{ model: 'gpt-image-1-mini', jobs: 7, endpoint: '/v1/images/generations', reused: false },
			{ model: 'gpt-image-2.5-flare', jobs: 13, endpoint: '/v1/images/generations', reused: false },
		]);
		// Nothing was asked for but through the batches.
		expect(standIn.books).toEqual([]);

		const { images, failed, summary, outputs } = await batches.collect(submitted.ids);
		// Each prompt is drawn, so all pictures differ.
		expect(new Set(outputs.images.map(({ binary }) => binary!.data!.data)).size).toBe(20);
		expect(failed).toEqual([]);
		expect(images.map(({ prompt, model }) => [prompt, model])).toEqual(
			rows.map(({ prompt, model = 'gpt-image-2.5-flare' }) => [prompt, model]),
		);
		expect(images.map(({ image }) => image.file_name)).toEqual(
			rows.map((_, place) => `${String(place + 1).padStart(2, '0')}_picture-${place}.png`),
		);
		expect(images.map(({ image: { width, height } }) => `${width}x${height}`)).toEqual(
			rows.map(({ size }) => size),
		);
		expect(nano(summary.total_cost.total)).toBe(charged());
		expect(summary).toMatchObject({ total: 20, succeeded: 20, images: 20, warnings: [] });
		expect(summary.batches.map(({ batch_id }) => batch_id)).toEqual(submitted.ids);
		const { low, high } = summary.estimated_cost;
		const ofBatches = (end: 'low' | 'high') =>
			submitted.batches.reduce((sum, { estimated_cost }) => sum + nano(estimated_cost[end]), 0);
		expect([nano(low), nano(high)]).toEqual([ofBatches('low'), ofBatches('high')]);
		expect(nano(high)).toBeGreaterThanOrEqual(charged());
	});

	it('costs half of what a run costs', async () => {
		const rows = twoModels(3);
		const { ids } = await batches.submit({ rows });
		const collected = await batches.collect(ids);
		const { batch } = await import('./batch');
		const run = await batch({ standIn, rows, parameters: {} });
		expect(nano(collected.summary.total_cost.total) * 2).toBe(nano(run.summary.total_cost.total));
		expect(nano(collected.summary.estimated_cost.high) * 2).toBe(nano(run.summary.estimated_cost.high));
	});

	it('gives the same each time that it is collected', async () => {
		const { ids } = await batches.submit({
			rows: [...twoModels(5), { prompt: '[[moderation]] no', ...CHEAP }],
		});
		const first = await batches.collect(ids);
		const again = await batches.collect(ids);
		expect(again.images).toEqual(first.images);
		expect(again.failed).toEqual(first.failed);
		expect({ ...again.summary }).toEqual({ ...first.summary });
		expect(first.failed).toHaveLength(1);
	});

	it('needs nothing but the id: names, folders and several images of a job come back', async () => {
		const json = JSON.stringify({
			output_dir: 'animals',
			jobs: [
				{ name: 'fox', prompt: 'a fox', ...CHEAP, sample_count: 3 },
				{ prompt: 'an owl', output_path: 'birds/owl.png', ...CHEAP },
				{ prompt: 'a { brace } and *** stars', output_format: 'webp', ...CHEAP },
			],
		});
		const { ids } = await batches.submit({ parameters: { source: 'json', json } });
		const { images, summary } = await batches.collect(ids);
		expect(
			images.map(({ job_id, name, prompt, output_path }) => ({ job_id, name, prompt, output_path })),
		).toEqual([
			{ job_id: 'fox', name: 'fox', prompt: 'a fox', output_path: 'animals/01_a-fox.png' },
			{ job_id: 'fox', name: 'fox', prompt: 'a fox', output_path: 'animals/01_a-fox_2.png' },
			{ job_id: 'fox', name: 'fox', prompt: 'a fox', output_path: 'animals/01_a-fox_3.png' },
			{ job_id: 'job-2', name: undefined, prompt: 'an owl', output_path: 'animals/birds/owl.png' },
			{
				job_id: 'job-3',
				name: undefined,
				prompt: 'a { brace } and *** stars',
				output_path: 'animals/03_a-brace-and-stars.webp',
			},
		]);
		expect(images.map(({ image }) => image.index)).toEqual([0, 1, 2, 0, 0]);
		expect(summary).toMatchObject({ total: 3, images: 5 });
	});

	it('names the files of a prompt list as a run does', async () => {
		const parameters = {
			source: 'promptList',
			promptList: '# fox\na fox\n\n# owl\nan owl',
			count: 2,
			quality: 'low',
			size: 'custom',
			width: 1024,
			height: 640,
		};
		const { ids } = await batches.submit({ parameters });
		const { images } = await batches.collect(ids);
		expect(images.map(({ image }) => image.file_name)).toEqual([
			'image.fox.01.low.png',
			'image.fox.02.low.png',
			'image.owl.01.low.png',
			'image.owl.02.low.png',
		]);
	});

	it('splits more images than one request makes, and puts them together again', async () => {
		const { ids, batches: made } = await batches.submit({ rows: [{ prompt: 'many', n: 12, ...CHEAP }] });
		expect(made[0]).toMatchObject({ jobs: 1 });
		const { images, summary } = await batches.collect(ids);
		expect(images.map(({ image }) => image.index)).toEqual(Array.from({ length: 12 }, (_, index) => index));
		expect(summary).toMatchObject({ total: 1, succeeded: 1, images: 12 });
	});

	it('uploads images at hand once each, however many jobs start from them', async () => {
		const picture = async (background: string) =>
			await sharp({ create: { width: 512, height: 512, channels: 3, background } })
				.png()
				.toBuffer();
		const [red, blue] = [await picture('red'), await picture('blue')];
		const binary = (bytes: Buffer) => ({ data: bytes.toString('base64'), mimeType: 'image/png' });
		const items = ['red', 'red', 'blue'].map((color, place) => ({
			json: { prompt: `make it ${place}`, images: 'data', ...CHEAP },
			binary: { data: binary(color === 'red' ? red : blue) },
		}));
		const { ids, result } = await batches.submit({ items });
		expect(result.error).toBeUndefined();
		const uploads = (await files()).filter(({ purpose }) => purpose === 'vision');
		expect(uploads).toHaveLength(2);
		const { images, summary } = await batches.collect(ids);
		expect(images.map(({ prompt, endpoint }) => [prompt, endpoint])).toEqual(
			[0, 1, 2].map((place) => [`make it ${place}`, 'edits']),
		);
		expect(nano(summary.total_cost.total)).toBe(charged());
	});

	it('takes prices of the user where the model is not known', async () => {
		const rows = [{ prompt: 'a fox', model: 'my-model' }];
		const parameters = {
			options: { prices: { values: { perImage: 0.04, textIn: 0, imageIn: 0, imageOut: 0 } } },
		};
		const { batches: made } = await batches.submit({
			rows,
			parameters,
			credential: { provider: 'compatible' },
		});
		// At half the price.
		expect(made.map(({ estimated_cost }) => estimated_cost.high)).toEqual([0.02]);
	});
});

describe('the very same batch', () => {
	const rows = twoModels(4);

	it('is found again and not paid twice', async () => {
		standIn.batchOptions.durationMs = 60_000;
		const first = await batches.submit({ rows });
		const again = await batches.submit({ rows });
		expect(again.ids).toEqual(first.ids);
		expect(again.batches.map(({ reused }) => reused)).toEqual([true, true]);
		expect(standIn.batchBooks).toHaveLength(2);
		// What was added is submitted, what is the same is not.
		const more = await batches.submit({ rows: [...rows.slice(0, 3), { prompt: 'another', ...CHEAP }] });
		expect(more.batches.map(({ reused, model }) => [model, reused])).toEqual([
			['gpt-image-1-mini', false],
			['gpt-image-2.5-flare', false],
		]);
	});

	it('is submitted again, or refused, where the user says so', async () => {
		const first = await batches.submit({ rows });
		const refused = await batches.submit({ rows, parameters: { onDuplicate: 'error' } });
		expect(refused.result.error?.message).toContain(`${first.ids[0]} is `);
		expect(standIn.batchBooks).toHaveLength(2);
		const again = await batches.submit({ rows, parameters: { onDuplicate: 'submit' } });
		expect(again.batches.map(({ reused }) => reused)).toEqual([false, false]);
		expect(new Set([...first.ids, ...again.ids]).size).toBe(4);
	});

	it('is submitted again once its files are deleted, or it was cancelled', async () => {
		const one = [{ prompt: 'one', ...CHEAP }];
		const first = await batches.submit({ rows: one });
		const { images, summary } = await batches.collect(first.ids, { parameters: { deleteFiles: true } });
		expect([images.length, summary.warnings]).toEqual([1, []]);
		expect(await files()).toEqual([]);
		const gone = await batches.collect(first.ids);
		expect(gone.result.error?.message).toContain('their file was deleted, or is older than 30 days');
		standIn.batchOptions.durationMs = 60_000;
		const second = await batches.submit({ rows: one });
		expect(second.batches[0]?.reused).toBe(false);
		await batches.look('cancel', second.ids);
		standIn.passTime(120_000);
		const third = await batches.submit({ rows: one });
		expect(third.batches[0]?.reused).toBe(false);
	});
});
