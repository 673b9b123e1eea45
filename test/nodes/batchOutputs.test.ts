import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, charged, cheapRows } from './batch';
import { KEY, nano } from './generate';
import { expectNoKey } from './secrets';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const hints = (result: Awaited<ReturnType<typeof batch>>['result'], type: string) =>
	result.hints('Node').filter((hint) => hint.type === type);

describe('the editor shows', () => {
	it('the sum of a run', async () => {
		const { result, summary } = await batch({ standIn, rows: cheapRows(3), parameters: { n: 2 } });
		const cost = `\\$${(charged(standIn) / 1e9).toFixed(charged(standIn) < 1e8 ? 4 : 2)}`;
		const [sum, ...more] = hints(result, 'info');
		expect(more).toEqual([]);
		expect(sum).toMatchObject({ location: 'outputPane' });
		expect(sum!.message).toMatch(new RegExp(`^6 of 6 images, ${cost}, [\\d.]+ s$`));
		expect(hints(result, 'warning')).toEqual([]);
		expect(summary.warnings).toEqual([]);
	});

	it('what failed, was cancelled or cost nobody knows what', async () => {
		const rows = cheapRows(8, (place) => (place === 1 ? '[[reset]]' : place === 4 ? '[[moderation]]' : ''));
		const { result, summary } = await batch({
			standIn,
			rows,
			parameters: { execution: { concurrency: 1, failFast: 2 } },
		});
		expect(hints(result, 'info').map(({ message }) => message)).toEqual([
			expect.stringMatching(/^3 of 8 images, 2 failed, 3 cancelled, cost not known in full, [\d.]+ s$/),
		]);
		expect(hints(result, 'warning').map(({ message }) => message)).toEqual(summary.warnings);
		expect(summary.warnings).toHaveLength(2);
	});

	it('how far it is, in its console, a few times', async () => {
		const { result } = await batch({ standIn, rows: cheapRows(30), parameters: {} });
		const told = (result.messages.flat() as string[]).map((message) =>
			/Node: (\d+) of 30 requests done, (\d+) images/.exec(message),
		);
		expect(told.length).toBeGreaterThanOrEqual(10);
		expect(told.length).toBeLessThanOrEqual(20);
		const counts = told.map((match) => Number(match![1]));
		expect(counts).toEqual([...counts].sort((a, b) => a - b));
		expect(told.at(-1)!.slice(1)).toEqual(['30', '30']);
	});
});

