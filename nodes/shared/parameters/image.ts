import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { DEFAULT_MODEL, MODELS } from '../../../engine/models/catalogue';
import { namesOfModels } from '../../../engine/models/find';
import type { ImageModel } from '../../../engine/models/model';

/**
 * Hides a parameter, or one of its options, for the models that do not have it. A model that the catalogue does not know,
 * and one given by an expression, shows everything.
 * @param model the path of the model parameter, from the root with a leading slash inside of collections
 */
export function onlyFor(
	has: (model: ImageModel) => boolean,
	model = 'model',
): Pick<INodeProperties, 'displayOptions'> {
	const without = namesOfModels((entry) => !has(entry));
	return without.length > 0 ? { displayOptions: { hide: { [model]: without } } } : {};
}

const SIZES = [...new Set(MODELS.flatMap(({ sizes }) => sizes))].sort(
	(a, b) => Number(b === 'auto') - Number(a === 'auto'),
);

const sizeOptions: INodePropertyOptions[] = [
	...SIZES.map((size) => ({
		name: size === 'auto' ? 'Auto' : size.replace('x', ' × '),
		value: size,
		...onlyFor(({ sizes }) => sizes.includes(size)),
	})),
	{ name: 'Custom', value: 'custom', ...onlyFor(({ freeSizes }) => freeSizes !== undefined) },
];

const QUALITY_NAMES: Readonly<Record<string, string>> = {
	auto: 'Auto',
	low: 'Low',
	medium: 'Medium',
	high: 'High',
	xhigh: 'Extra High',
	max: 'Maximum',
	standard: 'Standard',
	hd: 'HD',
};

export const modelParameter: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: DEFAULT_MODEL, cachedResultName: DEFAULT_MODEL },
	required: true,
	description: 'The image model. The list is what the credential has access to, with the price of an image.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a model...',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'ID',
			name: 'id',
			type: 'string',
			placeholder: `e.g. ${DEFAULT_MODEL}`,
			hint: "With Azure, the deployment's name",
		},
	],
};

export const promptParameter: INodeProperties = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	placeholder: 'e.g. A red fox in fresh snow, morning light',
	description: 'What the image is to show',
};

export const sizeParameters: INodeProperties[] = [
	{
		displayName: 'Size',
		name: 'size',
		type: 'options',
		default: 'auto',
		description: 'Width and height in pixels. An expression may give any size as WIDTHxHEIGHT.',
		options: sizeOptions,
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 3840 },
		default: 1536,
		description: 'In pixels, divisible by 16. The longer edge may have up to three times the shorter one.',
		displayOptions: { show: { size: ['custom'] } },
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 3840 },
		default: 864,
		description: 'In pixels, divisible by 16. Width times height must be between 655,360 and 8,294,400.',
		displayOptions: { show: { size: ['custom'] } },
	},
];

export const qualityParameter: INodeProperties = {
	displayName: 'Quality',
	name: 'quality',
	type: 'options',
	default: 'auto',
	description: 'A higher quality takes longer and costs more. With Auto the price is not known before.',
	options: Object.entries(QUALITY_NAMES).map(([value, name]) => ({
		name,
		value,
		...onlyFor(({ parameters }) => parameters.quality?.oneOf?.includes(value) ?? false),
	})),
};

export const countParameter: INodeProperties = {
	displayName: 'Number of Images',
	name: 'n',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 1,
	description:
		'How many images to make of the prompt. What is too much for one request is split into several.',
};
