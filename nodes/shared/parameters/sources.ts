import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const imageCallParameter: INodeProperties = {
	displayName: 'Image Call ID',
	name: 'imageCallId',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.image_call_id }}',
	description:
		'The image_call_id of an earlier item, to start from that very image. Empty for the last image of the conversation.',
	displayOptions: { show: { api: ['responses'], imageSource: ['response'] } },
};

const imageSourceParameter: INodeProperties = {
	displayName: 'Image Source',
	name: 'imageSource',
	type: 'options',
	default: 'binary',
	description: 'Where the images to start from are',
	options: [
		{ name: 'Binary Data', value: 'binary', description: 'Files of the input item' },
		{ name: 'File ID', value: 'fileId', description: "Files that were uploaded to OpenAI's Files API" },
		{ name: 'URL or Base64', value: 'url', description: 'Addresses on the web, data URLs or base64 text' },
	],
};

/** Where the images are that a variation starts from. */
export const sourceParameters: INodeProperties[] = [
	imageSourceParameter,
	{
		displayName: 'Input Data Field Name',
		name: 'binaryPropertyNames',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data, logo or photo_*',
		hint: 'The name of the input field containing the file data to be processed',
		description:
			'Several names are separated by commas; * stands for anything, in the order of the numbers and without mask and markup. The images are sent in this order, and a mask belongs to the first.',
		displayOptions: { show: { imageSource: ['binary'] } },
	},
	{
		displayName: 'Image URLs',
		name: 'imageUrls',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. https://example.com/photo.png',
		description: 'One to a line, or a list by expression. Data URLs and base64 text are taken as well.',
		displayOptions: { show: { imageSource: ['url'] } },
	},
	{
		displayName: 'Download URLs',
		name: 'downloadUrls',
		type: 'boolean',
		default: false,
		description:
			'Whether n8n fetches the images and sends them on. For servers that cannot fetch by themselves, and for addresses that only n8n can reach.',
		displayOptions: { show: { imageSource: ['url'] } },
	},
	{
		displayName: 'File IDs',
		name: 'fileIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. file-abc123',
		description: 'Separated by commas, or a list by expression',
		displayOptions: { show: { imageSource: ['fileId'] } },
	},
];

/** Those of an edit, which may go on from an image of its conversation. */
export const editSourceParameters: INodeProperties[] = sourceParameters.flatMap((parameter) =>
	parameter === imageSourceParameter
		? [
				{
					...imageSourceParameter,
					options: [
						...(imageSourceParameter.options as INodePropertyOptions[]).slice(0, 1),
						{
							name: 'Earlier Response',
							value: 'response',
							description: 'The last image of the conversation, or one of its earlier ones',
							displayOptions: { show: { api: ['responses'] } },
						},
						...(imageSourceParameter.options as INodePropertyOptions[]).slice(1),
					],
				},
				imageCallParameter,
			]
		: [parameter],
);

/** What lies upon the first image of an edit. */
export const overlayParameters: INodeProperties[] = [
	{
		displayName: 'Mask Data Field Name',
		name: 'maskBinaryPropertyName',
		type: 'string',
		default: '',
		placeholder: 'e.g. mask',
		description:
			'The input field with a PNG of the same size as the first image, transparent where that is to be changed. Empty for none.',
	},
	{
		displayName: 'Markup Data Field Name',
		name: 'markupBinaryPropertyName',
		type: 'string',
		default: '',
		placeholder: 'e.g. markup',
		description:
			'The input field with a transparent PNG of the same size as the first image, with arrows or notes that show what is meant. Not together with a mask. Empty for none.',
	},
];
