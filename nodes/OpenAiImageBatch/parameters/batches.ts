import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_MAX_WAIT } from '../batches/maxWait';

/** What is about batches of OpenAI's Batch API. */
export const batchApiParameters: INodeProperties[] = [
	{
		displayName:
			'OpenAI makes these images within 24 hours, at half the price. Each batch comes out as an item of <b>Summary</b>: keep its <code>batch_id</code>, which is all that Collect needs.',
		name: 'submitNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { operation: ['submit'] } },
	},
	{
		displayName: 'Batch ID',
		name: 'batchId',
		type: 'string',
		required: true,
		default: '={{ $json.batch_id }}',
		placeholder: 'e.g. batch_68a1f0',
		description: 'What Submit answered with. Several items may name several batches.',
		displayOptions: { show: { operation: ['status', 'collect', 'cancel'] } },
	},
	{
		displayName: 'On Duplicate',
		name: 'onDuplicate',
		type: 'options',
		default: 'reuse',
		description:
			'What to do where the very same jobs were submitted already, and are under way or were done within the last 12 hours',
		displayOptions: { show: { operation: ['submit'] } },
		options: [
			{
				name: 'Error',
				value: 'error',
				description: 'Stop with an error that names the batch',
			},
			{
				name: 'Reuse',
				value: 'reuse',
				description: 'Give the batch that is there, so that nothing is paid twice',
			},
			{
				name: 'Submit Anyway',
				value: 'submit',
				description: 'Make and pay for the images again',
			},
		],
	},
	{
		displayName: 'Wait for Completion',
		name: 'waitForCompletion',
		type: 'boolean',
		default: false,
		description:
			'Whether to keep looking until the batches are done. The wait ends with the execution and does not survive a restart of n8n: for long batches make a loop with Status and a Wait node.',
		displayOptions: { show: { operation: ['collect'] } },
	},
	{
		displayName: 'Max Wait (Ms)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: DEFAULT_MAX_WAIT,
		description:
			'How long to wait, in milliseconds. Batches that are not done by then come out of Summary as they are.',
		displayOptions: { show: { operation: ['collect'], waitForCompletion: [true] } },
	},
	{
		displayName: 'Delete Files',
		name: 'deleteFiles',
		type: 'boolean',
		default: false,
		description:
			"Whether to delete the batch's files from OpenAI's storage once its images are in hand. It cannot be collected again then. Without it OpenAI deletes them after 30 days.",
		displayOptions: { show: { operation: ['collect'] } },
	},
];
