import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain } from '../stand-in/harness';
import { EDIT_NODE, GENERATE_NODE, paidFor, turnOf, turns } from './conversation';
import { setDay } from './day';
import { file } from './edit';
import type { GenerateResult, ItemJson } from './generate';
import { errorOf, nano } from './generate';

/** Of a compatible server, whose conversation models may be any. */
let compatible: StandIn;
let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

beforeEach(() => {
	standIn.reset();
	compatible.reset();
});

const UNKNOWN = { total: null, input: null, output: null, basis: 'unknown', priced_at: null };
const prices = { options: { conversationPrices: { values: { textIn: 2, textOut: 8 } } } };

async function talkTo(
	talker: string,
	parameters: INodeParameters = {},
	row: IDataObject = {},
): Promise<GenerateResult> {
	return await turns(GENERATE_NODE, {
		rows: [{ json: { prompt: 'a fox', talker, ...row } }],
		standIn: compatible,
		credential: { provider: 'compatible' },
		parameters,
	});
}

describe('a conversation model whose price nobody knows', () => {
	it('leaves its part and the sum unknown, never 0, and the image known', async () => {
		const { result, json } = await talkTo('chatter-1');
		const { usage, cost, warnings } = turnOf(json[0]);
		expect(cost).toMatchObject({ ...UNKNOWN, conversation: UNKNOWN });
		expect(nano(cost.image.total)).toBe(nano(compatible.books[0]!.imageUsd!));
		expect(cost.image).toMatchObject({ basis: 'usage', priced_at: '2026-11-21' });
		const { input_tokens: heard, output_tokens: said, model } = usage.conversation;
		expect(model).toBe('chatter-1');
		expect(warnings).toEqual([
			`The conversation was led by chatter-1 with ${heard} tokens in and ${said} out, whose price is not known here.`,
		]);
		expect(result.hints('Node')).toMatchObject([{ message: warnings[0], type: 'warning' }]);
	});

	it('so do several images in one item', async () => {
		const { json } = await talkTo('chatter-1', { output: { layout: 'itemPerInput' } }, { n: 2 });
		const { cost } = turnOf(json[0]);
		expect(cost).toMatchObject({ ...UNKNOWN, conversation: UNKNOWN });
		const paid = compatible.books.reduce((sum, { imageUsd }) => sum + nano(imageUsd!), 0);
		expect(nano(cost.image.total)).toBe(paid);
	});

	it('words of it instead of an image cost an unknown amount', async () => {
		const { json } = await talkTo('chatter-1', {}, { prompt: '[[text-answer]] a fox' });
		expect(errorOf(json[0]).code).toBe('text_instead_of_image');
		expect(json[0]!.cost).toMatchObject({ ...UNKNOWN, image: { total: 0 }, conversation: UNKNOWN });
	});

	it("with the user's own prices all is known", async () => {
		const { json } = await talkTo('chatter-1', prices);
		const { usage, cost, warnings } = turnOf(json[0]);
		const { input_tokens: heard, output_tokens: said } = usage.conversation;
		const { image, conversation, total } = paidFor(json[0]);
		expect(conversation).toBe(heard * 2000 + said * 8000);
		expect(image).toBe(nano(compatible.books[0]!.imageUsd!));
		expect(total).toBe(image + conversation);
		expect(cost).toMatchObject({ basis: 'usage', conversation: { basis: 'usage', priced_at: null } });
		expect(warnings).toEqual([]);
	});
});

it("the user's own prices go before those of the list, for what comes from the cache too", async () => {
	const first = await talkTo('gpt-6-luna', prices);
	const { response_id: previous } = turnOf(first.json[0]);
	const second = await talkTo('gpt-6-luna', prices, { previous });
	const {
		cached_tokens: cached,
		input_tokens: heard,
		output_tokens: said,
	} = turnOf(second.json[0]).usage.conversation;
	expect(cached).toBeGreaterThan(0);
	expect(paidFor(second.json[0]).conversation).toBe(heard * 2000 + said * 8000);
});

it('prices of 0 mean free of charge', async () => {
	const { json } = await talkTo('chatter-1', {
		options: { conversationPrices: { values: { textIn: 0, textOut: 0 } } },
	});
	const { conversation, total, image } = paidFor(json[0]);
	expect(conversation).toBe(0);
	expect(total).toBe(image);
});

it("the user's prices of images are the image's only", async () => {
	const { json } = await talkTo('gpt-6-luna', {
		options: { prices: { values: { perImage: 0.5, textIn: 0, imageIn: 0, imageOut: 0 } } },
	});
	const { conversation, image } = paidFor(json[0]);
	expect(image).toBe(nano(0.5));
	expect(conversation).toBe(nano(compatible.books[0]!.conversationUsd!));
});

describe('Max Cost', () => {
	it('refuses a conversation whose price is not known, before anything is sent', async () => {
		const { json } = await talkTo('chatter-1', { execution: { maxCost: 1 } });
		expect(compatible.books).toEqual([]);
		expect(errorOf(json[0])).toMatchObject({
			code: 'unknown_price',
			param: 'conversationModel',
			attempts: 0,
		});
		expect(errorOf(json[0]).message).toMatch(
			/^Item 0: no price is known for chatter-1.*conversation's prices/,
		);
	});

	it('lets it pass with prices given', async () => {
		const { json } = await talkTo('chatter-1', { ...prices, execution: { maxCost: 1 } });
		expect(paidFor(json[0]).total).toBeLessThan(1e9);
	});

	it('is kept to by what both models cost', async () => {
		const rows = Array.from({ length: 8 }, (_, number) => ({
			json: { prompt: `picture ${number}`, talker: 'gpt-6-sol', partial_images: number % 2 },
		}));
		const maxCost = 0.11;
		const { result, json, images } = await turns(GENERATE_NODE, {
			rows,
			standIn,
			parameters: { execution: { maxCost, concurrency: 8 } },
		});
		const paid = standIn.books.reduce((sum, { usd }) => sum + nano(usd), 0);
		expect(paid).toBeLessThanOrEqual(nano(maxCost));
		expect(images.length).toBeGreaterThan(0);
		expect(images.length).toBe(standIn.books.length);
		expect(images.length).toBeLessThan(rows.length);
		expect(result.run.status).toBe('success');
		for (const { error } of json.filter((item) => item.error)) expect(error!.code).toBe('budget');
	});
});

