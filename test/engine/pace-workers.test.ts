import { LimitedServer, OPEN } from './limited';
import { VirtualClock } from './world';

const MINUTE = 60_000;
const LIMIT = 60;

/** How long an answer takes, milliseconds. */
const fast = (place: number) => 300 + ((place * 7919) % 900);
const slow = (place: number) => 12_000 + ((place * 7919) % 9000);

/** Three processes of two runs each, of 50 images or so many. @returns images that were not made */
async function threeOfTwo(
	server: LimitedServer,
	settings: { concurrency: number; imagesPerMinute?: number },
	images = 50,
): Promise<number> {
	const runs = [0, 1, 2].flatMap((process) => {
		const worker = server.worker();
		return [0, 1].map(async (run) => await worker.run(`${process}${run}`, images, settings));
	});
	const outcomes = (await Promise.all(runs)).flat();
	return outcomes.filter(({ status }) => status !== 'completed').length;
}

describe('three processes of two runs with one key, by headers', () => {
	it.each([
		[4, MINUTE],
		[8, MINUTE],
		[4, MINUTE / 3],
		[8, MINUTE / 3],
	])('with %i at once in each run and a minute of %i ms', async (concurrency, minute) => {
		const server = new LimitedServer(LIMIT, OPEN, fast, minute);
		expect(await threeOfTwo(server, { concurrency })).toBe(0);
		expect(server.used()).toBeGreaterThan(0.97);
		expect(server.refusedShare()).toBeLessThan(0.05);
		expect(server.refusedShare(minute)).toBeLessThan(0.01);
	});

	it.each([
		['fast', fast, 0.97],
		['slow', slow, 0.85],
	])(
		'that send more at once than a minute has are refused at first only: %s',
		async (_what, latency, used) => {
			const server = new LimitedServer(LIMIT, OPEN, latency);
			expect(await threeOfTwo(server, { concurrency: 16 })).toBe(0);
			expect(server.used()).toBeGreaterThan(used);
			expect(server.refusedShare(MINUTE)).toBeLessThan(0.04);
		},
	);
});

it('who was slow, and alone, may send all at once when it has more to send', async () => {
	const server = new LimitedServer(LIMIT, OPEN, slow);
	const worker = server.worker();
	await worker.run('slow', 10, { concurrency: 1 });
	const { length } = server.seen;
	await worker.run('all', 50, { concurrency: 32 });
	const times = server.seen.slice(length, length + 32).map(({ at }) => at);
	expect(Math.max(...times) - Math.min(...times)).toBeLessThan(100);
	expect(server.refusedShare()).toBe(0);
});

it('more waiting than a window holds wait no longer than they must, and without looking all the time', async () => {
	const sleep = jest.spyOn(VirtualClock.prototype, 'sleep');
	const server = new LimitedServer(LIMIT, OPEN, fast);
	expect(await threeOfTwo(server, { concurrency: 16, imagesPerMinute: 20 }, 30)).toBe(0);
	expect(server.refusedShare()).toBe(0);
	expect(server.used()).toBeGreaterThan(0.97);
	expect(sleep.mock.calls.length).toBeLessThan(20_000);
	sleep.mockRestore();
});
