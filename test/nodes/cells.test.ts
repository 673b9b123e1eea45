import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { errorOf, generate } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** What is sent for a row; nothing is drawn, for the stand-in refuses the prompt once it has found the fields good. */
async function bodyOf(row: IDataObject): Promise<Record<string, unknown>> {
	const prompt = '[[status 400]] a fox';
	const { json } = await generate(table, {
		rows: [{ prompt, ...row }],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(errorOf(json[0]).message).toContain('The stand-in was asked to answer 400');
	expect(standIn.books).toHaveLength(1);
	const { prompt: _prompt, ...body } = standIn.books[0]!.body as Record<string, unknown>;
	return body;
}

const model = 'gpt-image-2.5-flare';

it.each<[string, IDataObject, IDataObject]>([
	['a row with nothing but a prompt', {}, {}],
	[
		'empty cells',
		{
			size: '',
			quality: '',
			n: '',
			background: '',
			moderation: '',
			output_format: '',
			output_compression: '',
			safety_identifier: '',
			complexity: '',
			frame_count: '',
			frame_duration_ms: '',
			svg_model: '',
			svg_effort: '',
			additional: '',
			file: '',
		},
		{},
	],
	[
		'null in all cells',
		{
			size: null,
			quality: null,
			n: null,
			background: null,
			moderation: null,
			output_format: null,
			output_compression: null,
			safety_identifier: null,
			frame_count: null,
			svg_model: null,
			additional: null,
			file: null,
		},
		{},
	],
	['blanks', { size: ' ', quality: '  ', n: ' ', background: '\t', output_compression: ' ' }, {}],
	[
		'numbers as text',
		{ n: '3', output_format: 'jpeg', output_compression: '80' },
		{
			n: 3,
			output_format: 'jpeg',
			output_compression: 80,
		},
	],
	['a number with blanks', { n: ' 2 ' }, { n: 2 }],
	['a number with a decimal point', { n: '2.0' }, { n: 2 }],
	['JPG', { output_format: 'JPG' }, { output_format: 'jpeg' }],
	['.jpg', { output_format: '.jpg' }, { output_format: 'jpeg' }],
	['Jpeg', { output_format: 'Jpeg' }, { output_format: 'jpeg' }],
	['PNG', { output_format: ' PNG ' }, { output_format: 'png' }],
	['a quality with blanks and a capital', { quality: ' High ' }, { quality: 'high' }],
	['AUTO', { quality: 'AUTO', size: 'Auto', background: ' auto', moderation: 'auto' }, {}],
	['a size with ×', { size: '1536 × 864' }, { size: '1536x864' }],
	['a size with a capital X', { size: '1536X864' }, { size: '1536x864' }],
	['a size with an asterisk', { size: ' 1536*864 ' }, { size: '1536x864' }],
	['a custom size in text', { size: 'custom', width: '1536', height: '864' }, { size: '1536x864' }],
	['a custom size in numbers', { size: 'Custom', width: 1536, height: 864 }, { size: '1536x864' }],
	[
		'frames in text',
		{ output_format: 'GIF', frame_count: '4', frame_duration_ms: '100' },
		{
			output_format: 'gif',
			frame_count: 4,
			frame_duration_ms: 100,
		},
	],
	[
		'an SVG with its author',
		{ output_format: 'SVG', svg_model: 'gpt-6-luna', svg_effort: 'High' },
		{
			output_format: 'svg',
			svg: { model: 'gpt-6-luna', reasoning: { effort: 'high' } },
		},
	],
	[
		'additional parameters in text',
		{ additional: '{"user": "someone", "moderation": "low"}' },
		{
			user: 'someone',
			moderation: 'low',
		},
	],
	['additional parameters as an object', { additional: { user: 'someone' } }, { user: 'someone' }],
	[
		"additional parameters over the node's own",
		{ quality: 'high', additional: '{"quality": "low"}' },
		{ quality: 'low' },
	],
])('%s', async (_name, row, body) => {
	expect(await bodyOf(row)).toEqual({ model, ...body });
});

it('a model with blanks around it', async () => {
	expect(await bodyOf({ model: ' gpt-image-2 ' })).toEqual({ model: 'gpt-image-2' });
});

it('a prompt is sent as it is, blanks and all', async () => {
	const prompt = '  [[status 400]] «a fox»\n\tin "snow" \\ 🦊 \u2028 ';
	await generate(table, { rows: [{ prompt }], standIn });
	expect(standIn.books[0]!.prompt).toBe(prompt);
});

it.each([
	[42, '42'],
	[true, 'true'],
	[0, '0'],
])('a prompt of %p is a text', async (prompt, text) => {
	await generate(table, { rows: [{ prompt, size: '1024x640', quality: 'low' }], standIn });
	expect(standIn.books.map((entry) => entry.prompt)).toEqual([text]);
});

it.each([
	['n', { n: 'three' }, 'three'],
	['output_compression', { output_format: 'jpeg', output_compression: 'strong' }, 'strong'],
	['frame_count', { output_format: 'gif', frame_count: '1O' }, '1O'],
])('a text that is no number is named as it was given: %s', async (param, row, given) => {
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox', ...row }],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(standIn.books).toEqual([]);
	expect(errorOf(json[0])).toMatchObject({ code: 'invalid_value', param });
	expect(errorOf(json[0]).message).toContain(given);
	expect(errorOf(json[0]).message).toContain('a whole number');
});
