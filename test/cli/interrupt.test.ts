import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../../engine/reports/summary';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, imagesIn, start, until, variables } from './command';

let standIn: StandIn;

beforeAll(async () => {
	// The first two images come at once, the others not before anyone's patience ends.
	standIn = await startStandIn({ delayMs: ({ index }) => (index < 2 ? 0 : 60_000) });
});
afterAll(async () => await standIn.close());

it('Ctrl-C ends the run, keeps what is done, and leaves a summary', async () => {
	const cwd = emptyFolder();
	const prompts = Array.from({ length: 6 }, (_, place) => `picture ${place}`);
	const args = [
		...prompts,
		'--size',
		'1024x640',
		'--quality',
		'low',
		'--format',
		'json',
		'--output-dir',
		'.',
	];
	const { child, ended } = start([...args, '--max-concurrent', '2'], { cwd, env: variables(standIn) });
	await until(() => imagesIn(cwd).length === 2 && standIn.inFlight === 2);
	child.kill('SIGINT');
	// npm and the terminal may both pass it on.
	child.kill('SIGINT');
	const { status, stdout, stderr } = await ended;
	expect(status).toBe(1);
	const summary = JSON.parse(stdout) as Summary;
	expect(summary).toMatchObject({ total: 6, succeeded: 2, failed: 0, cancelled: 4, images: 2 });
	expect(summary.results.flatMap(({ output_paths }) => output_paths).sort()).toEqual(imagesIn(cwd));
	expect(stderr).toContain('Stopping');
	expect(standIn.books).toHaveLength(4);
	expect(existsSync(join(cwd, 'batch-report.html'))).toBe(true);
	expect(existsSync(join(cwd, 'batch-journal.lock'))).toBe(false);
});
