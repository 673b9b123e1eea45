import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { DEFAULT_MODEL } from '../../engine/models/catalogue';
import { CREDENTIAL } from '../shared/authentication';
import { runImageNode } from '../shared/imageNode';
import { promptParameterOf } from '../shared/jobsFromParameters';
import { searchModels } from '../shared/modelPicker';
import { executionParameter } from '../shared/parameters/execution';
import {
	countParameter,
	modelParameter,
	promptParameter,
	qualityParameter,
	sizeParameters,
} from '../shared/parameters/image';
import { optionsFor } from '../shared/parameters/options';
import { outputParameter } from '../shared/parameters/output';

export class OpenAiImageGenerate implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Generate',
		name: 'openAiImageGenerate',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["model"]?.value || $parameter["model"] || "${DEFAULT_MODEL}" }}`,
		description: 'Generate images from prompts with OpenAI, several at a time, with the cost of each',
		defaults: { name: 'OpenAI Image Generate' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			modelParameter,
			promptParameter,
			...sizeParameters,
			qualityParameter,
			countParameter,
			optionsFor('generations'),
			executionParameter,
			outputParameter,
		],
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runImageNode(this, (index) => ({
			endpoint: 'generations',
			prompt: promptParameterOf(this, index),
		}));
	}
}
