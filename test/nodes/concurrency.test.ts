import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { generate } from './generate';
import linked from './workflows/linked.json';
import { until } from './until';
import table from './workflows/table.json';

let standIn: StandIn;

/** Milliseconds, by the number that a prompt ends with: neighbours take different times. */
const delayOf = (prompt: string) => 300 + ((Number(/\d+$/.exec(prompt)?.[0] ?? 0) * 7) % 5) * 60;

beforeAll(async () => {
	standIn = await startStandIn({ provider: 'compatible', delayMs: ({ prompt }) => delayOf(prompt) });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const compatible = { provider: 'compatible' };

describe('24 items with a concurrency of 8', () => {
	// Every picture has a size of its own, by which it is told whose it is.
	const rows = Array.from({ length: 24 }, (_, index) => ({
		model: 'tiny',
		prompt: `picture ${index}`,
		size: `${64 + index}x64`,
	}));
	const run = async () =>
		await generate(table, {
			rows,
			standIn,
			credential: compatible,
			parameters: { execution: { concurrency: 8 } },
		});

	it('never have more than 8 requests in flight, and 8 as soon as they can', async () => {
		await run();
		expect(standIn.books).toHaveLength(24);
		expect(standIn.maxInFlight).toBe(8);
		// The next one begins when a lane is free, not when all eight are done.
		const endOfFirstEight = Math.max(...standIn.books.slice(0, 8).map(({ endedAt }) => endedAt));
		expect(standIn.books[8]!.startedAt).toBeLessThan(endOfFirstEight);
	});

	it('come out in the order of the input, whatever order they were done in', async () => {
		const { result, items, json } = await run();
		const done = [...standIn.books].sort((a, b) => a.endedAt - b.endedAt).map(({ prompt }) => prompt);
		expect(done).not.toEqual(rows.map(({ prompt }) => prompt));

		expect(json.map(({ prompt }) => prompt)).toEqual(rows.map(({ prompt }) => prompt));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		for (const [index, item] of items.entries()) {
			const { width, height } = await sharp(await result.binary(item, 'data')).metadata();
			expect(`${width}x${height}`).toBe(rows[index]!.size);
		}
	});

	it('count the time in the queue and the time of the request apart', async () => {
		const { json } = await run();
		for (const { prompt, timing } of json) {
			// Two clocks, each cut to whole milliseconds.
			expect(timing.duration_ms).toBeGreaterThanOrEqual(delayOf(prompt) - 2);
			expect(timing.attempts).toBe(1);
		}
		expect(json[23]!.timing.queued_ms).toBeGreaterThan(json[0]!.timing.queued_ms);
	});
});

it.each([1, 3])('a concurrency of %i is kept to', async (concurrency) => {
	const rows = Array.from({ length: 6 }, (_, index) => ({
		model: 'tiny',
		prompt: `picture ${index}`,
		size: '64x64',
	}));
	await generate(table, {
		rows,
		standIn,
		credential: compatible,
		parameters: { execution: { concurrency } },
	});
	expect(standIn.maxInFlight).toBe(concurrency);
});

it('uses 4 requests at a time where nothing is set', async () => {
	const rows = Array.from({ length: 9 }, (_, index) => ({
		model: 'tiny',
		prompt: `picture ${index}`,
		size: '64x64',
	}));
	await generate(table, { rows, standIn, credential: compatible });
	expect(standIn.maxInFlight).toBe(4);
});

it('counts the requests of one item as well', async () => {
	const { json } = await generate(table, {
		rows: [{ model: 'tiny', prompt: 'picture', size: '64x64', n: 45 }],
		standIn,
		credential: compatible,
		parameters: { execution: { concurrency: 2 } },
	});
	expect(standIn.books.map(({ n }) => n)).toEqual([10, 10, 10, 10, 5]);
	expect(standIn.maxInFlight).toBe(2);
	expect(json.map(({ image }) => image.index)).toEqual(Array.from({ length: 45 }, (_, index) => index));
});

it('keeps the images of one item in order, whichever of its requests is done first', async () => {
	const slowFirst = await startStandIn({
		provider: 'compatible',
		delayMs: ({ index }) => (index === 0 ? 500 : 20),
	});
	try {
		const { json } = await generate(table, {
			rows: [{ model: 'tiny', prompt: 'picture', size: '64x64', n: 23 }],
			standIn: slowFirst,
			credential: compatible,
			parameters: { execution: { concurrency: 3 } },
		});
		const [first, ...others] = slowFirst.books.map(({ endedAt }) => endedAt);
		expect(first).toBeGreaterThan(Math.max(...others));
		expect(json.map(({ image }) => image.index)).toEqual(Array.from({ length: 23 }, (_, index) => index));
	} finally {
		await slowFirst.close();
	}
});

it('lets a later node read the row behind every image and every failure', async () => {
	const rows = Array.from({ length: 10 }, (_, index) => ({
		name: `row ${index}`,
		prompt: index % 4 === 1 ? `[[moderation]] picture ${index}` : `picture ${index}`,
		n: 1 + (index % 3),
	}));
	const { result, items } = await generate(linked, { rows, standIn, credential: compatible });
	const expected = rows.flatMap(({ name, prompt, n }) =>
		prompt.startsWith('[[moderation]]') ? [name] : Array.from({ length: n }, () => name),
	);
	expect(items).toHaveLength(expected.length);
	expect(result.items('Read Row').map(({ json }) => json.prompt)).toEqual(expected);
});

it('works 500 items off, in order', async () => {
	const quick = await startStandIn({ provider: 'compatible' });
	try {
		const rows = Array.from({ length: 500 }, (_, index) => ({
			model: 'tiny',
			prompt: `picture ${index}`,
			size: '32x32',
		}));
		const { result, items, json } = await generate(table, {
			rows,
			standIn: quick,
			credential: compatible,
			parameters: { execution: { concurrency: 32 } },
		});
		expect(result.run.status).toBe('success');
		expect(json.map(({ prompt }) => prompt)).toEqual(rows.map(({ prompt }) => prompt));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		expect(new Set(json.map(({ image }) => image.file_name)).size).toBe(500);
		expect(quick.books).toHaveLength(500);
		expect(quick.maxInFlight).toBeLessThanOrEqual(32);
	} finally {
		await quick.close();
	}
});

describe('cancelling the execution', () => {
	it('aborts what is in flight and starts nothing more', async () => {
		const controller = new AbortController();
		const rows = Array.from({ length: 10 }, (_, index) => ({
			model: 'tiny',
			prompt: index < 2 ? `[[delay 1]] picture ${index}` : `[[delay 20000]] picture ${index}`,
			size: '64x64',
		}));
		const running = generate(table, {
			rows,
			standIn,
			credential: compatible,
			signal: controller.signal,
			onError: 'continueRegularOutput',
			parameters: { execution: { concurrency: 3 } },
		});
		await until(() => standIn.books.length >= 5);
		controller.abort();
		const { result } = await running;

		expect(result.run.status).toBe('canceled');
		await until(() => standIn.inFlight === 0);
		const [first, second, ...others] = standIn.books;
		expect([first!.status, second!.status]).toEqual([200, 200]);
		expect(others).toHaveLength(3);
		for (const entry of others) expect(entry).toMatchObject({ aborted: true, status: 0, usd: 0 });
		await sleep(300);
		expect(standIn.books).toHaveLength(5);
	});

	it('ends the wait before a retry', async () => {
		const controller = new AbortController();
		const running = generate(table, {
			rows: [{ model: 'tiny', prompt: '[[rate-limit 25]] picture', size: '64x64' }],
			standIn,
			credential: compatible,
			signal: controller.signal,
		});
		await until(() => standIn.books.at(-1)?.status === 429);
		controller.abort();
		const { result } = await running;
		expect(result.run.status).toBe('canceled');
		expect(standIn.books).toHaveLength(1);
	});
});
