import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import type { GenerateResult } from './generate';
import { errorOf, generate } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

describe('an answer that is cut within the second of two images', () => {
	let cut: GenerateResult;

	beforeAll(async () => {
		cut = await generate(table, {
			rows: [
				{ prompt: '[[cut]] two foxes', n: 2, size: '1024x640', quality: 'low' },
				{ prompt: 'a whole fox', size: '1024x640', quality: 'low' },
			],
			standIn,
			onError: 'continueRegularOutput',
		});
	});

	it('leaves the first one in hand, and says what became of the other', async () => {
		const [kept, error, other] = cut.items;
		expect(cut.items).toHaveLength(3);
		const bytes = await cut.result.binary(kept!, 'data');
		await sharp(bytes).stats();
		expect(cut.json[0]).toMatchObject({
			image: { index: 0, width: 1024, height: 640, bytes: bytes.length },
			cost: { basis: 'unknown', total: null },
			usage: null,
		});
		expect(cut.json[0]!.warnings.join()).toMatch(/broke off/);
		expect(kept!.pairedItem).toEqual({ item: 0 });
		expect(error!.pairedItem).toEqual({ item: 0 });
		expect(errorOf(cut.json[1]).message).toMatch(/billed.*1 of its 2 images was made and kept/);
		expect(other!.pairedItem).toEqual({ item: 1 });
		expect(cut.json[2]!.error).toBeUndefined();
	});

	it('does not ask for the first one again where interruptions are retried', async () => {
		const { json } = await generate(table, {
			rows: [{ prompt: '[[cut x1]] two foxes', n: 2, size: '1024x640', quality: 'low' }],
			standIn,
			onError: 'continueRegularOutput',
			parameters: { execution: { retryOn: ['interrupted'] } },
		});
		expect(json.filter(({ error }) => !error).length).toBeGreaterThanOrEqual(1);
		// A request for both once more would make three.
		expect(standIn.books.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(3);
	});
});

describe('an interruption', () => {
	it('is not retried, unless the user takes the risk of paying twice', async () => {
		const rows = [{ prompt: '[[reset x1]] a fox', size: '1024x640', quality: 'low' }];
		const careful = await generate(table, { rows, standIn });
		expect(careful.result.error!.message).toMatch(/connection was lost/);
		expect(standIn.books).toHaveLength(1);

		standIn.reset();
		const { json } = await generate(table, {
			rows,
			standIn,
			parameters: { execution: { retryOn: ['interrupted'] } },
		});
		expect(standIn.books).toHaveLength(2);
		expect(json[0]!.timing.attempts).toBe(2);
	});

	it('within the answer of a single image is retried likewise', async () => {
		const { json } = await generate(table, {
			rows: [{ prompt: '[[cut x1]] a fox', size: '1024x640', quality: 'low' }],
			standIn,
			parameters: { execution: { retryOn: ['interrupted'] } },
		});
		expect(json).toHaveLength(1);
		expect(json[0]).toMatchObject({ image: { width: 1024 }, timing: { attempts: 2 } });
	});
});

it('a failure that is not to be retried is not', async () => {
	const { json } = await generate(table, {
		rows: [
			{ prompt: '[[status 500 x1]] a fox', size: '1024x640', quality: 'low' },
			{ prompt: '[[rate-limit 0.1 x1]] an owl', size: '1024x640', quality: 'low' },
		],
		standIn,
		onError: 'continueRegularOutput',
		parameters: { execution: { retryOn: ['rate_limit'] } },
	});
	expect(errorOf(json[0])).toMatchObject({ status: 500, attempts: 1 });
	expect(json[1]!.timing.attempts).toBe(2);
});

it('a server that is not there is tried again, and then named as the reason', async () => {
	const gone = await startStandIn();
	await gone.close();
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox' }],
		standIn: gone,
		onError: 'continueRegularOutput',
		parameters: { execution: { maxRetries: 1 } },
	});
	expect(errorOf(json[0])).toMatchObject({
		code: 'ECONNREFUSED',
		type: 'connection',
		status: null,
		request_id: null,
		retryable: true,
		attempts: 2,
	});
	expect(errorOf(json[0]).message).toMatch(/could not be reached.*base URL/);
});
