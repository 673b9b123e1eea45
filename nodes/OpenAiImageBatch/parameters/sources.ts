import type { INodeProperties } from 'n8n-workflow';
import { JOB_FIELDS } from '../../../engine/sources/jobFields';

const ofSource = (source: string) => ({ show: { source: [source] } });

/** Where the jobs come from. */
export const sourceParameters: INodeProperties[] = [
	{
		displayName: 'Jobs From',
		name: 'source',
		type: 'options',
		default: 'items',
		options: [
			{
				name: 'Input Items',
				value: 'items',
				description: 'Each item is a job, its fields are prompt, size, quality and so on',
			},
			{
				name: 'JSON Configuration',
				value: 'json',
				description: 'A list of jobs, with how they are to be run',
			},
			{
				name: 'Prompt List',
				value: 'promptList',
				description: 'A text with a header "# name" above each prompt',
			},
		],
	},
	{
		displayName: 'Field Mapping',
		name: 'fieldMapping',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
		placeholder: 'Add Field',
		description:
			'Which field of the items holds what, where it is called otherwise. Without it the fields are taken up by their names: prompt, name, output_path, model, n, size, quality, output_format, background, images, mask, kind, metadata and so on.',
		displayOptions: ofSource('items'),
		options: [
			{
				displayName: 'Fields',
				name: 'fields',
				values: [
					{
						displayName: "Job's Field",
						name: 'field',
						type: 'options',
						default: 'prompt',
						options: [...JOB_FIELDS].sort().map((field) => ({ name: titleOf(field), value: field })),
					},
					{
						displayName: "Item's Field",
						name: 'column',
						type: 'string',
						default: '',
						placeholder: 'e.g. Prompt text',
						description: "Empty to leave the job's field out, even where an item has one of that name",
					},
				],
			},
		],
	},
	{
		displayName: 'Configuration',
		name: 'json',
		type: 'json',
		typeOptions: { rows: 8 },
		default: '{\n  "jobs": [\n    { "prompt": "A red fox asleep in fresh snow", "quality": "low" }\n  ]\n}',
		description: 'Not read where a binary field is named below',
		displayOptions: ofSource('json'),
	},
	{
		displayName: 'Configuration Data Field Name',
		name: 'jsonBinaryPropertyName',
		type: 'string',
		default: '',
		placeholder: 'e.g. data',
		description: 'The input field with the configuration as a file. Empty to use the one above.',
		displayOptions: ofSource('json'),
	},
	{
		displayName: 'Prompts',
		name: 'promptList',
		type: 'string',
		typeOptions: { rows: 8 },
		default: '',
		placeholder: '# fox\nA red fox asleep in fresh snow\n\n# owl\nAn owl on a branch at night',
		description: 'A line "# name" begins a prompt. Not read where a binary field is named below.',
		displayOptions: ofSource('promptList'),
	},
	{
		displayName: 'Prompts Data Field Name',
		name: 'promptListBinaryPropertyName',
		type: 'string',
		default: '',
		placeholder: 'e.g. data',
		description: 'The input field with the prompts as a text file. Empty to use those above.',
		displayOptions: ofSource('promptList'),
	},
	{
		displayName: 'Images per Prompt',
		name: 'count',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 1,
		displayOptions: ofSource('promptList'),
	},
];

function titleOf(field: string): string {
	return field
		.split('_')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join(' ');
}