describe('Dry Run', () => {
	interface Estimated {
		low: number;
		high: number;
		total: number;
		basis: string;
		image: { low: number; high: number };
		conversation: { low: number; high: number };
	}

	const dryRun = { execution: { dryRun: true } };
	const estimateOf = (json: ItemJson | undefined) => json!.cost as unknown as Estimated;

	it('shows image and conversation apart, and their sum', async () => {
		const { json, items } = await talkTo('gpt-6-luna', dryRun, { n: 3, partial_images: 2 });
		const { low, high, total, basis, image, conversation } = estimateOf(json[0]);
		expect(compatible.books).toEqual([]);
		expect(items[0]!.binary).toBeUndefined();
		expect(json[0]).toMatchObject({ dry_run: true, endpoint: 'responses', requests: 3 });
		expect(basis).toBe('estimate');
		expect(total).toBe(high);
		expect(nano(low)).toBe(nano(image.low) + nano(conversation.low));
		expect(nano(high)).toBe(nano(image.high) + nano(conversation.high));
		expect(conversation.low).toBeGreaterThan(0);
		expect(conversation.high).toBeGreaterThan(conversation.low);
		expect(image.high).toBeGreaterThan(image.low);
	});

	it('knows the image only where nobody knows the price of the conversation', async () => {
		const { json } = await talkTo('chatter-1', dryRun);
		const { low, high, total, basis, image, conversation } = estimateOf(json[0]);
		expect({ low, high, total, basis }).toEqual({ low: null, high: null, total: null, basis: 'unknown' });
		expect(conversation).toEqual({ low: null, high: null });
		expect(image.high).toBeGreaterThan(0);
		const given = await talkTo('chatter-1', { ...dryRun, ...prices });
		expect(estimateOf(given.json[0]).conversation.high).toBeGreaterThan(0);
	});

	it('encloses what the conversations then cost, part by part', async () => {
		const photo = await plain(300, 200, '#2a9');
		const first = await turns(GENERATE_NODE, { rows: [{ json: { prompt: 'a fox' } }], standIn });
		const { response_id: begun, image_call_id: call } = turnOf(first.json[0]);
		// Three turns more, so that there is something to go on from.
		let previous = begun;
		for (const prompt of ['make it blue', 'now at night', 'with stripes']) {
			const { json } = await turns(EDIT_NODE, { rows: [{ json: { prompt, previous } }], standIn });
			({ response_id: previous } = turnOf(json[0]));
		}
		const generates: IDataObject[] = [
			...['gpt-6-luna', 'gpt-6-astra', 'gpt-4o', 'gpt-5'].map((talker) => ({ talker })),
			{ prompt: 'a long wish, '.repeat(200) },
			{ model: 'gpt-image-2.6-flare', quality: 'medium' },
			{ model: 'gpt-image-2', quality: 'high' },
			{ model: 'gpt-image-1.5', size: '1024x1024' },
			{ size: 'auto', quality: 'auto' },
			{ partial_images: 3 },
			{ n: 3 },
			{ previous, partial_images: 1 },
			{ output_format: 'svg', svg_model: 'gpt-6-luna' },
		];
		const edits: IDataObject[] = [
			{ previous },
			{ call },
			{ previous, call },
			{ source: 'binary' },
			{ source: 'binary', previous, talker: 'gpt-6-sol', partial_images: 2 },
			{ source: 'binary', names: 'data,data_1', n: 2 },
			{ source: 'url', urls: new URL('/stand-in/sources/photo.png', standIn.url).href, previous },
			{ source: 'binary', model: 'gpt-image-1.5', size: '1024x1024', input_fidelity: 'high' },
		];
		const numbered = (all: IDataObject[]) =>
			all.map((json, place) => ({
				json: { ...json, prompt: `${(json.prompt as string) ?? 'a fox'} number ${place}` },
				files: { data: file(photo), data_1: file(photo) },
			}));
		for (const [type, rows] of [
			[GENERATE_NODE, numbered(generates)],
			[EDIT_NODE, numbered(edits)],
		] as const) {
			const output = { layout: 'itemPerInput' };
			const dry = await turns(type, { rows, standIn, parameters: { ...dryRun, output } });
			const real = await turns(type, { rows, standIn, parameters: { output } });
			for (const [place, json] of dry.json.entries()) {
				const { low, high, image, conversation } = estimateOf(json);
				const { cost } = turnOf(real.json[place]);
				// The author of an SVG is paid beside the image, and counted with it.
				const { svg } = cost as unknown as { svg?: { total: number } };
				const paid = paidFor(real.json[place]);
				const drawn = paid.image + nano(svg?.total ?? 0);
				for (const [what, range] of [
					[paid.total, { low, high }],
					[drawn, image],
					[paid.conversation, conversation],
				] as const) {
					expect(nano(range.low)).toBeLessThanOrEqual(what);
					expect(nano(range.high)).toBeGreaterThanOrEqual(what);
				}
			}
		}
	});
});
