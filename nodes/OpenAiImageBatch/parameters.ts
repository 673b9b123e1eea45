import type { INodeProperties } from 'n8n-workflow';
import type { Endpoint } from '../../engine/models/model';
import { countParameter, modelParameter, qualityParameter, sizeParameters } from '../shared/parameters/image';
import { optionsFor } from '../shared/parameters/options';
import { outputParameter } from '../shared/parameters/output';
import { batchApiParameters } from './parameters/batches';
import { batchApiExecutionParameter, batchExecutionParameter } from './parameters/execution';
import { operationParameter } from './parameters/operation';
import { sourceParameters } from './parameters/sources';

const ENDPOINTS: readonly Endpoint[] = ['generations', 'edits', 'variations'];

/** What jobs are made of that say nothing of their own. */
const jobParameters: INodeProperties[] = [
	...sourceParameters,
	{
		...modelParameter,
		description:
			'For jobs that name none. The list is what the credential has access to, with the price of an image.',
	},
	...sizeParameters,
	qualityParameter,
	countParameter,
	optionsFor(ENDPOINTS),
];

/** The model's name is not known yet when a batch is collected, but its prices may be the user's own. */
const pricesParameter: INodeProperties = {
	...optionsFor(ENDPOINTS),
	options: optionsFor(ENDPOINTS).options?.filter(({ name }) => name === 'prices') ?? [],
};

function onlyFor(operations: readonly string[], parameters: readonly INodeProperties[]): INodeProperties[] {
	return parameters.map((parameter) => ({
		...parameter,
		displayOptions: {
			...parameter.displayOptions,
			show: { operation: [...operations], ...parameter.displayOptions?.show },
		},
	}));
}

export const batchParameters: INodeProperties[] = [
	operationParameter,
	...batchApiParameters,
	...onlyFor(['run', 'estimate', 'submit'], jobParameters),
	...onlyFor(['collect'], [pricesParameter]),
	...onlyFor(['run', 'estimate'], [batchExecutionParameter]),
	...onlyFor(
		['submit'],
		[batchApiExecutionParameter(['maxCost', 'maxRetries', 'requestTimeout', 'retryDelay'])],
	),
	...onlyFor(
		['status', 'collect', 'cancel'],
		[batchApiExecutionParameter(['maxRetries', 'requestTimeout', 'retryDelay'])],
	),
	...onlyFor(['run', 'estimate', 'submit', 'collect'], [outputParameter]),
];
