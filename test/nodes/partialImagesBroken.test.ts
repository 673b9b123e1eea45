import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { GENERATE_NODE, turns } from './conversation';
import { setDay } from './day';
import type { GenerateResult, ImageJson, ItemJson } from './generate';
import { errorOf, nano } from './generate';

let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

interface Making {
	execution?: INodeParameters;
	onError?: INode['onError'];
}

async function make(row: IDataObject, { execution, ...more }: Making = {}): Promise<GenerateResult> {
	return await turns(GENERATE_NODE, {
		rows: [{ json: { prompt: 'a fox', partial_images: 2, ...row } }],
		standIn,
		parameters: { execution: execution ?? {} },
		...more,
	});
}

const apis = ['images', 'responses'];

/** A failed item with two partial images, which are looked at. */
async function expectKept({ result, items, json }: GenerateResult): Promise<void> {
	const place = json.findIndex(({ error }) => error !== undefined);
	const item = items[place]!;
	expect(Object.keys(item.binary!)).toEqual(['data_partial_0', 'data_partial_1']);
	const listed = (json[place] as unknown as { partial_images: Array<ImageJson['image']> }).partial_images;
	expect(listed.map(({ index }) => index)).toEqual([0, 1]);
	for (const { index, bytes, file_name: name } of listed) {
		const file = await result.binary(item, `data_partial_${index}`);
		await sharp(file).stats();
		expect((await sharp(file).metadata()).width).toBe(816);
		expect(file.length).toBe(bytes);
		expect(item.binary![`data_partial_${index}`]!.fileName).toBe(name);
	}
	expect(json[place]).not.toHaveProperty('image');
	expect(item.pairedItem).toEqual({ item: 0 });
}

const UNKNOWN = { total: null, input: null, output: null, basis: 'unknown' };

