import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, withHole } from '../stand-in/harness';
import { batch, charged } from './batch';
import { nano } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const read = (name: string) => readFileSync(join(__dirname, '../../examples', name));

interface Example {
	output_dir: string;
	max_concurrent?: number;
	jobs: Array<{
		name?: string;
		prompt: string;
		output_path: string;
		n?: number;
		sample_count?: number;
		output_format?: string;
		size?: string;
		metadata?: object;
	}>;
}

/** The files that batch-detailed.json speaks of. */
async function pictures(): Promise<Record<string, IBinaryData>> {
	const house = await plain(480, 320, 'brown');
	const all = {
		teapot: await plain(300, 300, 'navy'),
		cup: await plain(200, 300, 'gold', 'jpeg'),
		house,
		house_mask: await withHole(480, 320, 'brown', { left: 100, top: 100, width: 80, height: 60 }),
		pattern: await plain(400, 400, 'green', 'webp'),
	};
	return Object.fromEntries(
		Object.entries(all).map(([name, bytes]) => [
			name,
			{ data: bytes.toString('base64'), fileName: `${name}.png`, mimeType: 'image/png' },
		]),
	);
}

const FORMATS: Record<string, string> = { jpeg: 'jpeg', webp: 'webp', png: 'png' };

it.each(['batch-simple', 'batch-detailed', 'batch-multi-variant', 'batch-large-scale'])(
	'%s.json is run unchanged, and gives what it asks for',
	async (name) => {
		const bytes = read(`${name}.json`);
		const example = JSON.parse(bytes.toString()) as Example;
		const file = { data: bytes.toString('base64'), fileName: `${name}.json`, mimeType: 'application/json' };
		const item: INodeExecutionData = { json: {}, binary: { ...(await pictures()), configuration: file } };
		const { result, images, failed, summary, outputs } = await batch({
			standIn,
			items: [item],
			parameters: { source: 'json', jsonBinaryPropertyName: 'configuration' },
		});
		expect(failed).toEqual([]);
		const { jobs, output_dir, max_concurrent = 2 } = example;
		const counts = jobs.map(({ n, sample_count }) => n ?? sample_count ?? 1);
		const total = counts.reduce((sum, count) => sum + count);
		expect(summary).toMatchObject({
			total: jobs.length,
			succeeded: jobs.length,
			images: total,
			warnings: [],
		});
		expect(nano(summary.total_cost.total)).toBe(charged(standIn));
		expect(standIn.maxInFlight).toBeLessThanOrEqual(max_concurrent);
		expect(standIn.maxInFlight).toBeGreaterThan(1);

		// The first image of each has the name that was given.
		expect(summary.results.map(({ output_path }) => output_path)).toEqual(
			jobs.map(({ output_path }) => `${output_dir}/${output_path}`),
		);
		expect(summary.results.map(({ output_paths }) => output_paths.length)).toEqual(counts);
		expect(images.map(({ metadata }) => metadata)).toEqual(
			jobs.flatMap(({ metadata }, place) => Array.from({ length: counts[place]! }, () => metadata)),
		);
		const asked = jobs.flatMap((job, place) => Array.from({ length: counts[place]! }, () => job));
		for (const [place, { output_format = 'png', size }] of asked.entries()) {
			const picture = await result.binary(outputs.images[place]!, 'data');
			const { format, width, height } = await sharp(picture).metadata();
			expect(format).toBe(FORMATS[output_format]);
			if (size !== undefined) expect(`${width}x${height}`).toBe(size);
		}
	},
);

it('batch-detailed.json without its pictures says which are missing, and sends nothing', async () => {
	const { result } = await batch({
		standIn,
		parameters: { source: 'json', json: read('batch-detailed.json').toString() },
	});
	for (const [place, name] of [
		[3, 'teapot'],
		[3, 'cup'],
		[4, 'house'],
		[4, 'house_mask'],
		[5, 'pattern'],
	] as const) {
		expect(result.error!.message).toMatch(new RegExp(`jobs\\[${place}\\]\\.(images|mask): .*${name}`));
	}
	expect(standIn.books).toEqual([]);
});

it.each(['as text', 'as a file'])('prompts.txt is run unchanged %s', async (how) => {
	const bytes = read('prompts.txt');
	const list = { data: bytes.toString('base64'), fileName: 'prompts.txt', mimeType: 'text/plain' };
	const { images, failed, summary } = await batch({
		standIn,
		items: [{ json: {}, binary: { list } }],
		parameters: {
			source: 'promptList',
			count: 2,
			size: '1024x640',
			quality: 'low',
			...(how === 'as text' ? { promptList: bytes.toString() } : { promptListBinaryPropertyName: 'list' }),
		},
	});
	expect(failed).toEqual([]);
	const names = [...bytes.toString().matchAll(/^# (.*)$/gm)].map(([, name]) => name);
	expect(names.length).toBeGreaterThanOrEqual(3);
	expect(summary).toMatchObject({ total: names.length, succeeded: names.length, warnings: [] });
	expect(images.map(({ output_path }) => output_path)).toEqual(
		names.flatMap((name) => [`image.${name}.01.low.png`, `image.${name}.02.low.png`]),
	);
	expect(nano(summary.total_cost.total)).toBe(charged(standIn));
});
