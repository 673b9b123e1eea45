import OpenAI, { toFile } from 'openai';
import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256, withHole } from '../stand-in/harness';
import { batch, CHEAP, charged, requestsFor } from './batch';
import { KEY, nano } from './generate';

let standIn: StandIn;
let fileId: string;
let binary: IBinaryKeyData;
let bytes: Record<string, Buffer>;

beforeAll(async () => {
	standIn = await startStandIn();
	bytes = {
		photo: await plain(320, 240, 'teal'),
		logo: await plain(100, 100, 'red', 'webp'),
		hole: await withHole(320, 240, 'teal', { left: 20, top: 20, width: 80, height: 60 }),
	};
	binary = Object.fromEntries(
		Object.entries(bytes).map(([name, content]) => [
			name,
			{ data: content.toString('base64'), fileName: name, mimeType: 'application/octet-stream' },
		]),
	);
});

afterAll(async () => await standIn.close());

beforeEach(async () => {
	standIn.reset();
	const openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
	const upload = await toFile(bytes.photo!, 'photo.png', { type: 'image/png' });
	({ id: fileId } = await openai.files.create({ file: upload, purpose: 'vision' }));
});

const url = () => new URL('/stand-in/sources/photo.jpg', standIn.url).href;

/** By prompt: the job, and the images that are to arrive, by their sum or where they come from. */
const jobs = (): Array<[job: IDataObject & { prompt: string }, endpoint: string, images: string[]]> => [
	[{ prompt: 'a fox', n: 2 }, 'generations', []],
	[{ prompt: 'an owl', model: 'gpt-image-2' }, 'generations', []],
	[{ prompt: 'at night', images: ['photo', 'logo'] }, 'edits', [sha256(bytes.photo!), sha256(bytes.logo!)]],
	[
		{ prompt: 'in the hole', images: ['photo'], mask: 'hole', model: 'gpt-image-2.5-sunburst' },
		'edits',
		[sha256(bytes.photo!), sha256(bytes.hole!)],
	],
	[{ prompt: 'by address', kind: 'edit', images: [url()] }, 'edits', ['url']],
	[{ prompt: 'by id', images: [fileId], model: 'gpt-image-1.5' }, 'edits', ['file_id']],
	[{ prompt: 'bluer', kind: 'variation', images: ['photo'], n: 2 }, 'edits', [sha256(bytes.photo!)]],
	[{ prompt: 'a hen', kind: 'generate', output_format: 'webp' }, 'generations', []],
];

it.each(['items', 'json'])('kinds and models are mixed in one batch: %s', async (source) => {
	const mixed = jobs();
	const cheap = mixed.map(([job]): IDataObject => ({
		...job,
		...(job.model === 'gpt-image-1.5' ? { quality: 'low' } : CHEAP),
	}));
	const { images, failed, summary, outputs } = await batch({
		standIn,
		credential: { apiKey: KEY },
		items:
			source === 'items'
				? cheap.map((job) => ({
						json: { ...job, images: job.images && [job.images].flat().join(', ') },
						binary,
					}))
				: [{ json: {}, binary }],
		parameters: { source, json: JSON.stringify({ jobs: cheap }) },
	});
	expect(failed).toEqual([]);
	expect(summary).toMatchObject({ total: 8, succeeded: 8, images: 10 });
	expect(summary.warnings).toEqual([
		expect.stringMatching(/^OpenAI shuts gpt-image-1\.5 down on .*\(job job-6\)$/),
	]);
	expect(nano(summary.total_cost.total)).toBe(charged(standIn));
	expect(summary.results.map(({ model }) => model)).toEqual(
		mixed.map(([{ model = 'gpt-image-2.5-flare' }]) => model),
	);
	for (const [{ prompt, kind, model = 'gpt-image-2.5-flare' }, endpoint, arrived] of mixed) {
		const [request, ...more] =
			kind === 'variation'
				? standIn.books.filter((entry) => entry.prompt.includes(prompt))
				: requestsFor(standIn, prompt);
		expect(more).toEqual([]);
		expect(request).toMatchObject({ endpoint: `/v1/images/${endpoint}`, model });
		const inputs = (request!.inputs ?? []).map((input) =>
			input.source === 'url' || input.source === 'file_id' ? input.source : input.sha256,
		);
		expect([prompt, inputs]).toEqual([prompt, arrived]);
	}
	expect(images.map(({ endpoint }) => endpoint)).toEqual(
		mixed.flatMap(([{ n = 1 }, endpoint]) => Array.from({ length: Number(n) }, () => endpoint)),
	);
	expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual(
		mixed.flatMap(([{ n = 1 }], place) =>
			Array.from({ length: Number(n) }, () => ({ item: source === 'items' ? place : 0 })),
		),
	);
	expect(standIn.leaks).toBe(0);
});

