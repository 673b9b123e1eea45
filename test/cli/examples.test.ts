import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Summary } from '../../engine/reports/summary';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, EXAMPLES, filesIn, imagesIn, run, start, variables, type Ran } from './command';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(async () => await standIn.close());
beforeEach(() => standIn.reset());

const PICTURES = ['--image-dir', join(EXAMPLES, 'batch-configuration/pictures')];

const CASES: Array<{ args: string[]; folder: string; jobs: number; images: number; first: string }> = [
	{
		args: ['batch-simple.json'],
		folder: 'autumn-menu',
		jobs: 3,
		images: 3,
		first: 'mushroom-risotto.png',
	},
	{
		args: ['batch-detailed.json', ...PICTURES],
		folder: 'spring-campaign',
		jobs: 6,
		images: 10,
		first: 'print/seed-packet.jpg',
	},
	{
		args: ['batch-multi-variant.json'],
		folder: 'coffee-logo',
		jobs: 4,
		images: 24,
		first: 'bag/draft.webp',
	},
	{
		args: ['batch-large-scale.json'],
		folder: 'wallpapers/drafts',
		jobs: 16,
		images: 16,
		first: 'alpine-tram.jpg',
	},
	{
		args: ['--input', 'prompts.txt', '--size', '1024x640', '--quality', 'low'],
		folder: 'travel-poster-of-a-lighthouse-on-a-cliff-at-dusk-4-prompts',
		jobs: 4,
		images: 4,
		first: 'image.botanist-desk.01.low.png',
	},
];

/** The examples are asked for by their paths from the folder where the images go. */
const absolute = (args: readonly string[]) =>
	args.map((arg) => (/^[\w-]+\.(json|txt)$/.test(arg) ? join(EXAMPLES, arg) : arg));

function expectSummary({ status, stdout, stderr }: Ran, { jobs, images }: (typeof CASES)[number]): Summary {
	expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
	const summary = JSON.parse(stdout) as Summary;
	expect(summary).toMatchObject({
		total: jobs,
		succeeded: jobs,
		failed: 0,
		cancelled: 0,
		images,
		warnings: [],
	});
	const charged = standIn.books.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0) / 1e9;
	expect(summary.total_cost).toMatchObject({ basis: 'usage', total: charged });
	return summary;
}

describe.each(CASES)('$args.0 $args.1', (example) => {
	it('in JSON: a summary and nothing else on stdout, progress on stderr, images and reports in its folder', async () => {
		const cwd = emptyFolder();
		const env = variables(standIn);
		const ran = await start([...absolute(example.args), '--format', 'json'], { cwd, env }).ended;
		const summary = expectSummary(ran, example);
		expect(ran.stderr).toMatch(/\d+ of \d+ requests? done, \d+ images?\n/);
		const files = imagesIn(cwd);
		expect(summary.results.flatMap(({ output_paths }) => output_paths).sort()).toEqual(files);
		expect(files[0]).toBe(join(example.folder, example.first));
		expect(standIn.books.reduce((sum, { images }) => sum + images, 0)).toBe(files.length);
		for (const file of files) expect((await sharp(join(cwd, file)).metadata()).width).toBeGreaterThan(0);
		const rest = filesIn(join(cwd, example.folder)).filter((file) => file.startsWith('batch-'));
		expect(rest).toEqual(['batch-journal.jsonl', 'batch-report.html', 'batch-summary.json']);
		const kept = readFileSync(join(cwd, example.folder, 'batch-summary.json'), 'utf8');
		expect(JSON.parse(kept)).toEqual(summary);
	});

	it('in text: a line an image, and their sum', async () => {
		const cwd = emptyFolder();
		const { status, stdout } = await run(absolute(example.args), { cwd, env: variables(standIn) });
		expect(status).toBe(0);
		const lines = stdout.trimEnd().split('\n');
		expect(lines).toHaveLength(example.images + 1);
		expect(lines.at(-1)).toMatch(
			new RegExp(`^${example.images} of ${example.images} images, \\$[\\d.]+, [\\d.]+ s$`),
		);
		const told = lines.slice(0, -1).map((line) => /^(\S+) {2}\d+x\d+ {2}\$[\d.]+$/.exec(line)?.[1]);
		expect([...told].sort()).toEqual(imagesIn(cwd));
	});
});
