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
import { sourcesOf } from '../shared/imageSources';
import { promptParameterOf } from '../shared/jobsFromParameters';
import { searchConversationModels, searchModels } from '../shared/modelPicker';
import { commonParameters } from '../shared/parameters/common';
import { conversationParameters } from '../shared/parameters/conversation';
import { modelParameter, promptParameter } from '../shared/parameters/image';
import { editSourceParameters, overlayParameters } from '../shared/parameters/sources';

export class OpenAiImageEdit implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Edit',
		name: 'openAiImageEdit',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["model"]?.value || $parameter["model"] || "${DEFAULT_MODEL}" }}`,
		description: 'Edit images or combine several into one with OpenAI, with masks, several at a time',
		defaults: { name: 'OpenAI Image Edit' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			...conversationParameters,
			modelParameter,
			...editSourceParameters,
			{
				...promptParameter,
				description: 'What is to be changed, or made of the images',
				placeholder: 'e.g. Make it night',
			},
			...overlayParameters,
			...commonParameters(['edits', 'responses']),
		],
	};

	methods = { listSearch: { searchModels, searchConversationModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runImageNode(this, async (index) =>
			throughApi(this, index, {
				endpoint: 'edits',
				prompt: promptParameterOf(this, index),
				...(await sourcesOf(this, index)),
			}),
		);
	}
}
