import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { CREDENTIAL } from '../shared/authentication';
import { runImageNode } from '../shared/imageNode';
import { sourcesOf } from '../shared/imageSources';
import { searchModels } from '../shared/modelPicker';
import { commonParameters } from '../shared/parameters/common';
import { modelParameter } from '../shared/parameters/image';
import { sourceParameters } from '../shared/parameters/sources';
import { variationParameters } from '../shared/parameters/variation';
import { variationCore } from '../shared/variationCore';

export class OpenAiImageVariation implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Variation',
		name: 'openAiImageVariation',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["strength"] || "moderate" }}`,
		description:
			'Make variations of images with OpenAI, closer to the original or further away, several at a time',
		defaults: { name: 'OpenAI Image Variation' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			modelParameter,
			...sourceParameters,
			...variationParameters,
			...commonParameters(['variations']),
		],
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runImageNode(this, async (index) =>
			variationCore(this, index, await sourcesOf(this, index)),
		);
	}
}
