import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../engine/reports/summary';
import type { ImageLine } from '../../cli/journal';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, filesIn, imagesIn, run, variables, type Ran } from './command';

let standIn: StandIn;
let cwd: string;

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(async () => await standIn.close());
beforeEach(() => {
	standIn.reset();
	cwd = emptyFolder();
});

const ARGS = [
	'a fox',
	'an owl',
	'--count',
	'2',
	'--size',
	'1024x640',
	'--quality',
	'low',
	'--output-dir',
	'.',
];
const FILES = ['01_a-fox.png', '01_a-fox_2.png', '02_an-owl.png', '02_an-owl_2.png'];
const JOURNAL = () => join(cwd, 'batch-journal.jsonl');

const again = async (...more: string[]): Promise<Ran> =>
	await run([...ARGS, '--format', 'json', ...more], { cwd, env: variables(standIn) });

async function first(): Promise<Summary> {
	const { status, stdout } = await again();
	expect(status).toBe(0);
	expect(imagesIn(cwd)).toEqual(FILES);
	standIn.reset();
	return JSON.parse(stdout) as Summary;
}

const asked = () => standIn.books.map(({ prompt, n }) => [prompt, n]);

it('--resume makes what is missing, under its own name, and counts the whole batch', async () => {
	const before = await first();
	rmSync(join(cwd, '01_a-fox_2.png'));
	const { status, stdout } = await again('--resume');
	expect(status).toBe(0);
	expect(asked()).toEqual([['a fox', 1]]);
	expect(imagesIn(cwd)).toEqual(FILES);
	const summary = JSON.parse(stdout) as Summary;
	expect(summary).toMatchObject({ total: 2, succeeded: 2, images: 4 });
	expect(summary.results.flatMap(({ output_paths }) => output_paths)).toEqual(FILES);
	// The image that is gone was paid for as well.
	const paid =
		Math.round((before.total_cost.total ?? 0) * 1e9) + Math.round((standIn.books[0]?.usd ?? 0) * 1e9);
	expect(summary.total_cost.total).toBe(paid / 1e9);
	expect(summary.warnings).toEqual([
		expect.stringMatching(/^3 images are of an earlier run, which paid \$0\.\d+ of the total\.$/),
	]);
});

it('--resume makes an image anew that is not whole any more', async () => {
	await first();
	const bytes = readFileSync(join(cwd, '02_an-owl.png'));
	writeFileSync(join(cwd, '02_an-owl.png'), bytes.subarray(0, 1000));
	const { status } = await again('--resume');
	expect(status).toBe(0);
	expect(asked()).toEqual([['an owl', 1]]);
	// What lies there is not ours to overwrite.
	expect(imagesIn(cwd)).toEqual([...FILES, '02_an-owl_run2.png'].sort());
});

it('--resume names an image whose run was killed before it had its name', async () => {
	await first();
	const lines = readFileSync(JOURNAL(), 'utf8').split('\n');
	const line = lines.find((one) => one.includes('"02_an-owl.png"'));
	const { part } = JSON.parse(line ?? '') as ImageLine;
	renameSync(join(cwd, '02_an-owl.png'), join(cwd, part));
	appendFileSync(JOURNAL(), '{"kind":"image","job":"torn');
	const { status } = await again('--resume');
	expect(status).toBe(0);
	expect(asked()).toEqual([]);
	expect(filesIn(cwd).filter((file) => !file.startsWith('batch-'))).toEqual(FILES);
});

it('--from-scratch loses no image whose run was killed before it had its name', async () => {
	await first();
	const line = readFileSync(JOURNAL(), 'utf8')
		.split('\n')
		.find((one) => one.includes('"02_an-owl.png"'));
	renameSync(join(cwd, '02_an-owl.png'), join(cwd, (JSON.parse(line ?? '') as ImageLine).part));
	expect((await again('--from-scratch')).status).toBe(0);
	expect(imagesIn(cwd)).toHaveLength(2 * FILES.length);
	expect(imagesIn(cwd)).toEqual(expect.arrayContaining(FILES));
	expect(filesIn(cwd).filter((file) => file.endsWith('.part'))).toEqual([]);
});

it('--resume with more images makes the additional ones', async () => {
	await first();
	const { status } = await again('--resume', '--count', '3');
	expect(status).toBe(0);
	expect(asked().sort()).toEqual([
		['a fox', 1],
		['an owl', 1],
	]);
	expect(imagesIn(cwd)).toEqual([...FILES, '01_a-fox_3.png', '02_an-owl_3.png'].sort());
});

