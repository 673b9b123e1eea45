import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeExecutionData, INodeParameters, IRun } from 'n8n-workflow';
import type { Editor, ExecutionState } from '../../host/editor';
import type { CredentialFile, Execution, WorkflowFile } from '../../host/n8n';
import type { StandIn } from '../stand-in';
import { chain, node, START } from './workflow';

/** The Batch nodes' names, here and in the example. */
export const SUBMIT = 'Submit';
export const COLLECT = 'Collect';

/** One job. */
export interface Row {
	prompt: string;
	/** Its own within the batch; names the file. */
	name: string;
	model: string;
}

/** The cheapest image, and the quickest to draw. */
const CHEAP = { size: '1024x640', quality: 'low' };

const MODELS = ['gpt-image-2.5-flare', 'gpt-image-2.5-sunburst'] as const;

/** So many different jobs, of two models by turns. @param special what some prompts have in them, by place from 0 */
export function rowsOfTwoModels(count: number, special: Readonly<Record<number, string>> = {}): Row[] {
	return Array.from({ length: count }, (_, index) => ({
		prompt: `Picture ${index} ${special[index] ?? ''}`.trim(),
		name: `picture-${index}`,
		model: MODELS[index % 2]!,
	}));
}

/** Manual trigger, an item a row, Submit. */
export function submitWorkflow(id: string, rows: readonly Row[], credential: CredentialFile): WorkflowFile {
	return chain(id, [...itemNodes(rows), submitNode(credential)]);
}

/** Manual trigger, an item a batch, Collect; the images are written into a folder. */
export function collectWorkflow(
	id: string,
	batchIds: readonly string[],
	folder: string,
	credential: CredentialFile,
): WorkflowFile {
	const items = batchIds.map((batch_id) => ({ batch_id }));
	return chain(id, [...itemNodes(items), collectNode(credential), writeNode(folder)]);
}

/** Both in one, for batches that are done at once. */
export function submitAndCollectWorkflow(
	id: string,
	rows: readonly Row[],
	folder: string,
	credential: CredentialFile,
): WorkflowFile {
	const workflow = chain(id, [
		...itemNodes(rows),
		submitNode(credential),
		collectNode(credential),
		writeNode(folder),
	]);
	// The batches come out of Summary, the third output.
	workflow.connections[SUBMIT] = { main: [[], [], [{ node: COLLECT, type: 'main', index: 0 }]] };
	return workflow;
}

function submitNode(credential: CredentialFile) {
	const parameters = { operation: 'submit', ...CHEAP, output: { fileName: '{name}' } };
	return batchNode(SUBMIT, parameters, credential);
}

function collectNode(credential: CredentialFile) {
	return batchNode(COLLECT, { operation: 'collect' }, credential);
}

function writeNode(folder: string) {
	return node('Write', 'n8n-nodes-base.readWriteFile', 1.1, {
		operation: 'write',
		fileName: `=${folder}/{{ $json.output_path }}`,
	});
}

function itemNodes(items: readonly object[]) {
	return [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
	];
}

function batchNode(name: string, parameters: INodeParameters, { id, name: called }: CredentialFile) {
	return {
		...node(name, 'n8n-nodes-openai-image.openAiImageBatch', 1, parameters),
		credentials: { openAiImageApi: { id, name: called } },
	};
}

/** What came out of Submit's or Get Status's output Summary: a batch each. @throws where the workflow failed */
export function batchesOf({ run, log }: Execution, name = SUBMIT): Array<INodeExecutionData['json']> {
	const { error, runData } = run.data.resultData;
	if (error) throw new Error(`${error.message}\n${error.description ?? ''}\n\n${log}`);
	return (runData[name]?.[0]?.data?.main?.[2] ?? []).map(({ json }) => json);
}

/** What batches were charged, US dollars. */
export function chargedForBatches({ batchBooks }: Pick<StandIn, 'batchBooks'>): number {
	return batchBooks.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0) / 1e9;
}

/** The pictures in the files of results, as a client gets them: SHA-256 by the place of their jobs. */
export async function picturesOfBatches({ url, key }: Pick<StandIn, 'url' | 'key'>): Promise<string[]> {
	const get = async (path: string) =>
		await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
	const { data } = (await (await get('/batches')).json()) as {
		data: Array<{ output_file_id: string | null }>;
	};
	const sums: string[] = [];
	for (const { output_file_id } of data) {
		if (output_file_id === null) continue;
		const content = await (await get(`/files/${output_file_id}/content`)).text();
		for (const line of content.split('\n')) {
			const custom = /"custom_id":"(\d+)-0:/.exec(line)?.[1];
			const picture = /"b64_json":"([^"]+)"/.exec(line)?.[1];
			if (custom !== undefined && picture !== undefined)
				sums[Number(custom)] = sha256(Buffer.from(picture, 'base64'));
		}
	}
	return sums;
}

export function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Looks at an execution until it is in one of these states. */
export async function reach(
	editor: Editor,
	executionId: string,
	isReached: (state: ExecutionState) => boolean,
): Promise<ExecutionState> {
	for (;;) {
		const state = await editor.execution(executionId);
		if (isReached(state)) return state;
		if (state.status === 'error' || state.status === 'crashed') {
			throw new Error(`${state.status}: ${state.data?.resultData.error?.message ?? 'no reason given'}`);
		}
		await sleep(250);
	}
}

/** Runs a workflow in the editor from one of its triggers, to its end. @throws where it fails */
export async function runToEnd(editor: Editor, workflow: WorkflowFile, trigger = START): Promise<Execution> {
	const id = await editor.run(workflow, trigger);
	const { data } = await reach(editor, id, ({ status }) => status === 'success');
	return executionOf(data);
}

/** An execution's record as `n8n execute` gives it. */
export function executionOf(data: ExecutionState['data']): Execution {
	if (!data) throw new Error('n8n has no data of the execution.');
	return { run: { data } as IRun, log: '' };
}

/** Ends n8n from one moment to the next, as a power cut does, and all that it started. */
export async function pullThePlug(editor: Editor): Promise<void> {
	process.kill(-editor['server'].pid, 'SIGKILL');
	await editor.ended();
}
