import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, requestsFor } from './batch';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 20 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const prompts = () => standIn.books.map(({ prompt }) => prompt);

const job = (prompt: string, more: IDataObject = {}): IDataObject => ({ prompt, ...CHEAP, ...more });

/** An input item with a file. */
const item = (bytes: Buffer, json: IDataObject = {}): INodeExecutionData => ({
	json,
	binary: { data: { data: bytes.toString('base64'), fileName: 'a.json', mimeType: 'application/json' } },
});

const TEXT = [
	'{',
	'  "output_dir": "Füchse",',
	'  "jobs": [',
	'    { "prompt": "ein Fuchs, müde", "size": "1024x640", "quality": "low", "output_path": "müde.png" }',
	'  ]',
	'}',
].join('\r\n');

describe('a configuration', () => {
	const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

	const expectRead = async (given: Pick<Parameters<typeof batch>[0], 'items' | 'rows' | 'parameters'>) => {
		const { images, summary, result } = await batch({ standIn, ...given });
		expect(result.error).toBeUndefined();
		expect(summary.warnings).toEqual([]);
		expect(images.map(({ output_path }) => output_path)).toEqual(['Füchse/müde.png']);
		expect(prompts()).toEqual(['ein Fuchs, müde']);
	};

	it.each<[string, unknown]>([
		['a text', TEXT],
		['a text with a byte order mark', `\ufeff${TEXT}`],
		['an object', '={{ $json.configuration }}'],
		['an object within an expression', `={{ ${TEXT.replaceAll('\r\n', ' ')} }}`],
	])('may be %s', async (_, json) => {
		await expectRead({
			rows: [{ configuration: JSON.parse(TEXT) as IDataObject }],
			parameters: { source: 'json', json: json as string },
		});
	});

	it.each<[string, Buffer]>([
		['UTF-8', Buffer.from(TEXT)],
		['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
		['UTF-16', utf16(TEXT)],
	])('may be a file in %s, with Windows line ends', async (_, bytes) => {
		await expectRead({
			items: [item(bytes)],
			parameters: { source: 'json', jsonBinaryPropertyName: 'data', json: 'not read' },
		});
	});

	it('may be a file that n8n keeps on disk', async () => {
		const { summary } = await batch({
			standIn,
			binaryMode: 'filesystem',
			items: [item(Buffer.from(TEXT))],
			parameters: { source: 'json', jsonBinaryPropertyName: 'data' },
		});
		expect(summary).toMatchObject({ succeeded: 1, images: 1 });
	});

	it('may be a file in UTF-16, big end first', async () => {
		await expectRead({
			items: [item(utf16(TEXT).swap16())],
			parameters: { source: 'json', jsonBinaryPropertyName: 'data' },
		});
	});

	it.each<[string, IDataObject, RegExp]>([
		['a file that is not there', { jsonBinaryPropertyName: 'sheet' }, /sheet/],
		['nothing', { json: '' }, /configuration: "" is not possible\. Give an object with jobs/],
		['no jobs', { json: '{"jobs": []}' }, /jobs: The list is empty/],
		['no JSON', { json: '{"jobs": [{"prompt": "a fox"},]}' }, /line 1, column 31: .*not valid JSON/],
	])('is refused where it is %s', async (_, parameters, message) => {
		const { result } = await batch({ standIn, parameters: { source: 'json', ...(parameters as object) } });
		expect(result.run.status).toBe('error');
		expect(result.error!.message).toMatch(message);
		expect(standIn.books).toEqual([]);
	});

	it('that is wrong says so where the workflow goes on', async () => {
		const { result } = await batch({
			standIn,
			rows: [{ from: 'input' }],
			onError: 'continueRegularOutput',
			parameters: { source: 'json', json: '{"jobs": []}' },
		});
		const told = [0, 1, 2].map((output) => JSON.stringify(result.items('Node', output)));
		expect(told[0]).toBe('[]');
		expect(told.join('')).toContain('The list is empty');
	});

	it('with fields that are not known is run, with a warning that says what may be meant', async () => {
		const { summary, result } = await batch({
			standIn,
			parameters: {
				source: 'json',
				json: JSON.stringify({
					max_concurent: 1,
					size: '816x816',
					retry_policy: { max_retry: 1 },
					jobs: [job('a fox', { qualty: 'max' }), job('an owl', { qualty: 'max', outputPath: 'x.png' })],
				}),
			},
		});
		expect(summary.succeeded).toBe(2);
		const warnings = [
			'max_concurent is not known. Did you mean max_concurrent?',
			'size is not known here. It belongs in each of the jobs.',
			'retry_policy.max_retry is not known. Did you mean max_retries?',
			'jobs[0].qualty (and 1 more) is not known. Did you mean quality?',
			'jobs[1].outputPath is not known. Did you mean output_path?',
		];
		expect([...summary.warnings].sort()).toEqual([...warnings].sort());
		const hints = result.hints('Node').filter(({ type }) => type === 'warning');
		expect(hints.map(({ message }) => message).sort()).toEqual([...warnings].sort());
	});

	it("goes before the node's parameters, job by job, and those before the defaults", async () => {
		const { images } = await batch({
			standIn,
			parameters: {
				source: 'json',
				model: { __rl: true, mode: 'id', value: 'gpt-image-2' },
				...CHEAP,
				n: 2,
				options: { outputFormat: 'jpeg' },
				output: { fileName: '{model} {image}' },
				json: JSON.stringify({
					jobs: [
						'a fox',
						{
							prompt: 'an owl',
							model: 'gpt-image-2.5-flare',
							size: '816x816',
							quality: 'medium',
							sample_count: 1,
							output_format: 'webp',
							output_path: 'owl.png',
						},
						{ prompt: 'a hen', quality: 'auto', size: 'auto', n: 1 },
					],
				}),
			},
		});
		expect(standIn.books.map(({ body }) => body)).toEqual([
			{ model: 'gpt-image-2', prompt: 'a fox', n: 2, ...CHEAP, output_format: 'jpeg' },
			{
				model: 'gpt-image-2.5-flare',
				prompt: 'an owl',
				size: '816x816',
				quality: 'medium',
				output_format: 'webp',
			},
			{ model: 'gpt-image-2', prompt: 'a hen', output_format: 'jpeg' },
		]);
		// The ending is the true format's.
		expect(images.map(({ output_path }) => output_path)).toEqual([
			'gpt-image-2 1.jpg',
			'gpt-image-2 2.jpg',
			'owl.webp',
			'gpt-image-2 1_2.jpg',
		]);
	});
});

describe('several input items', () => {
	it('that give the same configuration are one batch', async () => {
		const { images, summary, outputs } = await batch({
			standIn,
			rows: [{}, {}, {}],
			parameters: { source: 'json', json: JSON.stringify({ jobs: [job('a fox'), job('an owl')] }) },
		});
		expect(images.map(({ prompt }) => prompt)).toEqual(['a fox', 'an owl']);
		expect(summary.warnings).toEqual(['2 of 3 input items gave the same batch again, which is run once.']);
		expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
		expect(outputs.summary[0]!.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	it('that give different ones are one batch of all jobs, each with its own item', async () => {
		const { images, failed, outputs } = await batch({
			standIn,
			rows: [
				{ format: 'webp', configuration: { max_concurrent: 1, jobs: [job('a fox')] } },
				{
					format: 'jpeg',
					configuration: { max_concurrent: 8, jobs: [job('[[moderation]] an owl'), job('a hen')] },
				},
			],
			parameters: {
				source: 'json',
				json: '={{ $json.configuration }}',
				options: { outputFormat: '={{ $json.format }}' },
				output: { includeInput: true },
			},
		});
		expect(images.map((image) => [image.job_id, image.prompt, image.parameters.output_format])).toEqual([
			['job-1', 'a fox', 'webp'],
			['job-3', 'a hen', 'jpeg'],
		]);
		expect(images.map(({ format }) => format)).toEqual(['webp', 'jpeg']);
		expect(failed[0]!.error.message).toMatch(/^Item 1: jobs\[0\]: /);
		const items = [...outputs.images, ...outputs.failed].map(({ pairedItem }) => pairedItem);
		expect(items).toEqual([{ item: 0 }, { item: 1 }, { item: 1 }]);
		// Of two words on a setting the first one holds.
		expect(standIn.maxInFlight).toBe(1);
	});

	it('are refused together where one is wrong, and it is said which', async () => {
		const { result } = await batch({
			standIn,
			rows: [
				{ configuration: { jobs: [job('a fox')] } },
				{ configuration: { jobs: [job('an owl', { size: 'big' }), job('a hen', { n: 0 })] } },
			],
			parameters: { source: 'json', json: '={{ $json.configuration }}' },
		});
		expect(result.error!.message).toMatch(/Item 1: jobs\[0\]\.size: "big"/);
		expect(result.error!.message).toMatch(/Item 1: jobs\[1\]\.n: 0 is not possible/);
		expect(standIn.books).toEqual([]);
	});

	it('put their images each into its own output_dir', async () => {
		const { images } = await batch({
			standIn,
			rows: ['spring', 'autumn'].map((season) => ({
				configuration: { output_dir: season, jobs: [job(season, { output_path: 'hero.png' })] },
			})),
			parameters: { source: 'json', json: '={{ $json.configuration }}' },
		});
		expect(images.map(({ output_path }) => output_path)).toEqual(['spring/hero.png', 'autumn/hero.png']);
	});
});

it('a prompt alone is a job, and a list of jobs a configuration', async () => {
	await batch({
		standIn,
		parameters: { source: 'json', json: '["a fox", {"prompt": "an owl"}]', ...CHEAP },
	});
	expect(requestsFor(standIn, 'a fox')).toHaveLength(1);
	expect(requestsFor(standIn, 'an owl')).toHaveLength(1);
});
