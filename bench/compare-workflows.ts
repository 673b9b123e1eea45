import type { INode, INodeParameters } from 'n8n-workflow';
import type { CredentialFile, WorkflowFile } from '../host/n8n';
import { chain, node, START } from '../test/e2e/workflow';

/** What is compared, and what it is called. */
export const KINDS = {
	builtin: "n8n's OpenAI node",
	http: 'HTTP Request, batching',
	script: 'script: SDK, p-limit',
	plainest: 'the plainest node',
	ours: 'this package',
} as const;
export type Kind = keyof typeof KINDS;

/** Those that run in n8n; `idle` makes nothing. */
export type WorkflowKind = Exclude<Kind, 'script'> | 'idle';

/**
 * What every image is asked for with. A name that n8n's own node takes for a GPT Image model, of which a compatible server makes
 * small pictures: drawing them costs it little.
 */
export const REQUEST = { model: 'gpt-image-bench', size: '256x256', quality: 'low' } as const;

/** What is told apart by the nodes themselves. */
export interface Server {
	apiKey: string;
	/** `http://127.0.0.1:PORT/v1`. */
	baseUrl: string;
}

/** How a workflow's items are worked through. */
export interface Setting {
	id: string;
	prompts: readonly string[];
	concurrency: number;
	/** How long the server takes on average, milliseconds: what someone waits between batches who knows it. */
	meanDelayMs: number;
}

/** Credentials for the same server, of this package and of n8n's own nodes. */
export function credentials({ apiKey, baseUrl }: Server): CredentialFile[] {
	return [
		{
			id: 'ours',
			name: 'ours',
			type: 'openAiImageApi',
			data: {
				provider: 'compatible',
				apiKey,
				baseUrl,
				organizationId: '',
				projectId: '',
				customHeaders: {},
			},
		},
		{ id: 'builtin', name: 'builtin', type: 'openAiApi', data: { apiKey, url: baseUrl, header: false } },
	];
}

/** Prompts, an item each, and what makes images of them. */
export function compareWorkflow(kind: WorkflowKind, setting: Setting, server: Server): WorkflowFile {
	const items = setting.prompts.map((prompt) => ({ prompt }));
	return chain(setting.id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		...makers(kind, setting, server),
	]);
}

/** The nodes between a prompt and a stored image. */
function makers(kind: WorkflowKind, { concurrency, meanDelayMs }: Setting, { baseUrl }: Server): INode[] {
	const { model, size, quality } = REQUEST;
	const modelById = { __rl: true, mode: 'id', value: model };
	const prompt = '={{ $json.prompt }}';
	switch (kind) {
		case 'idle':
			return [];
		case 'ours':
			return [
				withCredential('Generate', 'n8n-nodes-openai-image.openAiImageGenerate', 1, 'ours', {
					model: modelById,
					prompt,
					size,
					quality,
					execution: { concurrency },
				}),
			];
		case 'plainest':
			return [
				withCredential('Plainest', 'CUSTOM.plainest', 1, 'ours', {
					prompt,
					request: JSON.stringify(REQUEST),
					concurrency,
				}),
			];
		case 'builtin':
			return [
				withCredential('OpenAI', '@n8n/n8n-nodes-langchain.openAi', 2.3, 'builtin', {
					resource: 'image',
					operation: 'generate',
					modelId: modelById,
					prompt,
					options: { size, quality },
				}),
			];
		case 'http':
			return [
				withCredential('Request', 'n8n-nodes-base.httpRequest', 4.5, 'builtin', {
					method: 'POST',
					url: `${baseUrl}/images/generations`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'openAiApi',
					sendBody: true,
					specifyBody: 'json',
					jsonBody: `={{ JSON.stringify({ ...${JSON.stringify(REQUEST)}, prompt: $json.prompt }) }}`,
					options: {
						batching: { batch: { batchSize: concurrency, batchInterval: meanDelayMs } },
						timeout: 600_000,
					},
				}),
				node('Convert', 'n8n-nodes-base.convertToFile', 1.1, {
					operation: 'toBinary',
					sourceProperty: 'data[0].b64_json',
					options: {},
				}),
			];
	}
}

function withCredential(
	name: string,
	type: string,
	version: number,
	credential: 'ours' | 'builtin',
	parameters: INodeParameters,
): INode {
	const credentialType = credential === 'ours' ? 'openAiImageApi' : 'openAiApi';
	return {
		...node(name, type, version, parameters),
		credentials: { [credentialType]: { id: credential, name: credential } },
	};
}
