import { Paces } from '../../engine/runner/paces';
import { LimitedServer, OPEN, SILENT, type Candour } from './limited';
import { VirtualClock } from './world';

const MINUTE = 60_000;
const LIMIT = 50;
const NAMED: Candour = { ...SILENT, named: true, retryAfter: true };
const RETRY_AFTER: Candour = { ...SILENT, retryAfter: true };

/** How long an answer takes, milliseconds. With the slow ones 16 requests at once come to some 58 images a minute. */
const fast = (place: number) => 300 + ((place * 7919) % 900);
const slow = (place: number) => 12_000 + ((place * 7919) % 9000);

describe('200 images at 50 a minute, 16 at once', () => {
	it.each([
		['fast', fast, 0.97],
		// Sixteen that take so long cannot use what is there at the beginning.
		['slow', slow, 0.8],
	])('with the limit known, nothing is refused: %s answers', async (_what, latency, used) => {
		const server = new LimitedServer(LIMIT, OPEN, latency);
		await server.worker().run('a', 200, { imagesPerMinute: LIMIT });
		expect(server.refusedShare()).toBe(0);
		expect(server.admitted()).toBe(200);
		expect(server.used()).toBeGreaterThan(used);
	});

	describe.each([
		['headers', OPEN],
		['refusals that name the limit', NAMED],
		['refusals that say when to come back', RETRY_AFTER],
		['refusals that say nothing', SILENT],
	])('finds the limit out by %s', (_what, candour) => {
		it.each([
			['fast', fast, 0.97],
			['slow', slow, 0.8],
		])('%s answers', async (_latency, latency, used) => {
			const server = new LimitedServer(LIMIT, candour, latency);
			const outcomes = await server.worker().run('a', 200);
			expect(outcomes.every(({ status }) => status === 'completed')).toBe(true);
			expect(server.used()).toBeGreaterThan(used);
			expect(server.refusedShare(MINUTE)).toBeLessThan(0.02);
		});
	});

	it('finds out that a minute is shorter there', async () => {
		const server = new LimitedServer(LIMIT, OPEN, () => 30, 3000);
		await server.worker().run('a', 400);
		expect(server.used()).toBeGreaterThan(0.9);
		expect(server.refusedShare()).toBeLessThan(0.02);
	});
});

describe('two runs of a process', () => {
	const shareOf = (server: LimitedServer, name: string, until: number) => {
		const admitted = server.seen.filter(({ at, refused }) => at <= until && !refused);
		return admitted.filter(({ prompt }) => prompt.startsWith(name)).length / admitted.length;
	};

	it.each([
		['that know the limit', LIMIT],
		['that do not', 0],
	])('%s have half of it each', async (_what, imagesPerMinute) => {
		const server = new LimitedServer(LIMIT, OPEN, fast);
		const worker = server.worker();
		let firstEnd = Infinity;
		const runs = ['a', 'b'].map(async (name) => {
			await worker.run(name, 150, { imagesPerMinute });
			firstEnd = Math.min(firstEnd, server.clock.now());
		});
		await Promise.all(runs);
		expect(shareOf(server, 'a', firstEnd)).toBeGreaterThan(0.4);
		expect(shareOf(server, 'a', firstEnd)).toBeLessThan(0.6);
		expect(server.refusedShare()).toBeLessThan(imagesPerMinute > 0 ? 0.001 : 0.02);
	});

	it('of which one may take less leave the rest to the other', async () => {
		const server = new LimitedServer(LIMIT, OPEN, fast);
		const worker = server.worker();
		await Promise.all([worker.run('a', 20, { imagesPerMinute: 10 }), worker.run('b', 120)]);
		const inFirst = (name: string) =>
			server.seen.filter(({ at, prompt }) => at < server.startedAt + MINUTE && prompt.startsWith(name))
				.length;
		expect(inFirst('a')).toBe(10);
		expect(inFirst('b')).toBeGreaterThan(30);
		expect(server.refusedShare()).toBeLessThan(0.02);
	});

	it('send what is more than a window holds alone, and let the server have the word', async () => {
		const clock = new VirtualClock();
		const pace = new Paces(clock).enter('account', 'gpt-image-2', 0);
		const admission = await pace.admit(1, new AbortController().signal);
		admission.answered({ 'x-ratelimit-limit-input-images': '5', 'x-ratelimit-remaining-input-images': '4' });
		const before = clock.now();
		await pace.admit(10, new AbortController().signal);
		expect(clock.now() - before).toBeGreaterThan(MINUTE - 1);
		expect(clock.now() - before).toBeLessThan(2 * MINUTE);
	});

	it('keep within it one after the other as well', async () => {
		const server = new LimitedServer(LIMIT, OPEN, fast);
		const worker = server.worker();
		for (const name of ['a', 'b', 'c']) await worker.run(name, 50, { imagesPerMinute: LIMIT });
		expect(server.refusedShare()).toBe(0);
	});
});

describe('three processes with one key', () => {
	it('leave what they do not need any more to the others', async () => {
		const server = new LimitedServer(LIMIT, OPEN, fast);
		const [a, b, c] = [server.worker(), server.worker(), server.worker()];
		await Promise.all([a.run('a', 60), b.run('b', 60), c.run('c', 400)]);
		const others = server.seen.filter(({ prompt }) => !prompt.startsWith('c')).map(({ at }) => at);
		const alone = Math.max(...others);
		const last = Math.max(...server.seen.map(({ at }) => at));
		const admitted = server.seen.filter(({ at, refused }) => at > alone && !refused).length;
		expect(admitted / (LIMIT * ((last - alone) / MINUTE))).toBeGreaterThan(0.9);
	});

	it.each<[string, Candour, { used: number; refused: number }]>([
		['headers', OPEN, { used: 0.9, refused: 0.05 }],
		['refusals that name the limit', NAMED, { used: 0.85, refused: 0.05 }],
		['refusals that say when to come back', RETRY_AFTER, { used: 0.75, refused: 0.2 }],
		['refusals that say nothing', SILENT, { used: 0.75, refused: 0.2 }],
	])('use the limit together, by %s', async (_what, candour, { used, refused }) => {
		for (const latency of [fast, slow]) {
			const server = new LimitedServer(LIMIT, candour, latency);
			const outcomes = await Promise.all(
				['a', 'b', 'c'].map(async (name) => await server.worker().run(name, 150, { maxRetries: 8 })),
			);
			expect(outcomes.flat().every(({ status }) => status === 'completed')).toBe(true);
			expect(server.used()).toBeGreaterThan(used);
			expect(server.refusedShare()).toBeLessThan(refused);
			expect(server.refusedShare(MINUTE)).toBeLessThan(0.05);
		}
	});
});
