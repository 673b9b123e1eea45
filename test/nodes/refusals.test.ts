import type { IDataObject } from 'n8n-workflow';
import { runWorkflow } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { setDay } from './day';
import { errorOf, generate } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

setDay('2026-11-21');

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** What is refused before anything is sent; the message must hold all of these texts. */
const refusals: Array<{ name: string; row: IDataObject; param: string; says: Array<string | RegExp> }> = [
	{
		name: 'a model that is shut down',
		row: { model: 'dall-e-3' },
		param: 'model',
		says: ['dall-e-3', '2026-05-12', 'Use gpt-image-2.5-flare'],
	},
	{
		name: 'an empty model',
		row: { model: ' ' },
		param: 'model',
		says: ['No model is given', 'Choose one'],
	},
	{
		name: 'a size that is not to be had',
		row: { size: '1000x1000' },
		param: 'size',
		says: ['"1000x1000"', 'divisible by 16', 'nearest is 1008x1008'],
	},
	{
		name: 'a size that the model does not have',
		row: { model: 'gpt-image-1.5', size: '1536x864' },
		param: 'size',
		says: ['"1536x864"', '1024x1024, 1536x1024, 1024x1536', 'nearest is 1536x1024'],
	},
	{
		name: 'a size that is none',
		row: { size: 'large' },
		param: 'size',
		says: ['"large"', 'Allowed: auto, 1024x1024'],
	},
	{
		name: 'a custom size that is too flat',
		row: { size: 'custom', width: 3840, height: 480 },
		param: 'size',
		says: ['"3840x480"', '3:1', 'nearest is '],
	},
	{ name: 'no images', row: { n: 0 }, param: 'n', says: ['is 0', 'from 1 to 1000'] },
	{ name: 'less than no images', row: { n: -3 }, param: 'n', says: ['is -3', 'from 1 to 1000'] },
	{ name: 'half an image', row: { n: 2.5 }, param: 'n', says: ['is 2.5', 'a whole number'] },
	{
		name: 'a transparent JPEG',
		row: { background: 'transparent', output_format: 'jpeg' },
		param: 'background',
		says: ['"transparent"', 'jpeg', 'Set the output format to png or webp'],
	},
	{
		name: 'a transparent image from a model that has none',
		row: { model: 'gpt-image-2', background: 'transparent' },
		param: 'background',
		says: ['"transparent"', 'gpt-image-2', 'Allowed: auto, opaque'],
	},
	{
		name: 'an empty prompt',
		row: { prompt: '' },
		param: 'prompt',
		says: ['The prompt is empty', 'Describe'],
	},
	{
		name: 'a prompt of blanks',
		row: { prompt: ' \n ' },
		param: 'prompt',
		says: ['The prompt is empty'],
	},
	{
		name: 'a cell without a prompt',
		row: { prompt: null },
		param: 'prompt',
		says: ['The prompt is empty'],
	},
	{
		name: 'a prompt of 40,000 characters',
		row: { prompt: 'fox '.repeat(10_000) },
		param: 'prompt',
		says: ['40,000', '32,000', 'Shorten it'],
	},
	{
		name: 'compression of a PNG',
		row: { output_compression: 50 },
		param: 'output_compression',
		says: ['50', 'png', 'jpeg or webp'],
	},
	{
		name: 'compression beyond its range',
		row: { output_format: 'jpeg', output_compression: 101 },
		param: 'output_compression',
		says: ['101', 'from 0 to 100'],
	},
	{
		name: 'a quality that the model does not have',
		row: { model: 'gpt-image-2', quality: 'xhigh' },
		param: 'quality',
		says: ['"xhigh"', 'Allowed: auto, low, medium, high'],
	},
	{
		name: 'an unknown output format',
		row: { output_format: 'tiff' },
		param: 'output_format',
		says: ['"tiff"', 'Allowed: png, jpeg, webp, gif, svg'],
	},
	{
		name: 'a parameter that the model does not have',
		row: { model: 'gpt-image-2', complexity: 'high' },
		param: 'complexity',
		says: ['"high"', 'gpt-image-2', 'Leave it out'],
	},
	{
		name: 'frames of a PNG',
		row: { frame_count: 4 },
		param: 'frame_count',
		says: ['4', 'gif'],
	},
	{
		name: 'a safety identifier of 129 characters',
		row: { safety_identifier: 'x'.repeat(129) },
		param: 'safety_identifier',
		says: ['129', '128'],
	},
	{
		name: 'additional parameters that are no JSON',
		row: { additional: '{"user": ' },
		param: 'additionalParameters',
		says: ['not valid JSON'],
	},
	{
		name: 'additional parameters that are a list',
		row: { additional: '[1]' },
		param: 'additionalParameters',
		says: ['must be a JSON object'],
	},
	{
		name: "additional parameters with one of the node's own",
		row: { additional: '{"n": 3}' },
		param: 'additionalParameters',
		says: ['"n"', 'Take it out'],
	},
];

describe.each(refusals)('$name', ({ row, param, says }) => {
	const rows = [{ prompt: 'a fox', quality: 'low', ...row }];

	it('stops the run before anything is sent', async () => {
		const { result } = await generate(table, { rows, standIn });
		expect(standIn.books).toEqual([]);
		expect(result.run.status).toBe('error');
		expect(result.error!.name).toBe('NodeOperationError');
		for (const text of ['Item 0: ', param, ...says]) expect(result.error!.message).toMatch(pattern(text));
		expect(result.error!.description).toContain('No image had been paid for');
		expect(result.error!.context).toMatchObject({ itemIndex: 0 });
	});
});

