import type { INodeProperties } from 'n8n-workflow';

export const operationParameter: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'run',
	options: [
		{
			name: 'Cancel',
			value: 'cancel',
			description: 'Cancel submitted batches. What is made by then is billed and can be collected.',
			action: 'Cancel a submitted batch',
		},
		{
			name: 'Collect',
			value: 'collect',
			description: 'Bring the images of submitted batches in',
			action: 'Collect a submitted batch',
		},
		{
			name: 'Estimate',
			value: 'estimate',
			description: 'Check the jobs and say what they would cost, without sending anything',
			action: 'Estimate a batch',
		},
		{
			name: 'Get Status',
			value: 'status',
			description: 'See how far submitted batches are',
			action: 'Get the status of a submitted batch',
		},
		{
			name: 'Run',
			value: 'run',
			description: 'Make the images now, several at a time',
			action: 'Run a batch',
		},
		{
			name: 'Submit',
			value: 'submit',
			description: 'Have OpenAI make the images within 24 hours, at half the price',
			action: 'Submit a batch',
		},
	],
};