it('an edit may name images of every kind at once', async () => {
	const { images, failed } = await batch({
		standIn,
		items: [{ json: {}, binary }],
		parameters: {
			source: 'json',
			json: JSON.stringify({ jobs: [{ prompt: 'all in one', images: ['photo', url()], ...CHEAP }] }),
		},
	});
	expect(failed).toEqual([]);
	expect(images).toHaveLength(1);
	expect(standIn.books[0]!.inputs!.map(({ source }) => source)).toEqual(['data_url', 'url']);
});

it('an image that is not there is one mistake', async () => {
	const { result } = await batch({
		standIn,
		items: [{ json: {}, binary }],
		parameters: { source: 'json', json: '{"jobs": [{"prompt": "at night", "images": ["phot"]}]}' },
	});
	expect(result.error!.message).not.toContain('There is no image to start from');
});

describe('images that do not do', () => {
	it.each<[string, IDataObject, RegExp]>([
		[
			'not there',
			{ images: ['phot'] },
			/jobs\[0\]\.images: There is no binary property "phot"\. The item has /,
		],
		['no image', { images: ['text'] }, /jobs\[0\]\.images: Binary property "text" is no png, jpeg/],
		['missing', { kind: 'edit' }, /jobs\[0\]\.images: /],
		['too many', { images: Array.from({ length: 17 }, () => 'photo') }, /17 images are given.*16 images/],
		['a mask without one', { mask: 'hole' }, /jobs\[0\]\.mask: /],
		['a mask of another size', { images: ['logo'], mask: 'hole' }, /jobs\[0\]\.mask: .*320x240/],
		['with kind generate', { kind: 'generate', images: ['photo'] }, /jobs\[0\]\.kind: .*Leave images out/],
	])('are named before anything is sent: %s', async (_, fields, message) => {
		const text = {
			data: Buffer.from('no image').toString('base64'),
			mimeType: 'image/png',
			fileName: 'text',
		};
		const { result } = await batch({
			standIn,
			items: [{ json: {}, binary: { ...binary, text } }],
			parameters: {
				source: 'json',
				json: JSON.stringify({ jobs: [{ prompt: 'at night', ...CHEAP, ...fields }] }),
			},
		});
		expect(result.error!.message).toMatch(message);
		expect(standIn.books).toEqual([]);
	});
});

it("the node's options that only an edit has are left out of what is none", async () => {
	const { failed } = await batch({
		standIn,
		items: [{ json: {}, binary }],
		parameters: {
			source: 'json',
			model: { __rl: true, mode: 'id', value: 'gpt-image-1.5' },
			options: { inputFidelity: 'high', outputFormat: 'jpeg' },
			json: JSON.stringify({
				jobs: ['a fox', { prompt: 'at night', images: ['photo'] }],
			}),
			quality: 'low',
		},
	});
	expect(failed).toEqual([]);
	const bodies = ['a fox', 'at night'].map((prompt) => requestsFor(standIn, prompt)[0]!.body);
	expect(bodies[0]).toMatchObject({ output_format: 'jpeg' });
	expect(bodies[0]).not.toHaveProperty('input_fidelity');
	expect(bodies[1]).toMatchObject({ output_format: 'jpeg', input_fidelity: 'high' });
});