it('--resume goes on after failures', async () => {
	const args = [
		'a fox',
		'[[status 500 x1]] an owl',
		'--size',
		'1024x640',
		'--quality',
		'low',
		'--output-dir',
		'.',
	];
	writeFileSync(
		join(cwd, 'batch.json'),
		JSON.stringify({ retry_policy: { max_retries: 0 }, jobs: args.slice(0, 2) }),
	);
	const env = variables(standIn);
	expect((await run(['batch.json'], { cwd, env })).status).toBe(1);
	expect((await run(['batch.json', '--resume'], { cwd, env })).status).toBe(0);
	expect(standIn.books.map(({ prompt, status }) => [prompt.slice(-3), status])).toEqual(
		expect.arrayContaining([
			['fox', 200],
			['owl', 500],
			['owl', 200],
		]),
	);
	expect(standIn.books).toHaveLength(3);
	expect(imagesIn(cwd)).toHaveLength(2);
});

it('an earlier run that is not done is not begun anew by mistake', async () => {
	await first();
	rmSync(join(cwd, '01_a-fox.png'));
	const { status, stderr } = await again();
	expect(status).toBe(2);
	expect(stderr).toMatch(/3 of these 4 images are in .* from an earlier run\. .*--resume.*--from-scratch/);
	expect(standIn.books).toEqual([]);
});

it('--from-scratch makes all anew, under new names; --resume goes on with that', async () => {
	await first();
	rmSync(join(cwd, '01_a-fox.png'));
	expect((await again('--from-scratch')).status).toBe(0);
	expect(asked().sort()).toEqual([
		['a fox', 2],
		['an owl', 2],
	]);
	const files = [
		'01_a-fox.png',
		'01_a-fox_2.png',
		'01_a-fox_2_run2.png',
		'02_an-owl.png',
		'02_an-owl_2.png',
		'02_an-owl_2_run2.png',
		'02_an-owl_run2.png',
	];
	expect(imagesIn(cwd)).toEqual(files);
	standIn.reset();
	rmSync(join(cwd, '02_an-owl_run2.png'));
	const { stdout } = await again('--resume');
	expect(asked()).toEqual([['an owl', 1]]);
	expect((JSON.parse(stdout) as Summary).results.flatMap(({ output_paths }) => output_paths).sort()).toEqual(
		['01_a-fox.png', '01_a-fox_2_run2.png', '02_an-owl_2_run2.png', '02_an-owl_run2.png'].sort(),
	);
});

it('another batch in the same folder is left alone', async () => {
	await first();
	const other = ['a hen', '--size', '1024x640', '--quality', 'low', '--output-dir', '.'];
	expect((await run(other, { cwd, env: variables(standIn) })).status).toBe(0);
	expect(imagesIn(cwd)).toEqual([...FILES, 'a-hen.png']);
	standIn.reset();
	expect((await again('--resume')).status).toBe(0);
	expect(standIn.books).toEqual([]);
});

describe('a folder', () => {
	const lock = (holder: object) => writeFileSync(join(cwd, 'batch-journal.lock'), JSON.stringify(holder));

	it('in which another run is at work is not touched', async () => {
		lock({ pid: process.ppid, host: hostname() });
		const { status, stderr } = await again('--resume');
		expect(status).toBe(2);
		expect(stderr).toContain(
			`Another run (process ${process.ppid} on ${hostname()}) is at work in this folder`,
		);
		expect(standIn.books).toEqual([]);
		expect(filesIn(cwd)).toEqual(['batch-journal.lock']);
	});

	it('that a killed run left locked is free', async () => {
		// No process has this number.
		lock({ pid: 2 ** 30, host: hostname() });
		expect((await again()).status).toBe(0);
		expect(filesIn(cwd)).not.toContain('batch-journal.lock');
	});
});

it('a journal leads nobody out of the folder', async () => {
	await first();
	const journal = readFileSync(JOURNAL(), 'utf8');
	renameSync(join(cwd, '01_a-fox.png'), join(cwd, '../outside.png'));
	writeFileSync(JOURNAL(), journal.replaceAll('"01_a-fox.png"', '"../outside.png"'));
	expect((await again('--resume')).status).toBe(0);
	expect(asked()).toEqual([['a fox', 1]]);
});
