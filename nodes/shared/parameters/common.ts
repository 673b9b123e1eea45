import type { INodeProperties } from 'n8n-workflow';
import type { Endpoint } from '../../../engine/models/model';
import { executionParameter } from './execution';
import { countParameter, qualityParameter, sizeParameters } from './image';
import { optionsFor } from './options';
import { outputParameter } from './output';

/**
 * What every node has below its own parameters: what the images are to be like, how the run goes, how they come out.
 * @param endpoints those that the node's jobs may go to
 */
export function commonParameters(
	endpoints: readonly Endpoint[],
	execution: INodeProperties = executionParameter,
): INodeProperties[] {
	return [
		...sizeParameters,
		qualityParameter,
		countParameter,
		optionsFor(endpoints),
		execution,
		outputParameter,
	];
}
