import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CredentialFile, OpenAiCredential, WorkflowFile } from './n8n';
import { ROOT } from './package-under-test';

/** A folder in `examples/`. */
export type ExampleName =
	| 'agent-tool'
	| 'airtable-prompts'
	| 'art-director'
	| 'batch-configuration'
	| 'batch-prompt-list'
	| 'batch-spreadsheet'
	| 'cost-guard'
	| 'durable-batch'
	| 'edit-then-post'
	| 'github-comment-batch'
	| 'history'
	| 'http-image-api'
	| 'overnight-catalogue'
	| 'product-shots'
	| 'scheduled-content'
	| 'spreadsheet-prompts';

/** The nodes that take a credential, by its type and by how theirs begin. */
const TAKERS: Readonly<Record<string, string>> = {
	openAiImageApi: 'n8n-nodes-openai-image.',
	openAiApi: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
	crypto: 'n8n-nodes-base.crypto',
};

/** The folder of an example: its workflow, its README and the files that go with it. */
export function exampleFolder(example: ExampleName): string {
	return join(ROOT, 'examples', example);
}

/**
 * An example's workflow after what its README tells the user to do: the fields of the node "Settings" are changed,
 * and the credential is chosen in every node that takes one of its type.
 * @param settings new values by the fields' names; the others stay as they ship
 * @param file of an example with several workflows, another than the first
 * @throws where the file lacks the node or a field that is to be changed
 */
export async function importedExample(
	example: ExampleName,
	settings: Record<string, string | number>,
	credential: CredentialFile,
	file = 'workflow.json',
): Promise<WorkflowFile> {
	const path = join(exampleFolder(example), file);
	const workflow = JSON.parse(await readFile(path, 'utf8')) as WorkflowFile;
	changeSettings(workflow, settings);
	chooseCredential(workflow, credential);
	return workflow;
}

/** Chooses a credential in every node of a workflow that takes one of its type, or asks for it as HTTP Request does. */
export function chooseCredential(workflow: WorkflowFile, { id, name, type }: CredentialFile): void {
	const taker = TAKERS[type];
	for (const node of workflow.nodes) {
		const takes = taker !== undefined && node.type.startsWith(taker);
		const { nodeCredentialType, genericAuthType } = node.parameters;
		if (takes || nodeCredentialType === type || genericAuthType === type)
			node.credentials = { [type]: { id, name } };
	}
}

/** The credential of n8n's own OpenAI nodes: an agent's chat model takes it. */
export function chatModelCredential(
	{ apiKey, baseUrl }: OpenAiCredential,
	id = 'openAiChat',
): CredentialFile {
	const data = { apiKey, url: baseUrl, organizationId: '', header: false };
	return { id, name: 'OpenAI', type: 'openAiApi', data };
}

/** The credential of n8n's own Airtable nodes, which HTTP Request takes as well. @param accessToken a personal one */
export function airtableCredential(accessToken: string, id = 'airtable'): CredentialFile {
	return { id, name: 'Airtable', type: 'airtableTokenApi', data: { accessToken } };
}

/** The credential of n8n's Crypto node. @param hmacSecret what it signs with */
export function cryptoCredential(hmacSecret: string, id = 'webhookSecret'): CredentialFile {
	return { id, name: 'Webhook Secret', type: 'crypto', data: { hmacSecret } };
}

/** A credential that HTTP Request sends as `Authorization: Bearer TOKEN`. */
export function bearerCredential(token: string, id = 'bearer'): CredentialFile {
	return { id, name: 'Bearer Token', type: 'httpBearerAuth', data: { token } };
}

function changeSettings(workflow: WorkflowFile, settings: Record<string, string | number>): void {
	if (Object.keys(settings).length === 0) return;
	const { assignments } = nodeOf(workflow, 'Settings').parameters.assignments as unknown as {
		assignments: Array<{ name: string; value: string | number }>;
	};
	for (const [name, value] of Object.entries(settings)) {
		const assignment = assignments.find((candidate) => candidate.name === name);
		if (!assignment) throw new Error(`The Settings of "${workflow.name}" have no field "${name}".`);
		assignment.value = value;
	}
}

/** A workflow's node. @throws where it has none of this name */
export function nodeOf(workflow: WorkflowFile, name: string): WorkflowFile['nodes'][number] {
	const found = workflow.nodes.find((candidate) => candidate.name === name);
	if (!found) throw new Error(`The workflow "${workflow.name}" has no node "${name}".`);
	return found;
}
