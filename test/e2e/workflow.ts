import type { INode, INodeParameters, OnError } from 'n8n-workflow';
import type { CredentialFile, WorkflowFile } from '../../host/n8n';

/** The node under test, by its name in the workflows here. */
export const GENERATE = 'Generate';

/** The trigger, by its name. */
export const START = 'Start';

export interface GenerateWorkflow {
	id: string;
	/** One item each. */
	prompts: string[];
	credential: CredentialFile;
	/** The node's own parameters besides model and prompt. */
	parameters?: INodeParameters;
	/** n8n's setting; its default stops the workflow. */
	onError?: OnError;
}

/** Manual trigger, one item a prompt, the node; its error output, where it has one, goes nowhere. */
export function generateWorkflow({
	id,
	prompts,
	credential,
	parameters,
	onError,
}: GenerateWorkflow): WorkflowFile {
	const items = prompts.map((prompt, index) => ({ prompt, row: index }));
	const nodes = [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		{
			...node(GENERATE, 'n8n-nodes-openai-image.openAiImageGenerate', 1, {
				model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
				prompt: '={{ $json.prompt }}',
				size: '1024x1024',
				quality: 'low',
				...parameters,
			}),
			credentials: { openAiImageApi: { id: credential.id, name: credential.name } },
			...(onError && { onError }),
		},
	];
	return chain(id, nodes);
}

/** A workflow whose nodes follow one upon the other. */
export function chain(id: string, nodes: INode[]): WorkflowFile {
	const names = nodes.map(({ name }) => name);
	const connections = Object.fromEntries(
		names.slice(1).map((name, index) => [names[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	) as WorkflowFile['connections'];
	return { id, name: id, nodes, connections, settings: { executionOrder: 'v1' } };
}

/** A node by its name, type and version. */
export function node(name: string, type: string, typeVersion: number, parameters: INodeParameters): INode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}
