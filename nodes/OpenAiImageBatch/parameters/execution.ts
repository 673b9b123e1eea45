import type { INodeProperties } from 'n8n-workflow';
import { executionParameter } from '../../shared/parameters/execution';

const batchExecution: INodeProperties[] = [
	{
		displayName: 'Deduplicate',
		name: 'deduplicate',
		type: 'boolean',
		default: false,
		description:
			'Whether jobs that are the same in everything are made and paid for once, and delivered to each',
	},
	{
		displayName: 'Fail Fast',
		name: 'failFast',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 0,
		description: 'Nothing more is sent after so many failures. 0 for never.',
	},
	{
		displayName: 'Retry Delay (Ms)',
		name: 'retryDelay',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60000, numberPrecision: 0 },
		default: 500,
		description:
			'How long to wait before the first repetition, in milliseconds, where the server does not say. Doubled with each further one.',
	},
	{
		displayName: 'Timeout (Ms)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 600000,
		description:
			'How long the whole batch may take, in milliseconds. What is done by then is kept and delivered. 0 for no limit.',
	},
];

/** Without the dry run, which is an operation of its own here. */
export const batchExecutionParameter: INodeProperties = {
	...executionParameter,
	description: 'How the jobs are worked through. What a configuration says goes before it.',
	options: [
		...(executionParameter.options as INodeProperties[]).filter(({ name }) => name !== 'dryRun'),
		...batchExecution,
	].sort((a, b) => a.displayName.localeCompare(b.displayName)),
};

/** What holds for the requests to OpenAI's Batch API, which makes the images by itself. */
export function batchApiExecutionParameter(names: readonly string[]): INodeProperties {
	return {
		...batchExecutionParameter,
		description: "How OpenAI's Batch API is talked to",
		options: (batchExecutionParameter.options as INodeProperties[]).filter(({ name }) =>
			names.includes(name),
		),
	};
}
