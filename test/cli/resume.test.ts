import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../../engine/reports/summary';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, filesIn, imagesIn, start, until, variables, type Ran } from './command';

const CONCURRENT = 3;
const JOBS = 9;
/** One job has several images: a kill may leave some of them. */
const IMAGES = JOBS + 2;

let standIn: StandIn;
let cwd: string;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 120 });
	cwd = emptyFolder();
	const jobs = Array.from({ length: JOBS }, (_, place) => ({
		prompt: `picture ${place}`,
		output_path: `${place % 2 ? 'odd' : 'even'}/${place}.png`,
		size: '1024x640',
		quality: 'low',
		...(place === 4 ? { n: 3 } : {}),
	}));
	const configuration = { output_dir: 'all', max_concurrent: CONCURRENT, jobs };
	writeFileSync(join(cwd, 'batch.json'), JSON.stringify(configuration));
});
afterAll(async () => await standIn.close());

/** By prompt, how many images the journal tells of. */
function journaled(): Map<string, number> {
	const path = join(cwd, 'all/batch-journal.jsonl');
	const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
	const told = new Map<string, Set<number>>();
	for (const line of lines) {
		// The kill may have torn the last one.
		if (!line.endsWith('}')) continue;
		const { kind, index, file } = JSON.parse(line) as { kind: string; index: number; file: string };
		if (kind !== 'image') continue;
		const prompt = `picture ${/(\d)(?:_\d)?\.png$/.exec(file)?.[1]}`;
		told.set(prompt, (told.get(prompt) ?? new Set()).add(index));
	}
	return new Map([...told].map(([prompt, indexes]) => [prompt, indexes.size]));
}

const wanted = (prompt: string) => (prompt === 'picture 4' ? 3 : 1);

/** Runs on, until so many images are there, and then kills it. */
async function goOn(killAfter?: number): Promise<Ran> {
	const there = journaled();
	const before = standIn.books.length;
	const args = ['batch.json', '--resume', '--format', 'json'];
	const { child, ended } = start(args, { cwd, env: variables(standIn) });
	if (killAfter !== undefined) {
		await until(() => imagesIn(cwd).length >= killAfter || child.exitCode !== null);
		child.kill('SIGKILL');
	}
	const ran = await ended;
	await until(() => standIn.inFlight === 0);
	const requests = standIn.books.slice(before);
	// No image that had arrived is asked for again, whatever became of the run that it had arrived for.
	for (const { prompt, n } of requests) expect(n).toBe(wanted(prompt) - (there.get(prompt) ?? 0));
	expect(new Set(requests.map(({ prompt }) => prompt)).size).toBe(requests.length);
	// All but those in flight have arrived: what a kill costs is no more than that.
	const now = journaled();
	const lost = requests.filter(({ prompt }) => (now.get(prompt) ?? 0) < wanted(prompt));
	expect(lost.length).toBeLessThanOrEqual(killAfter === undefined ? 0 : CONCURRENT);
	return ran;
}

it('a run that is killed three times pays for nothing twice but what was in flight, and all are there at the end', async () => {
	for (const images of [1, 4, 7]) expect((await goOn(images)).status).toBeNull();
	const { status, stdout } = await goOn();
	expect(status).toBe(0);
	const summary = JSON.parse(stdout) as Summary;
	expect(summary).toMatchObject({ total: JOBS, succeeded: JOBS, images: IMAGES });
	const files = imagesIn(cwd);
	expect(summary.results.flatMap(({ output_paths }) => output_paths).sort()).toEqual(files);
	expect(files).toHaveLength(IMAGES);
	expect(filesIn(cwd).filter((file) => /\.part$|\.lock$/.test(file))).toEqual([]);

	// What is there is not asked for again.
	const before = standIn.books.length;
	const again = await start(['batch.json', '--resume', '--format', 'json'], { cwd, env: variables(standIn) })
		.ended;
	expect(again.status).toBe(0);
	expect(standIn.books).toHaveLength(before);
	const told = JSON.parse(again.stdout) as Summary;
	expect(told).toMatchObject({ succeeded: JOBS, images: IMAGES });
	expect(told.results.map(({ history_uuid }) => history_uuid)).toEqual(
		summary.results.map(({ history_uuid }) => history_uuid),
	);
	expect(told.total_cost).toEqual(summary.total_cost);
});

it('killed at three random moments while its requests are under way, it pays for nothing twice', async () => {
	const jobs = 12;
	/** From this request on none is answered. */
	let held = Infinity;
	const server = await startStandIn({ delayMs: ({ index }) => (index >= held ? 3_600_000 : 20) });
	const folder = emptyFolder();
	const prompts = Array.from({ length: jobs }, (_, place) => `picture ${place}`);
	const flags = ['--max-concurrent', String(CONCURRENT), '--size', '1024x640', '--quality', 'low'];
	const go = () => start([...prompts, ...flags, '--resume'], { cwd: folder, env: variables(server) });
	const paid = () => server.books.filter(({ status, usd }) => status === 200 && usd > 0);
	for (let kill = 0; kill < 3; kill++) {
		const before = paid().length;
		const answered = 1 + Math.floor(Math.random() * 3);
		held = server.books.length + answered;
		const { child, ended } = go();
		await until(() => server.inFlight === CONCURRENT && paid().length === before + answered);
		child.kill('SIGKILL');
		await ended;
		await until(() => server.inFlight === 0);
		expect(paid()).toHaveLength(before + answered);
	}
	held = Infinity;
	expect((await go().ended).status).toBe(0);
	expect(
		paid()
			.map(({ prompt }) => prompt)
			.sort(),
	).toEqual([...prompts].sort());
	expect(imagesIn(folder)).toHaveLength(jobs);
	await server.close();
});
