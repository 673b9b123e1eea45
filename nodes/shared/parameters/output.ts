import type { INodeProperties } from 'n8n-workflow';

/** How the images come out. */
export const outputParameter: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	options: [
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. {index}_{slug}',
			description:
				'Without the ending. May hold {slug} (from the prompt), {name} (of the job), {index} (of the item), {image} (of several of one prompt, or {NN} with two digits), {model}, {quality} and {date}. Never the same name twice in a run.',
		},
		{
			displayName: 'Include Input',
			name: 'includeInput',
			type: 'boolean',
			default: false,
			description: "Whether to keep the input item's fields beside the image's",
		},
		{
			displayName: 'Layout',
			name: 'layout',
			type: 'options',
			default: 'itemPerImage',
			options: [
				{ name: 'One Item per Image', value: 'itemPerImage' },
				{
					name: 'One Item per Input Item',
					value: 'itemPerInput',
					description: 'Further images of an item are in data_1, data_2 and so on',
				},
			],
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryPropertyName',
			type: 'string',
			default: 'data',
			description: 'The name of the output binary field to put the file in',
		},
		{
			displayName: 'Signed URL',
			name: 'signedUrl',
			type: 'boolean',
			default: false,
			description:
				'Whether to add a link to the JSON of each image, with which anyone can fetch it for a day. An AI agent gets it in any case. Not where n8n keeps binary data in memory.',
		},
	],
};
