/**
 * Runs workflows in n8n's own engine, without a server: the compiled nodes of `dist/`, real helpers,
 * real HTTP, real binary data.
 */
import './environment';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import type {
	ExecutionError,
	IConnections,
	INode,
	INodeExecutionData,
	IPinData,
	IRun,
	ITaskData,
	IWorkflowBase,
	IWorkflowSettings,
	NodeExecutionHint,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import {
	BINARY_IN_JSON_PROPERTY,
	createRunExecutionData,
	deepCopy,
	isBinaryValue,
	Workflow,
} from 'n8n-workflow';
import { additionalDataWith } from './additional-data';
import type { BinaryMode } from './binary-data';
import { binaryBytes, useBinaryMode } from './binary-data';
import { START_NODE_TYPE } from './items-start';
import type { TestTypes } from './known-types';
import { knownTypes, latestVersion, pickedCredentials } from './known-types';

export { testCredential } from './credential-test';
export { runListSearch, runLoadOptions } from './load-options';

/** A workflow as n8n exports it; loose, so that an imported JSON file fits. */
export interface WorkflowJson {
	id?: string;
	name?: string;
	nodes: object[];
	connections: object;
	settings?: object;
	staticData?: object | null;
	pinData?: object;
}

export interface RunOptions extends TestTypes {
	/** Default: `memory`. One mode at a time per process. */
	binaryMode?: BinaryMode;
	/** Cancels the execution, as the stop button does. */
	signal?: AbortSignal;
	/** Default: `manual`, a run from the editor. */
	mode?: WorkflowExecuteMode;
}

export interface RunResult {
	/** `run.status` is `success`, `error`, `canceled` or `waiting`. */
	run: IRun;
	/** What the execution failed with, or was cancelled with. */
	error?: ExecutionError;
	/** What n8n keeps of the node's last run; undefined where it did not run. */
	task(nodeName: string): ITaskData | undefined;
	/** The items of one output (default: the first); none where the node did not run. */
	items(nodeName: string, output?: number): INodeExecutionData[];
	/** What the node failed with, also where the workflow went on. */
	nodeError(nodeName: string): ExecutionError | undefined;
	hints(nodeName: string): NodeExecutionHint[];
	/** What the node sent to the browser's console (`sendMessageToUI`; manual runs only). */
	messages: unknown[];
	/**
	 * The bytes of an item's binary data, from wherever the run put them.
	 * @throws Error where the item has no such property
	 */
	binary(item: INodeExecutionData, property: string): Promise<Buffer>;
}

let executions = 0;

/**
 * Runs a workflow from its start node to its end. A node that names no credentials gets those given for the types it takes.
 * @throws WorkflowHasIssuesError where n8n would not start it: a required parameter is empty, a node unknown
 */
export async function runWorkflow(workflow: WorkflowJson, options: RunOptions = {}): Promise<RunResult> {
	const nodes = deepCopy(workflow.nodes) as INode[];
	const { nodeTypes, credentialsHelper } = await knownTypes(
		options,
		nodes.map((node) => node.type),
	);
	for (const node of nodes) {
		const { description } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		node.typeVersion ??= latestVersion(description);
		node.credentials ??= pickedCredentials(description, options.credentials);
	}

	const now = new Date();
	const data: IWorkflowBase = {
		id: workflow.id ?? 'test',
		name: workflow.name ?? 'Test',
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: now,
		updatedAt: now,
		nodes,
		connections: workflow.connections as IConnections,
		settings: { executionOrder: 'v1', ...workflow.settings } as IWorkflowSettings,
		staticData: { ...workflow.staticData },
	};
	const mode = options.mode ?? 'manual';
	const executionId = String(++executions);
	const messages: unknown[] = [];
	const additionalData = additionalDataWith(credentialsHelper, {
		executionId,
		hooks: new ExecutionLifecycleHooks(mode, executionId, data),
		sendDataToUI: (_type, message) => messages.push((message as { messages?: unknown }).messages),
	});

	const release = await useBinaryMode(options.binaryMode ?? 'memory');
	const { signal } = options;
	let cancel = () => {};
	try {
		const execute = new WorkflowExecute(additionalData, mode, createRunExecutionData());
		const execution = execute.run({
			workflow: new Workflow({ ...data, nodeTypes }),
			pinData: workflow.pinData as IPinData | undefined,
		});
		cancel = () => execution.cancel();
		if (signal?.aborted) cancel();
		else signal?.addEventListener('abort', cancel);
		return new FinishedRun(
			await execution,
			nodes.map((node) => node.name),
			messages,
		);
	} finally {
		signal?.removeEventListener('abort', cancel);
		release();
	}
}

class FinishedRun implements RunResult {
	constructor(
		readonly run: IRun,
		private readonly nodeNames: string[],
		readonly messages: unknown[],
	) {}

	get error() {
		return this.run.data.resultData.error;
	}

	task(nodeName: string) {
		if (!this.nodeNames.includes(nodeName)) throw new Error(`The workflow has no node "${nodeName}"`);
		return this.run.data.resultData.runData[nodeName]?.at(-1);
	}

	items(nodeName: string, output = 0) {
		return this.task(nodeName)?.data?.main?.[output] ?? [];
	}

	nodeError(nodeName: string) {
		return this.task(nodeName)?.error;
	}

	hints(nodeName: string) {
		return this.task(nodeName)?.hints ?? [];
	}

	async binary(item: INodeExecutionData, property: string) {
		const files = item.json[BINARY_IN_JSON_PROPERTY] as Record<string, unknown> | undefined;
		const data = item.binary?.[property] ?? files?.[property];
		if (!isBinaryValue(data)) throw new Error(`The item has no binary data "${property}"`);
		return await binaryBytes(data);
	}
}

/** What `singleNodeWorkflow` makes. */
export interface SingleNodeWorkflow extends WorkflowJson {
	nodes: [start: INode, node: INode];
	connections: IConnections;
}

/**
 * A workflow of two nodes: `Items`, which gives out `RunOptions.input`, and the node under test, named `Node`.
 * @param type as n8n names it (`n8n-nodes-openai-image.openAiImageGenerate`), or the node's bare name
 * @param settings the node's own settings: `onError`, `retryOnFail`, `executeOnce`, `alwaysOutputData`, ...
 */
export function singleNodeWorkflow(
	type: string,
	parameters: object,
	settings: Partial<INode> = {},
): SingleNodeWorkflow {
	const start: INode = {
		id: 'items',
		name: 'Items',
		type: START_NODE_TYPE,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	// The harness fills in the newest version where the settings name none, as n8n's editor does.
	const node = {
		id: 'node',
		name: 'Node',
		type,
		position: [240, 0],
		parameters,
		...settings,
	} as INode;
	return {
		nodes: [start, node],
		connections: { Items: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
	};
}
