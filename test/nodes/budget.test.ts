import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { errorOf, generate, nano } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** What the server charged, in nano-dollars. */
const charged = () => standIn.books.reduce((sum, { usd }) => sum + nano(usd), 0);

describe('Max Cost', () => {
	const rows: IDataObject[] = Array.from({ length: 12 }, (_, index) => ({
		prompt: `picture ${index}`,
		size: '1024x640',
		quality: 'low',
	}));

	it('is never exceeded, and used up as far as whole images go', async () => {
		const [price] = (await generate(table, { rows: rows.slice(0, 1), standIn })).images;
		for (const count of [1, 5]) {
			standIn.reset();
			// A little more than so many images, and not enough for another.
			const maxCost = price!.cost.total! * (count + 0.6);
			const { result, json, images } = await generate(table, {
				rows,
				standIn,
				parameters: { execution: { maxCost } },
			});
			expect(charged()).toBeLessThanOrEqual(nano(maxCost));
			expect(images).toHaveLength(count);
			expect(standIn.books).toHaveLength(count);

			// Not failures of their own: even with On Error: Stop they come out as items.
			expect(result.run.status).toBe('success');
			expect(json.map(({ prompt: text }) => text)).toEqual(rows.map(({ prompt: text }) => text));
			for (const item of json.filter(({ error }) => error)) {
				expect(errorOf(item)).toMatchObject({
					code: 'budget',
					type: 'budget',
					status: null,
					retryable: false,
					attempts: 0,
				});
				expect(errorOf(item).message).toMatch(/^Item \d+: Not sent: .*maxCost/);
			}
		}
	});

	it('holds whatever the items are, and whatever fails on the way', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.record({
						prompt: fc.constantFrom(
							'a fox',
							'[[status 500 x1]] an owl',
							'[[moderation]] a bear',
							'[[empty]] a wolf',
						),
						quality: fc.constantFrom('low', 'medium', 'auto'),
						n: fc.integer({ min: 1, max: 3 }),
						size: fc.constantFrom('1024x640', ''),
					}),
					{ minLength: 1, maxLength: 6 },
				),
				fc.double({ min: 0.001, max: 0.06, noNaN: true }),
				async (items, maxCost) => {
					standIn.reset();
					const { result, json } = await generate(table, {
						rows: items.map((item, index) => ({ ...item, prompt: `${item.prompt} ${index}` })),
						standIn,
						onError: 'continueRegularOutput',
						parameters: { execution: { maxCost } },
					});
					expect(result.run.status).toBe('success');
					expect(charged()).toBeLessThanOrEqual(nano(maxCost));
					expect(new Set(json.map(({ prompt: text }) => text)).size).toBe(items.length);
				},
			),
			{ numRuns: 6 },
		);
	});

	it('refuses a model whose price is not known, before anything is sent', async () => {
		const { json } = await generate(table, {
			rows: [{ ...rows[0], model: 'gpt-image-9' }],
			standIn,
			onError: 'continueRegularOutput',
			parameters: { execution: { maxCost: 1 } },
		});
		expect(standIn.books).toEqual([]);
		expect(errorOf(json[0])).toMatchObject({ code: 'unknown_price', param: 'model', attempts: 0 });
		expect(errorOf(json[0]).message).toMatch(/^Item 0: no price is known for gpt-image-9.*price per image/);
	});
});
