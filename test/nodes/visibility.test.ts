import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { compiledPackage } from '../n8n/package';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { generate } from './generate';
import prompts from './workflows/prompts.json';

type Option = INodeProperties | INodePropertyOptions | INodePropertyCollection;

let properties: INodeProperties[];

beforeAll(async () => {
	const { type } = (await compiledPackage()).getNode('openAiImageGenerate');
	properties = (type.description as { properties: INodeProperties[] }).properties;
});

/** What the editor shows of these, with the model as its resource locator holds it. */
function shown<Shown extends Option>(options: readonly Shown[], model: string, mode = 'id'): Shown[] {
	const values = { model: { __rl: true, mode, value: model } };
	return options.filter((option) => {
		const { displayOptions } = option as INodePropertyOptions;
		return NodeHelpers.displayParameter(values, { displayOptions } as INodeProperties, null, null, values);
	});
}

function property(name: string): INodeProperties {
	const found = properties.find((candidate) => candidate.name === name);
	if (!found) throw new Error(`No parameter ${name}`);
	return found;
}

/** The options of the collection `options` for a model. */
const optionsFor = (model: string) =>
	shown(property('options').options as INodeProperties[], model).map(({ name }) => name);

/** The values to choose from, of a parameter or of one in the collection. */
function valuesFor(model: string, name: string): unknown[] {
	const inside = (property('options').options as INodeProperties[]).find((option) => option.name === name);
	const { options = [] } = inside ?? property(name);
	return shown(options as INodePropertyOptions[], model).map(({ value }) => value);
}

const everything = [
	'additionalParameters',
	'background',
	'complexity',
	'frameCount',
	'frameDurationMs',
	'moderation',
	'outputCompression',
	'outputFormat',
	'partialImages',
	'prices',
	'safetyIdentifier',
	'svgModel',
	'svgReasoningEffort',
];

it.each<[string, string[]]>([
	['gpt-image-2.6-flare', everything],
	['gpt-image-2.5-flare', everything.filter((name) => name !== 'complexity')],
	['gpt-image-2.5-flare-2026-09-08', everything.filter((name) => name !== 'complexity')],
	['gpt-image-2', everything.filter((name) => name !== 'complexity')],
	[
		'gpt-image-1.5',
		everything.filter(
			(name) => name !== 'complexity' && !name.startsWith('frame') && !name.startsWith('svg'),
		),
	],
	['dall-e-3', ['additionalParameters', 'prices']],
	['a-model-of-my-own', everything],
	['={{ $json.model }}', everything],
])('options of %s', (model, expected) => {
	expect(optionsFor(model).sort()).toEqual(expected);
});

it.each<[string, string, string[]]>([
	['gpt-image-2', 'quality', ['auto', 'low', 'medium', 'high']],
	['gpt-image-2.5-flare', 'quality', ['auto', 'low', 'medium', 'high', 'xhigh', 'max']],
	['dall-e-3', 'quality', ['standard', 'hd']],
	['a-model-of-my-own', 'quality', ['auto', 'low', 'medium', 'high', 'xhigh', 'max', 'standard', 'hd']],
	['={{ $json.model }}', 'quality', ['auto', 'low', 'medium', 'high', 'xhigh', 'max', 'standard', 'hd']],
	['gpt-image-2', 'background', ['auto', 'opaque']],
	['gpt-image-2.5-flare', 'background', ['auto', 'opaque', 'transparent']],
	['={{ $json.model }}', 'background', ['auto', 'opaque', 'transparent']],
	['gpt-image-1.5', 'outputFormat', ['jpeg', 'png', 'webp']],
	['gpt-image-2', 'outputFormat', ['gif', 'jpeg', 'png', 'svg', 'webp']],
	['dall-e-3', 'size', ['1024x1024', '1792x1024', '1024x1792']],
	['dall-e-2', 'size', ['1024x1024', '256x256', '512x512']],
	['gpt-image-1.5', 'size', ['auto', '1024x1024', '1536x1024', '1024x1536']],
	['gpt-image-2.5-flare', 'size', ['auto', '1024x1024', '1536x1024', '1024x1536', 'custom']],
])('with %s, %s is one of %j', (model, name, expected) => {
	expect(valuesFor(model, name).sort()).toEqual([...expected].sort());
});

it('an unknown model has every size to choose from', () => {
	expect(valuesFor('a-model-of-my-own', 'size')).toEqual(
		expect.arrayContaining(['auto', '256x256', '1792x1024', '1536x1024', 'custom']),
	);
});

it('a model from the list counts like one given by its id', () => {
	const { options } = property('quality');
	const values = (mode: string) =>
		shown(options as INodePropertyOptions[], 'gpt-image-2', mode).map(({ value }) => value);
	expect(values('list')).toEqual(values('id'));
});

it('width and height show for a custom size only', () => {
	const visible = (size: string) =>
		['width', 'height'].map((name) =>
			NodeHelpers.displayParameter({ size }, property(name), null, null, { size }),
		);
	expect(visible('custom')).toEqual([true, true]);
	expect(visible('1024x1024')).toEqual([false, false]);
	expect(visible('={{ $json.size }}')).toEqual([true, true]);
});

describe('an option that was set before the model was changed', () => {
	let standIn: StandIn;

	beforeAll(async () => {
		standIn = await startStandIn({ provider: 'compatible' });
	});

	afterAll(async () => await standIn.close());

	it('and is hidden now, is not sent', async () => {
		const { json } = await generate(prompts, {
			rows: [{ prompt: 'a fox' }],
			standIn,
			credential: { provider: 'compatible' },
			parameters: {
				model: { __rl: true, mode: 'id', value: 'dall-e-3' },
				size: '1024x1024',
				options: { moderation: 'low', complexity: 'high', outputFormat: 'webp', background: 'transparent' },
			},
		});
		expect(json[0]!.error).toBeUndefined();
		expect(standIn.books[0]!.body).toEqual({
			model: 'dall-e-3',
			prompt: 'a fox',
			size: '1024x1024',
			response_format: 'b64_json',
		});
	});
});
