import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch } from './batch';

let standIn: StandIn;
beforeAll(async () => {
	standIn = await startStandIn();
});
beforeEach(() => standIn.reset());
afterAll(async () => await standIn.close());

describe('a batch from a configuration', () => {
	it('delivers images, failures and a summary', async () => {
		const { images, failed, summary, outputs, result } = await batch({
			standIn,
			parameters: {
				source: 'json',
				json: JSON.stringify({
					output_dir: 'shop',
					max_concurrent: 4,
					jobs: [
						{ prompt: 'a fox', size: '1024x1024', quality: 'low', output_path: 'animals/fox.png' },
						{ prompt: 'an owl [[moderation]]', size: '1024x1024', quality: 'low', name: 'owl' },
						{ prompt: 'a hen', size: '1024x1024', quality: 'low', sample_count: 2, metadata: { sku: 7 } },
					],
				}),
			},
		});
		expect(result.error).toBeUndefined();
		expect(images.map(({ output_path }) => output_path)).toEqual([
			'shop/animals/fox.png',
			'shop/03_a-hen.png',
			'shop/03_a-hen_2.png',
		]);
		expect(failed).toMatchObject([
			{
				job_id: 'owl',
				status: 'failed',
				prompt: 'an owl [[moderation]]',
				quality: 'low',
				error: { code: 'moderation_blocked' },
			},
		]);
		expect(summary).toMatchObject({ total: 3, succeeded: 2, failed: 1, cancelled: 0, images: 3 });
		const booked = standIn.books.reduce((sum, { usd }) => sum + usd, 0);
		expect(summary.total_cost.total).toBeCloseTo(booked, 9);
		const report = await result.binary(outputs.summary[0]!, 'report');
		expect(report.toString()).toMatch(/^<!doctype html>/i);
	});

	it('reports all mistakes together, and sends nothing', async () => {
		const { result } = await batch({
			standIn,
			parameters: {
				source: 'json',
				json: '{"jobs": [{"prompt": ""}, {"prompt": "x", "size": "1x1"}, {"prompt": "y", "model": "dall-e-3", "output_path": "../y"}], "timeout": 5}',
			},
		});
		expect(result.error?.message).toMatch(/jobs\[0\]\.prompt/);
		expect(result.error?.message).toMatch(/jobs\[1\]\.size/);
		expect(result.error?.message).toMatch(/jobs\[2\]\.output_path/);
		expect(result.error?.message).toMatch(/timeout/);
		expect(standIn.books).toHaveLength(0);
	});
});
