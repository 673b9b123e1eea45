import type { IConnections, INode, INodeParameters } from 'n8n-workflow';
import type { CredentialFile, WorkflowFile } from '../host/n8n';

/** What is measured: no edit at all, this package's node, n8n's own. */
export const KINDS = ['none', 'ours', 'builtin'] as const;
export type Kind = (typeof KINDS)[number];

/** The edit node's name in the workflows. */
export const EDIT = 'Edit';

/** A name that n8n's own node takes for a GPT Image model; the stand-in draws small pictures for it. */
const MODEL = 'gpt-image-bench';
const SIZE = '256x256';
const PROMPT = 'Make it night';

/** Credentials of both nodes for the same server. */
export function credentials(apiKey: string, baseUrl: string): CredentialFile[] {
	return [
		{
			id: 'ours',
			name: 'ours',
			type: 'openAiImageApi',
			data: { provider: 'compatible', apiKey, baseUrl, organizationId: '', projectId: '', customHeaders: {} },
		},
		{ id: 'builtin', name: 'builtin', type: 'openAiApi', data: { apiKey, url: baseUrl, header: false } },
	];
}

/** Files read from disk, an item each, and edited. */
export function editWorkflow(kind: Kind, files: readonly string[], concurrency: number): WorkflowFile {
	const items = files.map((path) => ({ path }));
	const nodes = [
		node('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		node('Read', 'n8n-nodes-base.readWriteFile', 1.1, {
			operation: 'read',
			fileSelector: '={{ $json.path }}',
		}),
		...editNode(kind, concurrency),
	];
	const names = nodes.map(({ name }) => name);
	const connections: IConnections = Object.fromEntries(
		names.slice(1).map((name, index) => [names[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	);
	const id = `${kind}-${files.length}`;
	return { id, name: id, nodes, connections, settings: { executionOrder: 'v1' } };
}

function editNode(kind: Kind, concurrency: number): INode[] {
	switch (kind) {
		case 'none':
			return [];
		case 'ours':
			return [
				{
					...node(EDIT, 'n8n-nodes-openai-image.openAiImageEdit', 1, {
						model: { __rl: true, mode: 'id', value: MODEL },
						imageSource: 'binary',
						binaryPropertyNames: 'data',
						prompt: PROMPT,
						size: SIZE,
						execution: { concurrency },
					}),
					credentials: { openAiImageApi: { id: 'ours', name: 'ours' } },
				},
			];
		case 'builtin':
			return [
				{
					...node(EDIT, '@n8n/n8n-nodes-langchain.openAi', 2.3, {
						resource: 'image',
						operation: 'edit',
						modelId: { __rl: true, mode: 'id', value: MODEL },
						prompt: PROMPT,
						images: { values: [{ binaryPropertyName: 'data' }] },
						size: SIZE,
					}),
					credentials: { openAiApi: { id: 'builtin', name: 'builtin' } },
				},
			];
	}
}

function node(name: string, type: string, typeVersion: number, parameters: INodeParameters): INode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}
