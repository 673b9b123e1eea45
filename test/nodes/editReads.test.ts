import { setTimeout as sleep } from 'node:timers/promises';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { BookEntry, StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256 } from '../stand-in/harness';
import type { SourceRow } from './edit';
import { edit, file } from './edit';
import { errorOf } from './generate';

/** When images are read, and what is sent of them when a request is repeated or cut short. */
let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ provider: 'compatible', delayMs: 15 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

afterEach(() => jest.restoreAllMocks());

const compatible = { provider: 'compatible' };

/** One image each, with a width of its own; of a model whose pictures are drawn quickly. */
const rowsOf = async (count: number, prompt = (index: number) => `Picture ${index}`): Promise<SourceRow[]> =>
	await Promise.all(
		Array.from({ length: count }, async (_, index) => ({
			files: { data: file(await plain(64 + index, 64, '#2a9')) },
			json: { model: 'tiny', size: '64x64', quality: '', prompt: prompt(index) },
		})),
	);

/** How an image is read in pieces to be sent; its first bytes, which are looked at before, are read in smaller ones. */
const SENDING_PIECE = 64 * 1024;

/** Calls `onRead` with the number of images that were begun to be read for sending, whenever it is one more. */
function watchReads(onRead: (reads: number) => void): void {
	const service = Container.get(BinaryDataService);
	const open = service.getAsStream.bind(service);
	const begun = new Set<string>();
	jest.spyOn(service, 'getAsStream').mockImplementation(async (id, pieces) => {
		if (pieces === SENDING_PIECE && !begun.has(id)) {
			begun.add(id);
			onRead(begun.size);
		}
		return await open(id, pieces);
	});
}

it('of 100 queued edits an image is read when its job begins, and not before', async () => {
	const concurrency = 2;
	const ahead: number[] = [];
	// A request is in the books when its body has arrived, so what is read and not there yet is held by the node.
	watchReads((reads) => ahead.push(reads - standIn.books.length));
	const { json } = await edit({
		rows: await rowsOf(100),
		standIn,
		credential: compatible,
		parameters: { execution: { concurrency } },
	});
	expect(json.filter(({ error }) => error)).toEqual([]);
	expect(standIn.books.map(({ inputs }) => inputs![0]!.width)).toEqual(
		expect.arrayContaining(Array.from({ length: 100 }, (_, index) => 64 + index)),
	);
	expect(ahead).toHaveLength(100);
	expect(Math.max(...ahead)).toBeLessThanOrEqual(concurrency + 1);
});

it('a request that is repeated has its images again, whole', async () => {
	const rows = await rowsOf(1, () => '[[status 500 x1]] [[rate-limit 0.1 x2]] again');
	const second = file(await plain(200, 64, '#c33', 'jpeg'), 'jpeg');
	rows[0]!.files!.data_1 = second;
	rows[0]!.json!.names = 'data*';
	const { json } = await edit({ rows, standIn, credential: compatible });
	expect(json[0]!.timing.attempts).toBe(3);
	expect(standIn.books.map(({ status }) => status)).toEqual([500, 429, 200]);
	const [first, ...others] = standIn.books.map(({ inputs }) => inputs!);
	expect(first!.map((input) => input.sha256)).toEqual([
		sha256(rows[0]!.files!.data!.bytes),
		sha256(second.bytes),
	]);
	for (const inputs of others) expect(inputs).toEqual(first);
});

it('a request that fails for good fails its item alone', async () => {
	const { json } = await edit({
		rows: await rowsOf(3, (index) => (index === 1 ? '[[moderation]]' : `Picture ${index}`)),
		standIn,
		credential: compatible,
	});
	expect(json.map(({ error }) => error?.code ?? 'made')).toEqual(['made', 'moderation_blocked', 'made']);
});

it('more images than one request makes have the sources in every request', async () => {
	const [row] = await rowsOf(1);
	row!.json!.n = 13;
	const { json } = await edit({ rows: [row!], standIn, credential: compatible });
	expect(json.map(({ image }) => image.index)).toEqual(Array.from({ length: 13 }, (_, index) => index));
	expect(standIn.books.map(({ n }) => n)).toEqual([10, 3]);
	const [first, second] = standIn.books.map(({ inputs }) => inputs);
	expect(second).toEqual(first);
});

describe('an image that cannot be read any more when its job begins', () => {
	const breakNumber = (number: number) =>
		watchReads((reads) => {
			if (reads === number) throw new Error('The file is gone');
		});
	const parameters = { execution: { concurrency: 1 } };

	it('fails its item alone, with the reason', async () => {
		const rows = await rowsOf(3);
		breakNumber(2);
		const { json } = await edit({ rows, standIn, credential: compatible, parameters });
		expect(json.map(({ error }) => error === undefined)).toEqual([true, false, true]);
		expect(errorOf(json[1]).message).toMatch(/The file is gone/);
		expect(standIn.books.map(({ prompt }) => prompt)).toEqual(['Picture 0', 'Picture 2']);
	});

	it('is named, and not taken for a request that was sent', async () => {
		const rows = await rowsOf(2);
		breakNumber(2);
		const { json } = await edit({ rows, standIn, credential: compatible, parameters });
		expect(errorOf(json[1]).attempts).toBe(0);
		expect(errorOf(json[1]).message).toMatch(/binary property "data".*The file is gone/i);
	});

	it('is not taken for something that may have been billed', async () => {
		const rows = await rowsOf(1);
		breakNumber(1);
		const { result } = await edit({ rows, standIn, credential: compatible, onError: 'stopWorkflow' });
		expect(result.error!.message).toMatch(/The file is gone/);
		expect(result.error!.description).toContain('No image had been paid for.');
		expect(standIn.books).toEqual([]);
	});
});

describe('cancelling the execution', () => {
	const finished = (entry: BookEntry) => entry.endedAt !== 0;

	it('aborts the edits in flight, and reads and sends nothing more', async () => {
		const rows = await rowsOf(8, (index) => (index < 2 ? `Picture ${index}` : `[[delay 20000]] ${index}`));
		let reads = 0;
		watchReads((count) => (reads = count));
		const controller = new AbortController();
		const running = edit({
			rows,
			standIn,
			credential: compatible,
			signal: controller.signal,
			parameters: { execution: { concurrency: 2 } },
		});
		while (standIn.books.length < 4) await sleep(5);
		controller.abort();
		const { result } = await running;
		expect(result.run.status).toBe('canceled');
		while (!standIn.books.every(finished)) await sleep(5);
		expect(standIn.books.map(({ status }) => status)).toEqual([200, 200, 0, 0]);
		expect(standIn.books.slice(2).map(({ aborted, usd }) => ({ aborted, usd }))).toEqual([
			{ aborted: true, usd: 0 },
			{ aborted: true, usd: 0 },
		]);
		const readThen = reads;
		await sleep(200);
		expect(reads).toBe(readThen);
		expect(reads).toBe(4);
		expect(standIn.books).toHaveLength(4);
	});
});
