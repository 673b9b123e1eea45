import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256 } from '../stand-in/harness';
import { batch, CHEAP, charged, requestsFor } from './batch';
import { nano } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const mapping = (fields: Record<string, string>) => ({
	fields: Object.entries(fields).map(([field, column]) => ({ field, column })),
});

describe('what failed, fed to another Batch as it is, is made then', () => {
	const rows = [
		{ Motif: '[[moderation x1]] a fox', prompt: 'not this', How: 'low', 'How many': 2, size: CHEAP.size },
		{ Motif: 'an owl', prompt: 'not this', How: 'low', 'How many': 1, size: CHEAP.size },
	];
	const fieldMapping = mapping({ prompt: 'Motif', quality: 'How', n: 'How many' });

	it.each([
		['with the same field mapping', { fieldMapping }],
		['without the field mapping', {}],
	])('%s', async (_, again) => {
		const outcome = await batch({ standIn, rows, parameters: { fieldMapping }, again });
		expect(outcome.images.map(({ prompt }) => prompt)).toEqual(['an owl']);
		expect(outcome.again.failed).toEqual([]);
		expect(outcome.again.images.map(({ prompt }) => prompt)).toEqual([rows[0]!.Motif, rows[0]!.Motif]);
		const [first, second] = requestsFor(standIn, rows[0]!.Motif);
		expect(second!.body).toEqual(first!.body);
	});

	it('with a field mapping that gives a column to another field than its name says', async () => {
		const { again } = await batch({
			standIn,
			rows: [{ prompt: 'Vulpes', name: '[[moderation x1]] a fox', ...CHEAP }],
			parameters: { fieldMapping: mapping({ prompt: 'name', name: 'prompt' }) },
			again: { fieldMapping: mapping({ prompt: 'name', name: 'prompt' }) },
		});
		expect(again.images).toMatchObject([{ prompt: '[[moderation x1]] a fox', name: 'Vulpes' }]);
	});

	it('from a configuration and from a list of prompts, with all that was said of the job', async () => {
		const job = {
			prompt: '[[moderation x1]] a fox',
			name: 'Vulpes',
			output_path: 'animals/fox.webp',
			model: 'gpt-image-2',
			n: 2,
			...CHEAP,
			output_format: 'webp',
			output_compression: 70,
			background: 'opaque',
			moderation: 'low',
			metadata: { sku: 7 },
		};
		const configured = await batch({
			standIn,
			parameters: { source: 'json', json: JSON.stringify({ jobs: [job] }) },
			again: {},
		});
		expect(configured.failed).toMatchObject([job]);
		expect(configured.again.images).toMatchObject([
			{ job_id: 'Vulpes', metadata: { sku: 7 }, output_path: 'animals/fox.webp' },
			{ job_id: 'Vulpes', metadata: { sku: 7 }, output_path: 'animals/fox_2.webp' },
		]);
		const [first, second] = requestsFor(standIn, job.prompt);
		expect(second!.body).toEqual(first!.body);

		standIn.reset();
		const listed = await batch({
			standIn,
			parameters: {
				source: 'promptList',
				promptList: '# Vulpes\n[[moderation x1]] a fox\n\n# Strix\nan owl',
				count: 2,
				...CHEAP,
			},
			again: { ...CHEAP, output: { fileName: 'image.{name}.{NN}.{quality}' } },
		});
		expect(listed.again.images.map(({ output_path }) => output_path)).toEqual([
			'image.Vulpes.01.low.png',
			'image.Vulpes.02.low.png',
		]);
	});

	it('into the folder of the configuration', async () => {
		const { again } = await batch({
			standIn,
			parameters: {
				source: 'json',
				json: JSON.stringify({
					output_dir: 'shop',
					jobs: [{ prompt: '[[moderation x1]] a fox', output_path: 'animals/fox.png', ...CHEAP }],
				}),
			},
			again: {},
		});
		expect(again.images.map(({ output_path }) => output_path)).toEqual(['shop/animals/fox.png']);
	});

	it('also after the run was over before it was their turn', async () => {
		const fox = ['one', 'two', 'three', 'four'].map((prompt) => ({ prompt, ...CHEAP }));
		const { failed, again } = await batch({
			standIn,
			rows: [{ prompt: '[[moderation x1]] an owl', ...CHEAP }, ...fox],
			parameters: { execution: { concurrency: 1, failFast: 1 } },
			again: {},
		});
		expect(failed.map(({ status }) => status)).toEqual(['failed', ...fox.map(() => 'cancelled')]);
		expect(again.summary).toMatchObject({ total: 5, succeeded: 5 });
	});
});

