import { runJobs } from '../../engine/runner/run';
import { job, SETTINGS, World, type Answer } from './world';

const refusal = (message: string, headers: Record<string, string> = {}): Answer => ({
	status: 429,
	headers,
	body: { error: { message, type: 'input-images', code: 'rate_limit_exceeded' } },
});

describe('a request for more than the limit holds', () => {
	/** Lets in up to so many images at once. */
	const server = (limit: number) =>
		new World(({ n }) =>
			n > limit
				? refusal(`Request too large for gpt-image on input-images per min: Limit ${limit}, Requested ${n}.`)
				: { images: n, tokens: n * 100, delayMs: 1000 },
		);

	it('goes in smaller ones, and those after it as well without being refused first', async () => {
		const world = server(4);
		const jobs = [job(0, { n: 10 }), job(1, { n: 3 }), job(2, { n: 9 })];
		const outcomes = await runJobs(jobs, { ...SETTINGS, concurrency: 1 }, world.ports);
		expect(world.sent.map(({ n }) => n)).toEqual([10, 4, 4, 2, 3, 4, 4, 1]);
		expect(outcomes.map(({ status, images }) => [status, images.length])).toEqual([
			['completed', 10],
			['completed', 3],
			['completed', 9],
		]);
		expect(world.stored.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, index) => `0/${index}`));
		expect(outcomes[0]!.attempts.map(({ result }) => result)).toEqual([
			'rate_limit',
			'completed',
			'completed',
			'completed',
		]);
	});

	it('says how many requests there are now', async () => {
		const world = server(4);
		const progress: Array<[number, number]> = [];
		await runJobs([job(0, { n: 10 })], SETTINGS, {
			...world.ports,
			onProgress: ({ done, requests }) => progress.push([done, requests]),
		});
		expect(progress).toEqual([
			[1, 3],
			[2, 3],
			[3, 3],
		]);
	});

	it('also where it is the tokens that are too many', async () => {
		const world = new World(({ n }) =>
			n > 2
				? refusal(
						`Request too large on tokens per min (TPM): Limit 9000, Requested ${n * 4000}. Ask for less.`,
					)
				: { images: n },
		);
		const [outcome] = await runJobs([job(0, { n: 5 })], SETTINGS, world.ports);
		expect(world.sent.map(({ n }) => n)).toEqual([5, 2, 2, 1]);
		expect(outcome!.images).toHaveLength(5);
	});

	it('is given up at once where it is for one image', async () => {
		const world = new World(() =>
			refusal('Request too large on tokens per min (TPM): Limit 100, Requested 4000.'),
		);
		const [outcome] = await runJobs([job(0)], SETTINGS, world.ports);
		expect(world.sent).toHaveLength(1);
		expect(outcome!.error).toMatchObject({
			kind: 'rate_limit',
			message: expect.stringContaining('Limit 100, Requested 4000') as string,
		});
	});

	it('a part of it that fails is not made again, and the others are kept', async () => {
		let sent = 0;
		const world = new World(({ n }) =>
			n > 4
				? refusal(`Request too large on input-images per min: Limit 4, Requested ${n}.`)
				: ++sent === 2
					? { status: 400, body: { error: { code: 'moderation_blocked', message: 'no' } } }
					: { images: n },
		);
		const [outcome] = await runJobs([job(0, { n: 10 })], SETTINGS, world.ports);
		expect(world.sent.map(({ n }) => n)).toEqual([10, 4, 4, 2]);
		expect(outcome).toMatchObject({ status: 'failed', error: { kind: 'moderation' } });
		expect(outcome!.images).toHaveLength(6);
	});
});

describe('a request that finds no room', () => {
	const withOthers = [
		job(0, { prompt: 'unlucky' }),
		...Array.from({ length: 60 }, (_, index) => job(index + 1)),
	];
	/** Refuses the unlucky one so many times, and nobody else. */
	const server = (times: number, headers: Record<string, string>) =>
		new World(({ prompt, attempt }) =>
			prompt === 'unlucky' && attempt <= times
				? refusal('Rate limit reached.', headers)
				: { images: 1, delayMs: 1000 },
		);

	it.each<[string, Record<string, string>]>([
		['that says how long to wait', { 'retry-after': '1' }],
		['that does not', {}],
	])('is not given up as long as others are let in, by a server %s', async (_name, headers) => {
		const world = server(6, headers);
		const outcomes = await runJobs(withOthers, { ...SETTINGS, concurrency: 2 }, world.ports);
		expect(outcomes.map(({ status }) => status)).toEqual(withOthers.map(() => 'completed'));
		expect(outcomes[0]!.timing.attempts).toBe(7);
	});

	it('is given up in the end where it alone is always refused', async () => {
		const world = server(Infinity, { 'retry-after': '1' });
		const outcomes = await runJobs(withOthers, { ...SETTINGS, concurrency: 2, maxRetries: 2 }, world.ports);
		expect(outcomes.map(({ status }) => status).filter((status) => status !== 'completed')).toEqual([
			'failed',
		]);
		expect(outcomes[0]!.timing.attempts).toBe(13);
	});

	it('comes again later each time', async () => {
		const world = server(5, {});
		await runJobs(withOthers, { ...SETTINGS, concurrency: 2 }, world.ports);
		const times = world.sent.filter(({ prompt }) => prompt === 'unlucky').map(({ at }) => at);
		const waits = times.slice(1).map((at, place) => at - times[place]!);
		expect(waits).toHaveLength(5);
		for (const [place, wait] of waits.slice(1).entries()) expect(wait).toBeGreaterThan(waits[place]!);
	});

	it('is given up after as many tries as are allowed where nobody is let in', async () => {
		const world = server(Infinity, { 'retry-after': '1' });
		const [outcome] = await runJobs(withOthers.slice(0, 1), { ...SETTINGS, maxRetries: 2 }, world.ports);
		expect(world.sent).toHaveLength(3);
		expect(outcome!.error!.kind).toBe('rate_limit');
	});

	it('is not tried again where no retries are wanted', async () => {
		const world = server(1, { 'retry-after': '1' });
		const outcomes = await runJobs(withOthers, { ...SETTINGS, concurrency: 2, maxRetries: 0 }, world.ports);
		expect(outcomes.map(({ status }) => status).filter((status) => status !== 'completed')).toEqual([
			'failed',
		]);
		expect(outcomes[0]!.timing.attempts).toBe(1);
	});
});
