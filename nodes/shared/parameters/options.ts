import type { INodeProperties } from 'n8n-workflow';
import type { Endpoint, ImageModel } from '../../../engine/models/model';
import { onlyFor } from './image';

/** In a collection, the model is found from the root. */
const MODEL = '/model';

const has = (name: string) => onlyFor(({ parameters }: ImageModel) => parameters[name] !== undefined, MODEL);
const hasValue = (name: string, value: string) =>
	onlyFor(({ parameters }: ImageModel) => parameters[name]?.oneOf?.includes(value) ?? false, MODEL);

function choice(name: string, names: Readonly<Record<string, string>>) {
	return Object.entries(names).map(([value, label]) => ({ name: label, value, ...hasValue(name, value) }));
}

/**
 * What else can be said of the image. Each option shows only on endpoints and for models that have it.
 * @param endpoints those that the node's jobs may go to; an option that one of them has is there
 */
export function optionsFor(endpoints: readonly Endpoint[]): INodeProperties {
	const has = (name: string) => ONLY_ON[name]?.some((endpoint) => endpoints.includes(endpoint)) ?? true;
	return { ...optionsParameter, options: optionsParameter.options?.filter(({ name }) => has(name)) ?? [] };
}

/** Options that some operations do not have. */
const ONLY_ON: Readonly<Record<string, readonly Endpoint[]>> = {
	conversationPrices: ['responses'],
	inputFidelity: ['edits', 'variations'],
	partialImages: ['generations', 'edits'],
	svgModel: ['generations'],
	svgReasoningEffort: ['generations'],
};

const optionsParameter: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Additional Parameters',
			name: 'additionalParameters',
			type: 'json',
			default: '{}',
			description:
				"JSON object of further fields of the API's request. They go before the parameters of this node.",
		},
		{
			displayName: 'Background',
			name: 'background',
			type: 'options',
			default: 'auto',
			description: 'Transparent needs PNG or WebP as output format',
			options: choice('background', { auto: 'Auto', opaque: 'Opaque', transparent: 'Transparent' }),
			...has('background'),
		},
		{
			displayName: 'Complexity',
			name: 'complexity',
			type: 'options',
			default: 'medium',
			description: 'How much thought the model gives to planning the image, whatever its quality',
			options: choice('complexity', { low: 'Low', medium: 'Medium', high: 'High' }),
			...has('complexity'),
		},
		{
			displayName: 'Conversation Prices',
			name: 'conversationPrices',
			type: 'fixedCollection',
			default: {},
			placeholder: 'Set Prices',
			description:
				'For conversation models whose prices this node does not know, or for those of your own contract',
			options: [
				{
					displayName: 'Prices',
					name: 'values',
					values: [
						{
							displayName: 'Input (USD per Million Tokens)',
							name: 'textIn',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
						},
						{
							displayName: 'Output (USD per Million Tokens)',
							name: 'textOut',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
						},
					],
				},
			],
			displayOptions: { show: { '/api': ['responses'] } },
		},
		{
			displayName: 'Frame Count',
			name: 'frameCount',
			type: 'number',
			typeOptions: { minValue: 2, maxValue: 16, numberPrecision: 0 },
			default: 9,
			description: 'Frames of a GIF. GIF is a preview that the account needs access to.',
			...has('frame_count'),
		},
		{
			displayName: 'Frame Duration (Ms)',
			name: 'frameDurationMs',
			type: 'number',
			typeOptions: { minValue: 10, maxValue: 655350, numberPrecision: 0 },
			default: 200,
			description: 'How long each frame of a GIF stands, in milliseconds',
			...has('frame_duration_ms'),
		},
		{
			displayName: 'Input Fidelity',
			name: 'inputFidelity',
			type: 'options',
			default: 'low',
			description: 'How closely to keep to the features of the images given, faces above all',
			options: choice('input_fidelity', { low: 'Low', high: 'High' }),
			...has('input_fidelity'),
		},
		{
			displayName: 'Moderation',
			name: 'moderation',
			type: 'options',
			default: 'auto',
			description: "How strictly OpenAI's moderation looks at the image",
			options: choice('moderation', { auto: 'Auto', low: 'Low' }),
			...has('moderation'),
		},
		{
			displayName: 'Output Compression',
			name: 'outputCompression',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 100, numberPrecision: 0 },
			default: 90,
			description: 'Percent, for JPEG and WebP',
			...has('output_compression'),
		},
		{
			displayName: 'Output Format',
			name: 'outputFormat',
			type: 'options',
			default: 'png',
			options: choice('output_format', { gif: 'GIF', jpeg: 'JPEG', png: 'PNG', svg: 'SVG', webp: 'WebP' }),
			...has('output_format'),
		},
		{
			displayName: 'Partial Images',
			name: 'partialImages',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 3, numberPrecision: 0 },
			default: 1,
			description:
				'How many stages of the image on its way to keep beside it, in data_partial_0 and so on. Each costs some 100 tokens. Not for GIF and SVG.',
			...has('partial_images'),
		},
		{
			displayName: 'Prices',
			name: 'prices',
			type: 'fixedCollection',
			default: {},
			placeholder: 'Set Prices',
			description: 'For models whose prices this node does not know, or for prices of your own contract',
			options: [
				{
					displayName: 'Prices',
					name: 'values',
					values: [
						{
							displayName: 'Image Input (USD per Million Tokens)',
							name: 'imageIn',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
						},
						{
							displayName: 'Image Output (USD per Million Tokens)',
							name: 'imageOut',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
						},
						{
							displayName: 'Per Image (USD)',
							name: 'perImage',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
							description:
								'When set, it is used instead of the prices per token. All four at 0 means free of charge.',
						},
						{
							displayName: 'Text Input (USD per Million Tokens)',
							name: 'textIn',
							type: 'number',
							typeOptions: { minValue: 0 },
							default: 0,
						},
					],
				},
			],
		},
		{
			displayName: 'Safety Identifier',
			name: 'safetyIdentifier',
			type: 'string',
			default: '',
			description: 'A stable, hashed name of the end user, for whom OpenAI looks out for abuse',
			...has('safety_identifier'),
		},
		{
			displayName: 'SVG Model',
			name: 'svgModel',
			type: 'string',
			default: '',
			description:
				'The text model that writes an SVG. Needs SVG as output format, and access to model selection.',
			...has('svg'),
		},
		{
			displayName: 'SVG Reasoning Effort',
			name: 'svgReasoningEffort',
			type: 'options',
			default: 'medium',
			description: 'How much the SVG model thinks. Needs an SVG model.',
			options: [
				{ name: 'Extra High', value: 'xhigh' },
				{ name: 'High', value: 'high' },
				{ name: 'Low', value: 'low' },
				{ name: 'Maximum', value: 'max' },
				{ name: 'Medium', value: 'medium' },
				{ name: 'Minimal', value: 'minimal' },
				{ name: 'None', value: 'none' },
			],
			...has('svg'),
		},
	],
};
