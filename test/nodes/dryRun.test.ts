import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { setDay } from './day';
import { errorOf, generate, nano } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

describe('Dry Run', () => {
	const rows: IDataObject[] = [
		...['low', 'medium', 'high', 'xhigh', 'max'].flatMap((quality) => [
			{ model: 'gpt-image-2.5-flare', quality, size: '1024x640' },
			{ model: 'gpt-image-2.6-sunburst', quality, size: '816x816', n: 2 },
		]),
		...['low', 'medium', 'high'].flatMap((quality) => [
			{ model: 'gpt-image-2', quality, size: '1024x640', n: 3 },
			{ model: 'gpt-image-1.5', quality, size: '1024x1024' },
			{ model: 'gpt-image-1-mini', quality, size: '1024x1024' },
		]),
		{ model: 'gpt-image-2.5-flare' },
		{ model: 'gpt-image-2.6-flare' },
		{ model: 'gpt-image-2' },
		{ model: 'gpt-image-1.5', size: '1024x1024' },
	].map((given, index) => ({ prompt: `a fox in the snow, number ${index}`, ...given }));

	it('sends nothing, and its estimates enclose the real cost', async () => {
		const dry = await generate(table, { rows, standIn, parameters: { execution: { dryRun: true } } });
		expect(standIn.books).toEqual([]);
		expect(dry.json).toHaveLength(rows.length);
		expect(dry.items.every(({ binary }) => binary === undefined)).toBe(true);
		expect(dry.items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));

		const real = await generate(table, { rows, standIn });
		for (const [index, { prompt: text, cost }] of dry.json.entries()) {
			expect(text).toBe(rows[index]!.prompt);
			expect(cost).toMatchObject({ currency: 'USD', basis: 'estimate' });
			const made = real.images.filter((image) => image.prompt === text);
			const paid = made.reduce((sum, image) => sum + nano(image.cost.total), 0);
			expect(nano(cost.low!)).toBeLessThanOrEqual(paid);
			expect(nano(cost.high!)).toBeGreaterThanOrEqual(paid);
		}
	});

	it('says what would be sent, in how many requests', async () => {
		const { json } = await generate(table, {
			rows: [{ prompt: 'a fox', n: 13, output_format: 'JPG', quality: 'low', size: '1024x640' }],
			standIn,
			parameters: { execution: { dryRun: true } },
		});
		expect(json[0]).toMatchObject({
			prompt: 'a fox',
			model: 'gpt-image-2.5-flare',
			endpoint: 'generations',
			dry_run: true,
			parameters: { n: 13, output_format: 'jpeg', quality: 'low', size: '1024x640' },
			requests: 2,
		});
	});

	it('reports what is wrong beside what is good, with On Error: Continue', async () => {
		const { json } = await generate(table, {
			rows: [
				{ prompt: 'a fox', quality: 'low' },
				{ prompt: 'an owl', n: 0 },
				{ prompt: 'x', model: 'gpt-image-9' },
			],
			standIn,
			onError: 'continueRegularOutput',
			parameters: { execution: { dryRun: true } },
		});
		expect(json[0]!.cost.basis).toBe('estimate');
		expect(errorOf(json[1]).message).toMatch(/^Item 1: n: /);
		expect(json[2]!.cost).toMatchObject({ basis: 'unknown', total: null, low: null, high: null });
		expect(standIn.books).toEqual([]);
	});
});