describe('the report', () => {
	const nasty = `<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" & 'single'`;

	it('is one page without scripts or addresses, in which prompts are text', async () => {
		const { result, outputs } = await batch({
			standIn,
			rows: [
				{ prompt: nasty, name: '</style><script>', metadata: nasty, ...CHEAP },
				{ prompt: `${nasty} [[moderation]]`, ...CHEAP },
				{ prompt: nasty, size: '<b>10</b>' },
			],
			parameters: {},
		});
		const [item] = outputs.summary;
		expect(item!.binary!.report).toMatchObject({ fileName: 'report.html', mimeType: 'text/html' });
		const html = (await result.binary(item!, 'report')).toString();
		expect(html).toMatch(/^<!doctype html>/i);
		expectNoKey(html, KEY);
		const tags = html.match(/<[^>]*>/g)!;
		for (const tag of tags) {
			expect(tag).not.toMatch(/^<(script|img|link|iframe|object|embed|b|form)\b|\son\w+=|javascript:/i);
			expect(tag).not.toMatch(/\s(?:src|href|xlink:href|action)=["']?(?!["']?#)/i);
		}
		expect(html).not.toMatch(/url\((?!#)|@import/i);
		expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
		expect(html.match(/<\/style>/g)).toHaveLength(html.match(/<style>/g)!.length);
		expect(html.match(/<\/html>/g)).toHaveLength(1);
	});

	it('has the totals, the models, and for the failures what to do', async () => {
		const { result, outputs, summary } = await batch({
			standIn,
			rows: [
				{ prompt: 'a fox', ...CHEAP },
				{ prompt: 'an owl', ...CHEAP, model: 'gpt-image-2' },
				{ prompt: 'a hen [[moderation]]', ...CHEAP, name: 'the hen' },
			],
			parameters: {},
		});
		const html = (await result.binary(outputs.summary[0]!, 'report')).toString();
		const text = html
			.replace(/<style>.*?<\/style>/gs, '')
			.replace(/<[^>]+>/g, ' ')
			.replace(/\s+/g, ' ');
		for (const words of ['gpt-image-2.5-flare', 'gpt-image-2 ', 'the hen', 'a fox', 'Reword it'])
			expect(text).toContain(words);
		expect(text).toContain(`Cost $${summary.total_cost.total!.toFixed(4)} `);
	});

	it('is there in filesystem mode, too', async () => {
		const { result, outputs } = await batch({
			standIn,
			rows: cheapRows(1),
			binaryMode: 'filesystem',
			parameters: {},
		});
		const html = (await result.binary(outputs.summary[0]!, 'report')).toString();
		expect(html).toContain('picture 0');
	});
});

describe('the output settings', () => {
	const rows: IDataObject[] = [
		{ prompt: 'a fox', n: 2, sku: 'A', cost: 'mine', ...CHEAP },
		{ prompt: 'an owl', sku: 'B', ...CHEAP },
		{ prompt: '[[moderation]] a hen', sku: 'C', ...CHEAP },
	];

	it('itemPerInput has all images of a job in one item', async () => {
		const { images, outputs, result, summary } = await batch({
			standIn,
			rows,
			parameters: { output: { layout: 'itemPerInput', binaryPropertyName: 'picture' } },
		});
		expect(outputs.images.map(({ binary }) => Object.keys(binary!))).toEqual([
			['picture', 'picture_1'],
			['picture'],
		]);
		expect(
			images.map(({ job_id, output_path, output_paths }) => [job_id, output_path, output_paths]),
		).toEqual([
			['job-1', undefined, ['01_a-fox.png', '01_a-fox_2.png']],
			['job-2', undefined, ['02_an-owl.png']],
		]);
		expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect((await result.binary(outputs.images[0]!, 'picture_1')).length).toBeGreaterThan(1000);
		expect(summary.images).toBe(3);
		expect(images.reduce((sum, { cost }) => sum + nano(cost.total), 0)).toBe(charged(standIn));
	});

	it("itemPerInput has one item a job also where one item's configuration has several", async () => {
		const { outputs } = await batch({
			standIn,
			parameters: {
				source: 'json',
				json: JSON.stringify({
					jobs: [
						{ ...CHEAP, prompt: 'a fox', n: 2 },
						{ ...CHEAP, prompt: 'an owl' },
					],
				}),
				output: { layout: 'itemPerInput' },
			},
		});
		expect(outputs.images.map(({ binary }) => Object.keys(binary!))).toEqual([['data', 'data_1'], ['data']]);
	});

	it('includeInput keeps the fields of the input that the image has none of', async () => {
		const { images } = await batch({ standIn, rows, parameters: { output: { includeInput: true } } });
		expect(images.map(({ sku }) => sku)).toEqual(['A', 'A', 'B']);
		expect(images[0]!.cost).toMatchObject({ currency: 'USD' });
		const without = await batch({ standIn, rows, parameters: {} });
		expect(without.images.map(({ sku }) => sku)).toEqual([undefined, undefined, undefined]);
		// What failed has its fields in any case: they are the job.
		expect(without.failed).toMatchObject([rows[2]]);
	});

	it('partial images are kept beside the image that came of them', async () => {
		const { outputs, images } = await batch({
			standIn,
			rows: [{ prompt: 'a fox', n: 2, ...CHEAP }],
			parameters: { options: { partialImages: 2 } },
		});
		expect(outputs.images.map(({ binary }) => Object.keys(binary!))).toEqual([
			['data', 'data_partial_0', 'data_partial_1'],
			['data', 'data_partial_0', 'data_partial_1'],
		]);
		expect(images.map(({ output_path }) => output_path)).toEqual(['a-fox.png', 'a-fox_2.png']);
	});
});

it('500 rows come out in their order, each with a name and an id of its own', async () => {
	const compatible = await startStandIn({ provider: 'compatible' });
	try {
		const rows = Array.from({ length: 500 }, (_, place) => ({
			prompt: place % 100 === 50 ? `[[status 400]] ${place}` : `picture ${place}`,
			model: 'tiny',
			size: '32x32',
		}));
		const { images, failed, outputs, summary } = await batch({
			standIn: compatible,
			rows,
			credential: { provider: 'compatible' },
			parameters: { execution: { concurrency: 32 } },
		});
		expect(summary).toMatchObject({ total: 500, succeeded: 495, failed: 5, images: 495 });
		expect(images.map(({ prompt }) => prompt)).toEqual(
			rows.flatMap(({ prompt }) => (prompt.startsWith('[[') ? [] : [prompt])),
		);
		expect(failed.map(({ job_id }) => job_id)).toEqual([
			'job-051',
			'job-151',
			'job-251',
			'job-351',
			'job-451',
		]);
		expect(outputs.failed.map(({ pairedItem }) => pairedItem)).toEqual(
			[50, 150, 250, 350, 450].map((item) => ({ item })),
		);
		expect(images[0]!.output_path).toBe('001_picture-0.png');
		expect(compatible.books).toHaveLength(500);
		expect(compatible.maxInFlight).toBeLessThanOrEqual(32);
	} finally {
		await compatible.close();
	}
});
