import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ExecutionState } from '../../host/editor';
import type { CredentialFile, WorkflowFile } from '../../host/n8n';
import { chain, GENERATE, node } from './workflow';

/** What the webhook is sent: so many images of prompts that begin with the name. */
export interface Order {
	name: string;
	count: number;
}

/** The cheapest image, and the quickest to draw. */
export const PICTURE = { model: 'gpt-image-2.5-flare', size: '1024x640', quality: 'low' } as const;

/** A webhook that answers at once, an item a prompt, Generate. @param execution its settings for the whole run */
export function orderWorkflow(
	id: string,
	credential: CredentialFile,
	execution: INodeParameters = {},
): WorkflowFile {
	const items =
		'={{ { items: Array.from({ length: $json.body.count }, (_, row) => ({ prompt: `${$json.body.name} ${row}` })) } }}';
	return chain(id, [
		{
			...node('Order', 'n8n-nodes-base.webhook', 2.1, { httpMethod: 'POST', path: id, options: {} }),
			webhookId: id,
		},
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: items }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		{
			...node(GENERATE, 'n8n-nodes-openai-image.openAiImageGenerate', 1, {
				...PICTURE,
				model: { __rl: true, mode: 'id', value: PICTURE.model },
				prompt: '={{ $json.prompt }}',
				execution,
			}),
			credentials: { openAiImageApi: { id: credential.id, name: credential.name } },
		},
	]);
}

/** The prompts that an order stands for. */
export function promptsOf({ name, count }: Order): string[] {
	return Array.from({ length: count }, (_, row) => `${name} ${row}`);
}

/** The items that Generate gave. @throws where it gave none */
export function imagesOf({ status, data }: ExecutionState): INodeExecutionData[] {
	const items = data?.resultData.runData[GENERATE]?.[0]?.data?.main?.[0];
	if (!items) throw new Error(`${status}: ${data?.resultData.error?.message ?? 'no reason given'}`);
	return items;
}