describe('mixed with good items', () => {
	const bad = refusals.map(({ row }) => ({ prompt: 'a fox', quality: 'low', ...row }));
	const good = { prompt: 'a good fox', size: '1024x640', quality: 'low' };

	it('Continue: the good ones are made, the bad ones are not sent', async () => {
		const rows: IDataObject[] = [good, ...bad, good];
		const { result, json, images } = await generate(table, {
			rows,
			standIn,
			onError: 'continueRegularOutput',
		});
		expect(result.run.status).toBe('success');
		expect(standIn.books).toHaveLength(2);
		expect(images.map(({ prompt }) => prompt)).toEqual([good.prompt, good.prompt]);
		expect(json).toHaveLength(rows.length);
		expect([json[0]!.error, json.at(-1)!.error]).toEqual([undefined, undefined]);
		for (const [index, { param, says }] of refusals.entries()) {
			const error = errorOf(json[index + 1]);
			for (const text of [`Item ${index + 1}: `, param, ...says])
				expect(error.message).toMatch(pattern(text));
			expect(error).toMatchObject({
				code: 'invalid_value',
				type: 'validation_error',
				status: null,
				param,
				request_id: null,
				retryable: false,
				attempts: 0,
			});
		}
	});

	it('Stop: not even the good ones are sent', async () => {
		const { result } = await generate(table, { rows: [good, { ...good, n: 0 }, good], standIn });
		expect(result.error!.message).toMatch(/^Item 1: n: /);
		expect(standIn.books).toEqual([]);
	});
});

it('more images than there is memory for do not take the other items along', async () => {
	const { result, json } = await generate(table, {
		rows: [
			{ prompt: 'a fox', size: '1024x640', quality: 'low' },
			{ prompt: 'an owl', n: 1e12 },
		],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(result.run.status).toBe('success');
	expect(json[0]).toMatchObject({ prompt: 'a fox', image: { index: 0 } });
	expect(errorOf(json[1])).toMatchObject({ code: 'invalid_value', param: 'n', attempts: 0 });
	expect(errorOf(json[1]).message).toMatch(/^Item 1: n: .*1000000000000.*from 1 to 1000/);
});

it('says everything that is wrong with an item at once', async () => {
	const { result } = await generate(table, {
		rows: [{ prompt: '', n: 0, size: '10x10', background: 'transparent', output_format: 'jpeg' }],
		standIn,
	});
	for (const field of ['prompt: ', 'n: ', 'size: ', 'background: '])
		expect(result.error!.message).toContain(field);
});

describe('an expression that fails', () => {
	const parameters = { prompt: "={{ $json.prompt ?? $('Nowhere').item.json.prompt }}" };
	const rows = [
		{ prompt: 'a fox', size: '1024x640', quality: 'low' },
		{ size: '1024x640', quality: 'low' },
		{ prompt: 'an owl', size: '1024x640', quality: 'low' },
	];

	it('Continue: is the failure of its own item', async () => {
		const { json } = await generate(table, {
			rows,
			standIn,
			parameters,
			onError: 'continueRegularOutput',
		});
		expect(json.map(({ prompt }) => prompt)).toEqual(['a fox', expect.anything(), 'an owl']);
		expect(errorOf(json[1])).toMatchObject({ attempts: 0, status: null, retryable: false });
		expect(errorOf(json[1]).message).toMatch(/^Item 1: .*Referenced node doesn't exist/);
		expect(standIn.books).toHaveLength(2);
	});

	it('Stop: nothing is sent', async () => {
		const { result } = await generate(table, { rows, standIn, parameters });
		expect(result.error!.message).toMatch(/^Item 1: /);
		expect(standIn.books).toEqual([]);
	});

	it('to nothing at all is an empty prompt', async () => {
		// n8n makes undefined of a TypeError.
		const { result } = await generate(table, {
			rows: [{ parts: 'a text is no list' }],
			standIn,
			parameters: { prompt: '={{ $json.parts.join(" ") }}' },
		});
		expect(result.error!.message).toMatch(/^Item 0: prompt: The prompt is empty/);
		expect(standIn.books).toEqual([]);
	});
});

describe('settings of the run that make no sense', () => {
	it.each([
		['concurrency', 0, '1 to 32'],
		['concurrency', 33, '1 to 32'],
		['maxRetries', -1, '0 to 10'],
		['requestTimeout', 10, '1000'],
		['imagesPerMinute', 'many', 'a whole number'],
		['maxCost', -1, 'USD'],
		['retryOn', ['everything'], 'rate_limit'],
	])('%s %p', async (name, value, allowed) => {
		const { result } = await generate(table, {
			rows: [{ prompt: 'a fox' }],
			standIn,
			parameters: { execution: { [name]: value } },
		});
		expect(result.run.status).toBe('error');
		expect(result.error!.message).toContain(name);
		expect(result.error!.message).toContain(allowed);
		expect(standIn.books).toEqual([]);
	});
});

it('a model that OpenAI has shut down lives on where the server is not OpenAI', async () => {
	const compatible = await startStandIn({ provider: 'compatible' });
	try {
		const { json } = await generate(table, {
			rows: [{ prompt: 'a fox', model: 'dall-e-3', quality: 'hd', size: '1792x1024' }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(json[0]).toMatchObject({
			model: 'dall-e-3',
			revised_prompt: 'a fox',
			image: { width: 1792, height: 1024 },
			cost: { total: 0.12, basis: 'per_image' },
		});
	} finally {
		await compatible.close();
	}
});

it('a workflow without a credential is not run', async () => {
	const result = await runWorkflow(table, { input: [{ json: { prompt: 'a fox' } }] });
	expect(result.run.status).toBe('error');
	expect(result.error!.message).toMatch(/credential/i);
	expect(standIn.books).toEqual([]);
});

function pattern(text: string | RegExp): RegExp {
	return typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
}
