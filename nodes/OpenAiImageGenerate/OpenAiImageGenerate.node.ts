import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { DEFAULT_MODEL } from '../../engine/models/catalogue';
import { CREDENTIAL } from '../shared/authentication';
import { throughApi } from '../shared/conversation';
import { runImageNode } from '../shared/imageNode';
import { promptParameterOf } from '../shared/jobsFromParameters';
import { searchConversationModels, searchModels } from '../shared/modelPicker';
import { commonParameters } from '../shared/parameters/common';
import { conversationParameters } from '../shared/parameters/conversation';
import { modelParameter, promptParameter } from '../shared/parameters/image';

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
			...conversationParameters,
			modelParameter,
			promptParameter,
			...commonParameters(['generations', 'responses']),
		],
	};

	methods = { listSearch: { searchModels, searchConversationModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runImageNode(this, (index) =>
			throughApi(this, index, { endpoint: 'generations', prompt: promptParameterOf(this, index) }),
		);
	}
}
