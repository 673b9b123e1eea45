import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain } from '../stand-in/harness';
import { batch, CHEAP, charged, requestsFor } from './batch';
import { nano } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const deduplicate = { deduplicate: true };
const fox = (more: IDataObject = {}): IDataObject => ({ prompt: 'a fox', ...CHEAP, ...more });

describe('Deduplicate', () => {
	it('has what is the same made once, and gives it to each under its own name', async () => {
		const { images, summary, outputs, result } = await batch({
			standIn,
			rows: [
				fox({ n: 2, name: 'first', metadata: { sku: 1 } }),
				{ prompt: 'an owl', ...CHEAP },
				fox({ n: 2, name: 'second', output_path: 'other/place.png', metadata: { sku: 2 } }),
				fox({ sample_count: '2', 'Output Format': '' }),
			],
			parameters: { execution: deduplicate },
		});
		expect(requestsFor(standIn, 'a fox')).toHaveLength(1);
		expect(standIn.books).toHaveLength(2);
		expect(images.map((image) => [image.job_id, image.output_path, image.duplicate_of])).toEqual([
			['first', '01_a-fox.png', undefined],
			['first', '01_a-fox_2.png', undefined],
			['job-2', '02_an-owl.png', undefined],
			['second', 'other/place.png', 'first'],
			['second', 'other/place_2.png', 'first'],
			['job-4', '04_a-fox.png', 'first'],
			['job-4', '04_a-fox_2.png', 'first'],
		]);
		expect(images.map(({ metadata }) => (metadata as { sku: number } | undefined)?.sku)).toEqual([
			1,
			1,
			undefined,
			2,
			2,
			undefined,
			undefined,
		]);
		expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 0, 1, 2, 2, 3, 3].map((item) => ({ item })),
		);

		const files = await Promise.all(
			outputs.images.map(async (item) => (await result.binary(item, 'data')).toString('base64')),
		);
		expect([files[3], files[4], files[5], files[6]]).toEqual([files[0], files[1], files[0], files[1]]);
		expect(new Set(files).size).toBe(3);

		// Paid for once, counted once.
		expect(nano(summary.total_cost.total)).toBe(charged(standIn));
		expect(images.reduce((sum, { cost }) => sum + nano(cost.total), 0)).toBe(charged(standIn));
		expect(summary).toMatchObject({ total: 4, succeeded: 4, images: 3 });
		expect(summary.usage).toEqual(
			images
				.filter(({ duplicate_of }) => duplicate_of === undefined)
				.reduce<Record<string, number>>(
					(sum, { usage }) =>
						Object.fromEntries(
							Object.entries(usage!).map(([name, count]) => [name, (sum[name] ?? 0) + count]),
						),
					{},
				),
		);
		expect(summary.results.map(({ attempts, cost }) => [attempts, cost.total === 0])).toEqual([
			[1, false],
			[1, false],
			[0, true],
			[0, true],
		]);
		expect(summary.warnings).toEqual([
			'Not sent, because another job is the same: second repeats first, job-4 repeats first.',
		]);
	});

	it('is off by default', async () => {
		const { images } = await batch({ standIn, rows: [fox(), fox()], parameters: {} });
		expect(standIn.books).toHaveLength(2);
		expect(images.map(({ duplicate_of }) => duplicate_of)).toEqual([undefined, undefined]);
	});

	it('takes jobs for different that differ in anything that is sent', async () => {
		const different = [
			{},
			{ n: 2 },
			{ quality: 'medium' },
			{ size: '816x816' },
			{ model: 'gpt-image-2' },
			{ output_format: 'jpeg' },
			{ output_format: 'jpeg', output_compression: 60 },
			{ background: 'opaque' },
			{ moderation: 'low' },
			{ prompt: 'A fox' },
		];
		await batch({ standIn, rows: different.map(fox), parameters: { execution: deduplicate } });
		expect(standIn.books).toHaveLength(different.length);
	});

	it.each(['memory', 'filesystem'] as const)(
		'knows edits of the same file, in mode %s',
		async (binaryMode) => {
			const file = async (colour: string) => ({
				data: (await plain(320, 240, colour)).toString('base64'),
				fileName: 'photo.png',
				mimeType: 'image/png',
			});
			const binary = { photo: await file('teal'), other: await file('red') };
			const jobs = ['photo', 'photo', 'other'].map((images) => ({ ...fox(), images: [images] }));
			const { images, outputs, result } = await batch({
				standIn,
				binaryMode,
				items: [{ json: {}, binary }],
				parameters: { source: 'json', json: JSON.stringify({ jobs }), execution: deduplicate },
			});
			expect(standIn.books.map(({ inputs }) => inputs?.length)).toEqual([1, 1]);
			expect(images.map(({ duplicate_of }) => duplicate_of)).toEqual([undefined, 'job-1', undefined]);
			const bytes = await Promise.all(outputs.images.map(async (item) => await result.binary(item, 'data')));
			expect(bytes[1]!.equals(bytes[0]!)).toBe(true);
			expect(bytes[2]!.equals(bytes[0]!)).toBe(false);
		},
	);

	it('estimates what is the same once', async () => {
		const { summary: once } = await batch({
			standIn,
			rows: [fox()],
			parameters: { operation: 'estimate' },
		});
		const { summary } = await batch({
			standIn,
			rows: [fox(), fox()],
			parameters: { operation: 'estimate', execution: deduplicate },
		});
		expect(summary.estimated_cost).toEqual(once.estimated_cost);
		expect(summary.images).toBe(1);
		expect(summary.results[1]).toMatchObject({
			requests: 0,
			estimated_cost: { low: 0, high: 0, rests_on: 'the same as job-1' },
		});
	});

	it('lets fail with the first what is the same, each under its own name', async () => {
		const prompt = '[[moderation]] a fox';
		const { failed, summary } = await batch({
			standIn,
			rows: [fox({ prompt }), fox({ prompt, name: 'twin' })],
			parameters: { execution: deduplicate },
		});
		expect(standIn.books).toHaveLength(1);
		expect(summary).toMatchObject({ total: 2, failed: 2 });
		expect(failed.map(({ job_id, error }) => [job_id, error.attempts])).toEqual([
			['job-1', 1],
			['twin', 0],
		]);
		expect(failed.map(({ error }) => error.message)).toEqual([
			expect.stringMatching(/^Item 0: /),
			expect.stringMatching(/^Item 1: /),
		]);
	});
});
