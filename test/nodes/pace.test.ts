import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { generate, keyOfItsOwn } from './generate';
import table from './workflows/table.json';

/** A minute of two seconds. */
const LIMIT = 40;
let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ imagesPerMinute: LIMIT, minuteMs: 2000 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const run = async (name: string, count: number, apiKey: string) =>
	await generate(table, {
		rows: Array.from({ length: count }, (_, index) => ({
			prompt: `${name} ${index}`,
			size: '1024x640',
			quality: 'low',
		})),
		standIn,
		credential: { apiKey },
		parameters: { execution: { concurrency: 16 } },
		onError: 'continueRegularOutput',
	});

const refused = () => standIn.books.filter(({ status }) => status === 429).length;

it('a limit that nobody told is found out: all images come, and few requests are refused', async () => {
	const { images } = await run('a', 120, keyOfItsOwn());
	expect(images).toHaveLength(120);
	expect(refused() / standIn.books.length).toBeLessThan(0.1);
});

it('two executions with one key go on side by side', async () => {
	const apiKey = keyOfItsOwn();
	let done = Infinity;
	const runs = ['a', 'b'].map(async (name) => {
		const result = await run(name, 80, apiKey);
		done = Math.min(done, standIn.books.length);
		return result;
	});
	const [a, b] = await Promise.all(runs);
	expect([a!.images.length, b!.images.length]).toEqual([80, 80]);
	expect(refused() / standIn.books.length).toBeLessThan(0.1);
	// When the first was through, the other was not far behind.
	const first = standIn.books.slice(0, done).filter(({ status }) => status === 200);
	const ofA = first.filter(({ prompt }) => prompt?.startsWith('a ')).length / first.length;
	expect(ofA).toBeGreaterThan(0.35);
	expect(ofA).toBeLessThan(0.65);
});

it('an item that asks for more images than the limit holds gets them in smaller requests', async () => {
	const small = await startStandIn({ imagesPerMinute: 5, minuteMs: 1000 });
	try {
		const { json, images } = await generate(table, {
			rows: [
				{ prompt: 'ten', n: 10, size: '1024x640', quality: 'low' },
				{ prompt: 'seven', n: 7, size: '1024x640', quality: 'low' },
			],
			standIn: small,
			credential: { apiKey: keyOfItsOwn() },
			parameters: { execution: { concurrency: 1 } },
		});
		expect(json.map(({ prompt }) => prompt)).toEqual([
			...Array<string>(10).fill('ten'),
			...Array<string>(7).fill('seven'),
		]);
		expect(images.map(({ image }) => image.index)).toEqual([
			0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6,
		]);
		const sent = small.books.map(({ status, body }) => ({ status, n: (body as { n?: number }).n }));
		expect(sent.filter(({ status }) => status === 200).map(({ n }) => n)).toEqual([5, 5, 5, 2]);
		expect(sent.filter(({ n }) => n! > 5)).toEqual([{ status: 429, n: 10 }]);
	} finally {
		await small.close();
	}
});