describe('a job of which some images were made', () => {
	/** Each image is a request of its own, the first of which is refused, once. */
	const streamed = { options: { partialImages: 1 }, execution: { concurrency: 1, maxRetries: 0 } };
	const pack = '[[status 400 x1]] a pack';

	it.each<[string, IDataObject, IDataObject]>([
		['n', { n: 4 }, {}],
		['sample_count', { sample_count: 4 }, {}],
		["the node's n", {}, { n: 4 }],
		['a mapped column', { wanted: 4 }, { fieldMapping: mapping({ n: 'wanted' }) }],
	])('is asked for the missing one only, where %s said how many', async (_, fields, parameters) => {
		const own = { ...streamed, ...parameters } as typeof streamed;
		const { images, failed, summary, again } = await batch({
			standIn,
			rows: [{ prompt: pack, ...CHEAP, ...fields }],
			parameters: own,
			again: own,
		});
		expect(images).toHaveLength(3);
		expect(summary).toMatchObject({ total: 1, succeeded: 0, failed: 1, images: 3 });
		expect(failed[0]!.error.message).toMatch(/ 3 of its 4 images were made and kept\.$/);
		expect(again.images).toHaveLength(1);
		expect(again.failed).toEqual([]);
		expect(standIn.books.filter(({ status }) => status === 200)).toHaveLength(4);
		expect(nano(summary.total_cost.total) + nano(again.summary.total_cost.total)).toBe(charged(standIn));
	});

	it('is asked for the missing one only, where the column is spelt otherwise', async () => {
		const { again } = await batch({
			standIn,
			rows: [{ prompt: pack, ...CHEAP, 'Sample Count': 4 }],
			parameters: streamed,
			again: streamed,
		});
		expect(again.images).toHaveLength(1);
	});

	it('is told from a list of prompts likewise', async () => {
		const { images, again } = await batch({
			standIn,
			parameters: { ...streamed, ...CHEAP, source: 'promptList', promptList: `# pack\n${pack}`, count: 3 },
			again: { ...streamed, ...CHEAP },
		});
		expect([images.length, again.images.length]).toEqual([2, 1]);
	});
});

describe('edits that failed', () => {
	const item = async (): Promise<INodeExecutionData> => {
		const file = async (colour: string) => ({
			data: (await plain(320, 240, colour)).toString('base64'),
			fileName: `${colour}.png`,
			mimeType: 'image/png',
		});
		return {
			json: {},
			binary: { photo: await file('teal'), logo: await file('red'), other: await file('blue') },
		};
	};
	const edit = { prompt: '[[status 400 x1]] Put the logo on the photo', images: ['photo', 'logo'], ...CHEAP };

	it.each(['memory', 'filesystem'] as const)('are made of the same files again, in mode %s', async (mode) => {
		const source = await item();
		for (const [items, parameters] of [
			[[{ ...source, json: { ...edit, images: 'photo, logo' } }], {}],
			[[source], { source: 'json', json: JSON.stringify({ jobs: [edit] }) }],
		] as const) {
			standIn.reset();
			const { failed, again } = await batch({
				standIn,
				binaryMode: mode,
				items: [...items],
				parameters,
				again: {},
			});
			expect(failed).toHaveLength(1);
			expect(again.failed).toEqual([]);
			expect(again.images).toMatchObject([{ prompt: edit.prompt, endpoint: 'edits' }]);
			const sums = standIn.books.map(({ inputs }) => inputs!.map((input) => input.sha256));
			const sent = [source.binary!.photo!, source.binary!.logo!].map(({ data }) =>
				sha256(Buffer.from(data, 'base64')),
			);
			expect(sums).toEqual([sent, sent]);
		}
	});

	it('and variations keep what was said, not what was made of it', async () => {
		const source = await item();
		const { failed, again } = await batch({
			standIn,
			items: [
				{
					...source,
					json: { kind: 'variation', prompt: '[[status 400 x1]] bluer', images: 'photo', ...CHEAP },
				},
			],
			parameters: {},
			again: {},
		});
		expect(failed).toMatchObject([{ kind: 'variation', prompt: '[[status 400 x1]] bluer' }]);
		expect(again.images).toHaveLength(1);
		const [first, second] = standIn.books;
		expect(second!.prompt).toBe(first!.prompt);
	});
});