describe.each(apis)('after partial images, with the %s API,', (api) => {
	describe.each([
		[
			'is cut',
			'[[stream-cut early]]',
			{ type: 'interrupted', retryable: true },
			/lost|broke off|interrupted/,
		],
		[
			'ends without its last event',
			'[[empty]]',
			{ type: 'interrupted', code: 'incomplete_response' },
			/broke off/,
		],
		['reports an error', '[[stream-error]]', { code: 'server_error', retryable: true }, /error/],
	])('a stream that %s', (_what, directive, error, message) => {
		// Of the Responses API an answer without output ends in good order: it is no broken stream.
		if (api === 'responses' && directive === '[[empty]]') return;

		it('leaves them on the failed item, which says so', async () => {
			const made = await make({ api, prompt: `${directive} a fox` });
			expect(made.json).toHaveLength(1);
			await expectKept(made);
			expect(errorOf(made.json[0])).toMatchObject({ ...error, status: 200, attempts: 1 });
			expect(errorOf(made.json[0]).message).toMatch(message);
			expect(errorOf(made.json[0]).message).toMatch(/2 partial images are kept\.$/);
			expect(errorOf(made.json[0]).request_id).toMatch(/^req_/);
			expect(made.json[0]!.cost).toMatchObject(UNKNOWN);
			expect(standIn.books).toHaveLength(1);
		});
	});

	it('one is spoken of as one', async () => {
		const { json } = await make({ api, prompt: '[[stream-cut early]] a fox', partial_images: 1 });
		expect(errorOf(json[0]).message).toMatch(/1 partial image is kept\.$/);
	});

	it('a cut is not retried by default, and is where interruptions are', async () => {
		const prompt = '[[stream-cut early x1]] a fox';
		const careful = await make({ api, prompt });
		expect(errorOf(careful.json[0]).attempts).toBe(1);
		standIn.reset();
		const { json, items } = await make({ api, prompt }, { execution: { retryOn: ['interrupted'] } });
		expect(standIn.books).toHaveLength(2);
		expect(json).toHaveLength(1);
		expect(json[0]).toMatchObject({ image: { width: 816 }, timing: { attempts: 2 } });
		expect(Object.keys(items[0]!.binary!)).toEqual(['data', 'data_partial_0', 'data_partial_1']);
	});

	it('those of the last try are kept where all tries are cut', async () => {
		const made = await make(
			{ api, prompt: '[[stream-cut early]] a fox' },
			{ execution: { retryOn: ['interrupted'], maxRetries: 1 } },
		);
		expect(errorOf(made.json[0]).attempts).toBe(2);
		await expectKept(made);
	});

	it('an error of the server is not retried: the work was begun', async () => {
		const { json } = await make({ api, prompt: '[[stream-error x1]] a fox' });
		expect(errorOf(json[0])).toMatchObject({ code: 'server_error', attempts: 1 });
		expect(standIn.books).toHaveLength(1);
	});

	it('a moderated image is a failure with the previews, and not retried', async () => {
		const made = await make({ api, prompt: '[[stream-error moderation_blocked]] a fox' });
		expect(errorOf(made.json[0])).toMatchObject({
			code: 'moderation_blocked',
			retryable: false,
			attempts: 1,
		});
		await expectKept(made);
	});

	it('an account without credit ends the run, and the previews are kept', async () => {
		const { json } = await turns(GENERATE_NODE, {
			rows: ['[[stream-error insufficient_quota]] a fox', 'an owl'].map((prompt) => ({
				json: { api, prompt, partial_images: 1 },
			})),
			standIn,
			parameters: { execution: { concurrency: 1 } },
		});
		expect(json.map(({ error }) => error?.type === 'cancelled')).toEqual([false, true]);
		expect(errorOf(json[0])).toMatchObject({ code: 'insufficient_quota', retryable: false, attempts: 1 });
		expect(errorOf(json[0]).message).toMatch(/1 partial image is kept/);
		expect(errorOf(json[1])).toMatchObject({ attempts: 0 });
		expect(standIn.books).toHaveLength(1);
	});

	it.each([
		['[[not-base64]]', 'not_base64'],
		['[[not-an-image]]', 'not_an_image'],
	])('%s: of a bad image the previews are kept, and the price is known', async (directive) => {
		const made = await make({ api, prompt: `${directive} a fox` });
		await expectKept(made);
		expect(errorOf(made.json[0])).toMatchObject({ type: 'invalid_response', attempts: 1 });
		expect(nano(made.json[0]!.cost.total)).toBe(nano(standIn.books[0]!.usd));
	});

	it('On Error: Stop ends the execution with the reason', async () => {
		const { result } = await make({ api, prompt: '[[stream-cut early]] a fox' }, { onError: 'stopWorkflow' });
		expect(result.run.status).toBe('error');
		expect(result.error!.message).toMatch(/^Item 0: /);
		expect(result.error!.description).toMatch(/^No image had been made\./);
	});

	it('On Error: Continue (using error output) puts them on the error output', async () => {
		const { result, items } = await make(
			{ api, prompt: '[[stream-cut early]] a fox' },
			{ onError: 'continueErrorOutput' },
		);
		expect(items).toEqual([]);
		const [failed] = result.items('Node', 1);
		expect(Object.keys(failed!.binary!)).toEqual(['data_partial_0', 'data_partial_1']);
		expect((failed!.json as ItemJson).error!.message).toMatch(/2 partial images are kept/);
	});

	it('of two images one may come and the other not', async () => {
		const two = { api, n: 2, prompt: '[[stream-cut early x1]] a fox' };
		const { json, items } = await make(two, { execution: { concurrency: 1 } });
		expect(json.map(({ error }) => error?.type)).toEqual([undefined, 'interrupted']);
		expect(items.map(({ binary }) => Object.keys(binary!))).toEqual([
			['data', 'data_partial_0', 'data_partial_1'],
			['data_partial_0', 'data_partial_1'],
		]);
		expect(json[0]!.image.index).toBe(1);
		const names = items.flatMap(({ binary }) => Object.values(binary!).map(({ fileName }) => fileName));
		expect(new Set(names).size).toBe(5);
		expect(nano(json[0]!.cost.total)).toBe(nano(standIn.books[1]!.usd));
		expect(json[1]!.cost).toMatchObject(UNKNOWN);
	});
});

describe('a response that is cut after its image', () => {
	it('leaves the image in hand, with all that is known of it, and an error beside it', async () => {
		const { result, items, json } = await make({ api: 'responses', prompt: '[[stream-cut]] a fox' });
		expect(items).toHaveLength(2);
		await sharp(await result.binary(items[0]!, 'data')).stats();
		expect(Object.keys(items[0]!.binary!)).toEqual(['data', 'data_partial_0', 'data_partial_1']);
		const { responseId } = standIn.books[0]!;
		expect(json[0]).toMatchObject({
			response_id: responseId,
			image_call_id: expect.stringMatching(/^ig_/) as string,
			action: 'generate',
			image: { width: 816, height: 816 },
			usage: null,
			cost: { ...UNKNOWN, image: UNKNOWN, conversation: UNKNOWN },
		});
		expect(json[0]!.warnings.join(' ')).toMatch(/broke off after this image, before its price/);
		expect(errorOf(json[1])).toMatchObject({ type: 'interrupted', attempts: 1 });
	});

	it('is not asked for again, whatever is retried', async () => {
		await make(
			{ api: 'responses', prompt: '[[stream-cut]] a fox' },
			{ execution: { retryOn: ['interrupted', 'server_error'] } },
		);
		expect(standIn.books).toHaveLength(1);
	});
});
