import fc from 'fast-check';
import { findDuplicates } from '../../engine/jobs/duplicates';
import { FileNames } from '../../engine/jobs/fileNames';
import { runJobs } from '../../engine/runner/run';
import type { RunProgress } from '../../engine/runner/ports';
import type { RunSettings } from '../../engine/runner/settings';
import { job, SETTINGS, World } from './world';

const run = async (world: World, count: number, change: Partial<RunSettings>) =>
	await runJobs(
		Array.from({ length: count }, (_, index) => job(index)),
		{ ...SETTINGS, ...change },
		world.ports,
	);

describe('the time of a whole run', () => {
	it('keeps what is done, breaks off what is in flight, and sends nothing more', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 40 }),
				fc.integer({ min: 1, max: 8 }),
				fc.integer({ min: 100, max: 3000 }),
				fc.integer({ min: 1000, max: 6000 }),
				async (count, concurrency, delayMs, timeoutMs) => {
					const world = new World(() => ({ images: 1, delayMs }));
					const start = world.clock.now();
					const outcomes = await run(world, count, { concurrency, timeoutMs });
					expect(world.clock.now() - start).toBeLessThanOrEqual(timeoutMs + 1);
					expect(world.sent.every(({ at }) => at - start <= timeoutMs)).toBe(true);
					expect(outcomes).toHaveLength(count);
					const done = outcomes.filter(({ status }) => status === 'completed');
					// All that could be done in the time was.
					expect(done.length).toBeGreaterThanOrEqual(
						Math.min(count, Math.floor((timeoutMs - 1) / delayMs) * concurrency),
					);
					for (const { status, error, images, attempts } of outcomes) {
						if (status === 'completed') continue;
						expect(status).toBe('cancelled');
						expect(error?.details.code).toBe('timeout');
						expect(images).toHaveLength(0);
						// What was in flight may have been billed, and says so.
						expect(error?.details.maybeBilled ?? false).toBe(attempts.length > 0);
					}
				},
			),
			{ numRuns: 60 },
		);
	});

	it('ends a wait for the next try', async () => {
		const world = new World(() => ({ status: 429, headers: { 'retry-after': '60' } }));
		const start = world.clock.now();
		const [outcome] = await run(world, 1, { timeoutMs: 5000 });
		expect(world.clock.now() - start).toBe(5000);
		expect(outcome).toMatchObject({ status: 'cancelled', error: { details: { code: 'timeout' } } });
	});

	it('is nobody’s business where there is none', async () => {
		const world = new World(() => ({ images: 1, delayMs: 10_000_000 }));
		const [outcome] = await run(world, 1, { requestTimeoutMs: 20_000_000 });
		expect(outcome?.status).toBe('completed');
	});
});

it('a run tells how far it is', async () => {
	const world = new World(({ prompt }) => (prompt === 'prompt 1' ? { status: 400 } : { images: 1 }));
	const told: RunProgress[] = [];
	const jobs = [job(0), job(1), job(2, { n: 20 })];
	await runJobs(
		jobs,
		{ ...SETTINGS, concurrency: 1 },
		{ ...world.ports, onProgress: (now) => told.push(now) },
	);
	expect(told.map(({ done }) => done)).toEqual([1, 2, 3, 4]);
	expect(told.at(-1)).toEqual({ requests: 4, done: 4, images: 3 });
});

describe('duplicates', () => {
	it('are the same in everything that is sent', () => {
		const first = job(0, { prompt: 'x' });
		const same = job(1, { prompt: 'x', parameters: { quality: 'low', size: '1024x1024' } });
		const others = [
			job(2, { prompt: 'y' }),
			job(3, { prompt: 'x', n: 2 }),
			job(4, { prompt: 'x', model: 'gpt-image-2' }),
			job(5, { prompt: 'x', parameters: { size: '1024x1024', quality: 'high' } }),
			job(6, { prompt: 'x', additional: { user: 'me' } }),
			job(7, {
				prompt: 'x',
				endpoint: 'edits',
				images: [{ kind: 'url', label: 'a', value: 'https://x.example' }],
			}),
			job(8, { prompt: 'x', problems: [{ field: 'size', message: 'no' }] }),
		];
		expect([...findDuplicates([first, same, ...others])]).toEqual([[same, first]]);
	});

	it('are not guessed where an image is not known', () => {
		const edit = (index: number, identity?: string) =>
			job(index, {
				endpoint: 'edits',
				images: [
					{
						kind: 'bytes',
						label: 'data',
						read: async () => await Promise.resolve(Buffer.alloc(0)),
						...(identity === undefined ? {} : { identity }),
					},
				],
				prompt: 'x',
			});
		const [unknown, known, again, other] = [edit(0), edit(1, 'a'), edit(2, 'a'), edit(3, 'b')];
		expect([...findDuplicates([unknown, edit(4), known, again, other])]).toEqual([[again, known]]);
	});
});

describe('file names in folders', () => {
	it('are told apart within their folder', () => {
		const named = (index: number, folder: string) => ({ ...job(index), fileName: 'fox', folder });
		const jobs = [named(0, 'a'), named(1, 'a'), named(2, 'b/c'), named(3, '')];
		const names = new FileNames(jobs, 0);
		expect(jobs.map((one) => names.nameOf(one, 0, 'png'))).toEqual([
			'a/fox.png',
			'a/fox_2.png',
			'b/c/fox.png',
			'fox.png',
		]);
	});

	it('count further images with two digits', () => {
		const one = { ...job(0, { n: 2 }), fileName: 'image.{name}.{NN}.{quality}', name: 'fox' };
		const names = new FileNames([one], 0);
		expect([0, 1].map((image) => names.nameOf(one, image, 'png'))).toEqual([
			'image.fox.01.low.png',
			'image.fox.02.low.png',
		]);
	});
});
