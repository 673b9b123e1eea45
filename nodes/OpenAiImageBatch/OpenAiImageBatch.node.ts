import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { CREDENTIAL } from '../shared/authentication';
import { searchModels } from '../shared/modelPicker';
import { collectBatches } from './batches/collect';
import { batchStatus, cancelBatch } from './batches/status';
import { submitBatch } from './batches/submit';
import { orAllFailed } from './allFailed';
import { estimateBatch } from './estimate';
import { batchParameters } from './parameters';
import { runBatch } from './run';

type Operation = (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	run: runBatch,
	estimate: estimateBatch,
	submit: submitBatch,
	status: batchStatus,
	collect: collectBatches,
	cancel: cancelBatch,
};

function unknownOperation(name: string): Operation {
	return (context) => {
		const allowed = Object.keys(OPERATIONS).join(', ');
		const message = `Operation: "${name}" is not possible. Allowed: ${allowed}.`;
		return Promise.reject(new NodeOperationError(context.getNode(), message));
	};
}

export class OpenAiImageBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Batch',
		name: 'openAiImageBatch',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["operation"] + (["status", "collect", "cancel"].includes($parameter["operation"]) ? "" : ": " + $parameter["source"]) }}`,
		description:
			'Make many images with OpenAI from items, a configuration or a list of prompts: now, within a budget, or at half the price within a day',
		defaults: { name: 'OpenAI Image Batch' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Images', 'Failed', 'Summary'],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: batchParameters,
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const name = String(this.getNodeParameter('operation', 0, 'run'));
		const operation = OPERATIONS[name] ?? unknownOperation(name);
		return await orAllFailed(this, async () => await operation(this));
	}
}
