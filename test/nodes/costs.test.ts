import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { Models } from '../stand-in/models';
import type { Quality } from '../stand-in/models';
import { outputTokens, textTokens } from '../stand-in/tokens';
import { setDay } from './day';
import type { ImageJson } from './generate';
import { generate, nano } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
/** What the server charged, in nano-dollars. */
const charged = () => sum(standIn.books.map(({ usd }) => nano(usd)));
const totalOf = (items: ImageJson[]) => sum(items.map(({ cost }) => nano(cost.total)));

/** Small, so that drawing them does not take long; tokens go by quality. */
const small = ['1024x640', '640x1024', '816x816'];
const models = new Models('openai', '2026-11-21');

type Row = IDataObject & { prompt: string; model: string; size: string; quality: Quality; n: number };

const fiveQualities = fc.constantFrom<Quality[]>('low', 'medium', 'high', 'xhigh', 'max');
const threeQualities = fc.constantFrom<Quality[]>('low', 'medium', 'high');
const prompt = fc
	.string({ maxLength: 60, unit: 'grapheme' })
	// Brackets would be directives.
	.map((text) => `a ${text.replace(/[[\]]/g, '')} fox`);
const rowOf = (ids: string[], sizes: string[], quality: fc.Arbitrary<Quality>): fc.Arbitrary<Row> =>
	fc.record({
		model: fc.constantFrom(...ids),
		size: fc.constantFrom(...sizes),
		quality,
		prompt,
		n: fc.integer({ min: 1, max: 10 }),
	});
const row = fc.oneof(
	rowOf(['gpt-image-2.5-flare', 'gpt-image-2.5-sunburst', 'gpt-image-2.6-flare'], small, fiveQualities),
	rowOf(['gpt-image-2'], small, threeQualities),
	rowOf(['gpt-image-1.5', 'gpt-image-1-mini'], ['1024x1024'], threeQualities),
);

describe('the cost of a request', () => {
	it('is divided over its images so that they add up to it to the nano-dollar, tokens likewise', async () => {
		await fc.assert(
			fc.asyncProperty(row, async (given) => {
				standIn.reset();
				const { images } = await generate(table, { rows: [given], standIn });
				expect(images).toHaveLength(given.n);
				expect(totalOf(images)).toBe(charged());

				const [width = 0, height = 0] = given.size.split('x').map(Number);
				const output = outputTokens(models.find(given.model)!, given.quality, width, height, given.n);
				const input = textTokens(given.prompt) * given.n;
				const usages = images.map(({ usage }) => usage!);
				expect(sum(usages.map((usage) => usage.output_tokens))).toBe(output);
				expect(sum(usages.map((usage) => usage.input_text_tokens))).toBe(input);
				expect(sum(usages.map((usage) => usage.total_tokens))).toBe(input + output);
				for (const { cost } of images) {
					expect(cost).toMatchObject({ currency: 'USD', basis: 'usage' });
					expect(nano(cost.total)).toBe(nano(cost.input) + nano(cost.output));
				}
			}),
			{ numRuns: 12 },
		);
	});

	it('of more images than one request makes is that of both requests', async () => {
		const { images, items } = await generate(table, {
			rows: [{ prompt: 'thirteen foxes', size: '1024x640', quality: 'low', n: 13 }],
			standIn,
		});
		expect(standIn.books.map(({ n }) => n)).toEqual([10, 3]);
		expect(images.map(({ image }) => image.index)).toEqual(Array.from({ length: 13 }, (_, index) => index));
		expect(items.every(({ pairedItem }) => (pairedItem as { item: number }).item === 0)).toBe(true);
		expect(new Set(images.map(({ image }) => image.file_name)).size).toBe(13);
		expect(totalOf(images)).toBe(charged());
	});

	it("goes into n8n's own count of tokens", async () => {
		const { result, images } = await generate(table, {
			rows: [{ prompt: 'a fox', size: '1024x640', quality: 'low', n: 2 }],
			standIn,
		});
		const usages = images.map(({ usage }) => usage!);
		expect(result.task('Generate')?.metadata).toMatchObject({
			tokenUsage: {
				inputTokens: sum(usages.map((usage) => usage.input_text_tokens)),
				outputTokens: sum(usages.map((usage) => usage.output_tokens)),
			},
		});
	});

	it('of an SVG has a part for its author', async () => {
		const { images } = await generate(table, {
			rows: [{ prompt: 'a fox', size: '1024x640', quality: 'low', output_format: 'svg', n: 2 }],
			standIn,
		});
		expect(standIn.books.map(({ n }) => n)).toEqual([1, 1]);
		for (const { cost, usage } of images) {
			const { svg } = usage as unknown as {
				svg: { model: string; input_tokens: number; output_tokens: number };
			};
			const { svg: author, image } = cost as unknown as Record<string, { total: number }>;
			expect(svg.model).toBe('gpt-6-luna');
			// $0.10 and $0.50 per million tokens.
			expect(author!.total).toBeCloseTo(svg.input_tokens * 1e-7 + svg.output_tokens * 5e-7, 9);
			expect(cost).toMatchObject({ basis: 'usage', total: expect.closeTo(image!.total + author!.total, 9) });
		}
	});
});

describe("prices of the user's own", () => {
	const own = { model: 'my-model', prompt: 'a fox', size: '64x64', n: 2 };
	let compatible: StandIn;

	beforeAll(async () => {
		compatible = await startStandIn({ provider: 'compatible' });
	});

	afterAll(async () => await compatible.close());

	const priced = async (values: IDataObject, execution: IDataObject = {}) =>
		await generate(table, {
			rows: [own],
			standIn: compatible,
			credential: { provider: 'compatible' },
			parameters: { options: { prices: { values } }, execution } as never,
		});

	it('price a model that the catalogue does not know, by the image', async () => {
		const values = { perImage: 0.03, textIn: 0, imageIn: 0, imageOut: 0 };
		const { images } = await priced(values, { maxCost: 0.06 });
		expect(images.map(({ cost }) => cost)).toEqual([
			{ currency: 'USD', input: 0, output: 0.03, total: 0.03, basis: 'per_image', priced_at: null },
			{ currency: 'USD', input: 0, output: 0.03, total: 0.03, basis: 'per_image', priced_at: null },
		]);
	});

	it('price it by the token', async () => {
		const { images } = await priced({ perImage: 0, textIn: 2, imageIn: 4, imageOut: 10 });
		expect(images.map(({ cost }) => cost.basis)).toEqual(['usage', 'usage']);
		const usages = images.map(({ usage }) => usage!);
		const input = sum(usages.map((usage) => usage.input_text_tokens));
		const output = sum(usages.map((usage) => usage.output_tokens));
		expect(sum(images.map(({ cost }) => nano(cost.input)))).toBe(input * 2000);
		expect(sum(images.map(({ cost }) => nano(cost.output)))).toBe(output * 10_000);
	});

	it('are missed where there are none: the cost is unknown, not 0', async () => {
		const { images } = await generate(table, {
			rows: [own],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(images).toHaveLength(2);
		for (const { cost } of images) {
			expect(cost).toEqual({
				currency: 'USD',
				input: null,
				output: null,
				total: null,
				basis: 'unknown',
				priced_at: null,
			});
		}
	});
});
