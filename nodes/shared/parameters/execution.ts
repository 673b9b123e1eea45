import type { INodeProperties } from 'n8n-workflow';
import type { RetryableKind } from '../../../engine/jobs/error';

/** How the run goes. Read once, from the first item. */
export const executionParameter: INodeProperties = {
	displayName: 'Execution',
	name: 'execution',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	description: 'How the items are worked through. Holds for all of them; expressions see the first item.',
	options: [
		{
			displayName: 'Concurrency',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 32, numberPrecision: 0 },
			default: 4,
			description: 'How many requests are in flight at once, at most',
		},
		{
			displayName: 'Dry Run',
			name: 'dryRun',
			type: 'boolean',
			default: false,
			description:
				'Whether to only check the items and estimate what they would cost, without sending anything',
		},
		{
			displayName: 'Images per Minute',
			name: 'imagesPerMinute',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: 0,
			description: "The account's limit for the model, which this run then keeps to. 0 for no limit.",
		},
		{
			displayName: 'Max Cost (USD)',
			name: 'maxCost',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'Nothing more is sent when the run might come to cost more than this. 0 for no limit.',
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10, numberPrecision: 0 },
			default: 2,
			description:
				"How often to repeat a request that failed for a reason that may pass. Up to ten refusals for a rate limit do not count as long as other images come in. Better than the node's own Retry on Fail, which makes and pays for all items again.",
		},
		{
			displayName: 'Request Timeout (Ms)',
			name: 'requestTimeout',
			type: 'number',
			typeOptions: { minValue: 1000, numberPrecision: 0 },
			default: 600000,
			description: 'How long to wait for an image, in milliseconds. Large or edited ones can take minutes.',
		},
		{
			displayName: 'Retry On',
			name: 'retryOn',
			type: 'multiOptions',
			default: ['rate_limit', 'server_error', 'connection'],
			description:
				'The failures to repeat a request for. After the ones marked so the image may have been made and billed, and is paid for again.',
			options: [
				{ name: 'Connection (Nothing Was Sent)', value: 'connection' },
				{ name: 'Interrupted (May Pay Twice)', value: 'interrupted' },
				{ name: 'Rate Limit', value: 'rate_limit' },
				{ name: 'Server Error', value: 'server_error' },
				{ name: 'Timeout (May Pay Twice)', value: 'timeout' },
			] satisfies Array<{ name: string; value: RetryableKind }>,
		},
	],
};
