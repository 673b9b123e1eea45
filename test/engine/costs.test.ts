import fc from 'fast-check';
import { estimateJob } from '../../engine/costs/estimate';
import { nanoUsd, shareOut, usd } from '../../engine/costs/money';
import { priceRequest, shareCost, sumCosts, totalOf } from '../../engine/costs/price';
import { gridTokens } from '../../engine/costs/tokens';
import { shareUsage, sumUsage, type Usage } from '../../engine/costs/usage';
import { findModel } from '../../engine/models/find';
import { parseSize } from '../../engine/models/sizes';
import { job } from './world';

const GRIDS: Record<string, Record<string, number>> = {
	'gpt-image-2': { low: 16, medium: 48, high: 96 },
	'gpt-image-2.5': { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
};

const usage = (change: Partial<Usage>): Usage => ({
	inputTextTokens: 0,
	inputImageTokens: 0,
	cachedTextTokens: 0,
	cachedImageTokens: 0,
	outputTokens: 0,
	outputTextTokens: 0,
	...change,
});

describe("OpenAI's calculator", () => {
	it.each([
		['gpt-image-2', 'high', '1024x1024', 1, 7024],
		['gpt-image-2', 'high', '1536x1024', 1, 5488],
		['gpt-image-2', 'high', '1792x1024', 1, 5063],
		['gpt-image-2', 'high', '3584x2048', 1, 12329],
		['gpt-image-2.5', 'low', '1024x1024', 1, 196],
		['gpt-image-2.5', 'medium', '1024x1024', 1, 439],
		['gpt-image-2.5', 'high', '1024x1024', 1, 1756],
		['gpt-image-2.5', 'xhigh', '1024x1024', 1, 3122],
		['gpt-image-2.5', 'max', '1024x1024', 1, 7024],
		['gpt-image-2.5', 'low', '1536x1024', 1, 158],
		['gpt-image-2.5', 'high', '1536x1024', 1, 1372],
		['gpt-image-2.5', 'low', '2560x1440', 1, 205],
		['gpt-image-2.5', 'high', '2048x2048', 1, 3568],
		['gpt-image-2.5', 'high', '3840x2160', 1, 3336],
		['gpt-image-2.5', 'high', '2880x2880', 1, 5930],
		['gpt-image-2.5', 'low', '1024x1024', 2, 391],
	])('%s %s %s, n = %d: %d tokens', (model, quality, size, n, tokens) => {
		const dimensions = parseSize(size);
		if (!dimensions) throw new Error(size);
		expect(gridTokens(GRIDS[model]?.[quality] ?? 0, dimensions, n)).toBe(tokens);
	});
});

describe('prices', () => {
	const flare = findModel('gpt-image-2.5-flare');
	const drawn = { quality: 'medium', size: '1024x1024', images: 1 };

	it("are those of DESIGN's example", () => {
		const cost = priceRequest({ model: flare }, usage({ inputTextTokens: 9, outputTokens: 439 }), drawn);
		expect([usd(cost.input ?? NaN), usd(cost.output ?? NaN), usd(totalOf(cost) ?? NaN)]).toEqual([
			0.000045, 0.01317, 0.013215,
		]);
		expect(cost).toMatchObject({ basis: 'usage', pricedAt: '2026-11-21' });
	});

	it('count cached tokens and text written by the model at their own price', () => {
		const cached = usage({
			inputTextTokens: 100,
			cachedTextTokens: 40,
			inputImageTokens: 1000,
			cachedImageTokens: 500,
		});
		expect(totalOf(priceRequest({ model: flare }, cached, drawn))).toBe(
			60 * 5000 + 40 * 1250 + 500 * 8000 + 500 * 2000,
		);
		const written = usage({ outputTokens: 100, outputTextTokens: 30 });
		expect(totalOf(priceRequest({ model: findModel('gpt-image-1.5') }, written, drawn))).toBe(
			70 * 32_000 + 30 * 10_000,
		);
		expect(totalOf(priceRequest({ model: flare }, written, drawn))).toBe(100 * 30_000);
	});

	it('are unknown, never 0, where there is nothing to go by', () => {
		const unknown = { basis: 'unknown', input: null, output: null, pricedAt: null };
		expect(priceRequest({ model: undefined }, usage({ outputTokens: 5 }), drawn)).toEqual(unknown);
		expect(priceRequest({ model: flare }, null, drawn)).toEqual(unknown);
	});

	it('are per image for models sold by the image', () => {
		const dalle = findModel('dall-e-3');
		const cost = priceRequest({ model: dalle }, null, { quality: null, size: '1792x1024', images: 2 });
		expect(cost).toMatchObject({ basis: 'per_image', input: 0, output: nanoUsd(0.16) });
		expect(priceRequest({ model: dalle }, null, { quality: 'hd', size: '9x9', images: 1 }).basis).toBe(
			'unknown',
		);
	});

	it("are the user's where they give any", () => {
		expect(
			priceRequest({ model: flare, prices: { perImage: 0.5 } }, null, { ...drawn, images: 3 }),
		).toMatchObject({
			basis: 'per_image',
			output: nanoUsd(1.5),
		});
		const own = priceRequest(
			{ model: undefined, prices: { imageOut: 10 } },
			usage({ inputTextTokens: 5, outputTokens: 100 }),
			drawn,
		);
		expect(own).toMatchObject({ basis: 'usage', input: 0, output: nanoUsd(0.001), pricedAt: null });
	});
});

describe('shares', () => {
	const counts = fc.nat(1_000_000_000);

	it('differ by one at most and add up exactly', () => {
		fc.assert(
			fc.property(counts, fc.integer({ min: 1, max: 10 }), (total, parts) => {
				const shares = shareOut(total, parts);
				expect(shares).toHaveLength(parts);
				expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
				expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
			}),
		);
	});

	it("of n images are exactly the request's cost and tokens", () => {
		fc.assert(
			fc.property(counts, counts, counts, fc.integer({ min: 1, max: 10 }), (input, output, tokens, n) => {
				const cost = { basis: 'usage' as const, input, output, pricedAt: null };
				expect(sumCosts(shareCost(cost, n))).toEqual(cost);
				const all = usage({ inputTextTokens: tokens, outputTokens: output, cachedTextTokens: input });
				expect(sumUsage(shareUsage(all, n))).toEqual(all);
			}),
		);
	});
});

describe('estimates', () => {
	const cents = (nano: number) => usd(nano) * 100;

	it('are exact where size and quality are given', () => {
		const estimate = estimateJob(
			job(0, { parameters: { size: '1024x1024', quality: 'medium' } }),
			findModel('gpt-image-2.5-flare'),
		);
		expect(estimate?.output).toEqual({ low: 439 * 30_000, high: 439 * 30_000 });
		expect(estimate?.restsOn).toBe("OpenAI's calculator");
	});

	it('range over all that auto may turn into', () => {
		const estimate = estimateJob(job(0, { parameters: {} }), findModel('gpt-image-2.5-flare'));
		expect(estimate?.output).toEqual({ low: 158 * 30_000, high: 7024 * 30_000 });
	});

	it('are a range for 2.6 that holds what was measured', () => {
		const of = (quality: 'low' | 'high') =>
			estimateJob(job(0, { parameters: { size: '1536x1024', quality } }), findModel('gpt-image-2.6-flare'))
				?.output ?? { low: NaN, high: NaN };
		expect(of('low').low).toBeLessThan(664 * 30_000);
		expect(of('low').high).toBeGreaterThan(664 * 30_000);
		expect(of('high').low).toBeLessThan(1353 * 30_000);
		expect(of('high').high).toBeGreaterThan(1353 * 30_000);
	});

	it('use the published price of mini, and the table of the first generation', () => {
		const mini = estimateJob(
			job(0, { n: 2, parameters: { size: '1536x1024', quality: 'high' } }),
			findModel('gpt-image-1-mini'),
		);
		expect(cents(mini?.output.low ?? NaN)).toBeCloseTo(10.4);
		const old = estimateJob(
			job(0, { parameters: { size: '1024x1536', quality: 'low' } }),
			findModel('gpt-image-1.5'),
		);
		expect(old?.output.high).toBe(408 * 32_000);
	});

	it('are not made up for unknown models', () => {
		expect(estimateJob(job(0, { model: 'flux' }), undefined)).toBeNull();
		expect(
			estimateJob(job(0, { model: 'flux', n: 3, prices: { perImage: 0.01 } }), undefined)?.output.high,
		).toBe(nanoUsd(0.03));
		expect(estimateJob(job(0, { model: 'flux', prices: { imageOut: 10 } }), undefined)).toBeNull();
	});
});
