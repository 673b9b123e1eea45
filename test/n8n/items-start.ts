import './environment';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { BINARY_ENCODING, NodeConnectionTypes } from 'n8n-workflow';

/** The start node's type: n8n's manual trigger, so that exported workflows run as they are. */
export const START_NODE_TYPE = 'n8n-nodes-base.manualTrigger';

/**
 * Stands where the manual trigger does, and gives out `input` in place of one empty item.
 * Inline binary data goes through n8n's store first, as it would have in the node that made it.
 */
export function itemsStart(input: INodeExecutionData[]): INodeType {
	return {
		description: { ...description },
		async execute(this: IExecuteFunctions) {
			return [await Promise.all(input.map(async (item) => await withStoredBinaries.call(this, item)))];
		},
	};
}

async function withStoredBinaries(
	this: IExecuteFunctions,
	item: INodeExecutionData,
): Promise<INodeExecutionData> {
	if (!item.binary) return { ...item };
	const binary: INodeExecutionData['binary'] = {};
	for (const [property, data] of Object.entries(item.binary)) {
		binary[property] = data.id
			? data
			: await this.helpers.prepareBinaryData(
					Buffer.from(data.data, BINARY_ENCODING),
					data.fileName,
					data.mimeType,
				);
	}
	return { ...item, binary };
}

const description: INodeTypeDescription = {
	displayName: 'Items',
	name: START_NODE_TYPE,
	group: ['trigger'],
	version: 1,
	description: 'Gives out the items of the test',
	defaults: { name: 'Items' },
	inputs: [],
	outputs: [NodeConnectionTypes.Main],
	properties: [],
};
