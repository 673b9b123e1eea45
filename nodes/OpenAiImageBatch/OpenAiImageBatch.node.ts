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
import { estimateBatch } from './estimate';
import { batchParameters } from './parameters';
import { runBatch } from './run';

const OPERATIONS: Readonly<Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>>> =
	{
		run: runBatch,
		estimate: estimateBatch,
	};

export class OpenAiImageBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Batch',
		name: 'openAiImageBatch',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["operation"] + ": " + $parameter["source"] }}`,
		description:
			'Make many images with OpenAI from items, a configuration or a list of prompts, within a budget, with a summary and a report',
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
		const operation = OPERATIONS[name];
		if (operation) return await operation(this);
		const allowed = Object.keys(OPERATIONS).join(', ');
		throw new NodeOperationError(
			this.getNode(),
			`Operation: "${name}" is not possible. Allowed: ${allowed}.`,
		);
	}
}
