import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Summary } from '../../engine/reports/summary';
import type { RunOptions, RunResult } from '../n8n/engine';
import { runWorkflow, singleNodeWorkflow } from '../n8n/engine';
import type { BookEntry, StandIn } from '../stand-in';
import { expectSound } from './batchSoundness';
import type { ErrorJson, ImageJson } from './generate';
import { CREDENTIAL, keyOfItsOwn, nano } from './generate';
import { expectNoKey } from './secrets';

const NODE = 'Node';
/** The Batch that gets what the first one's output Failed gives. */
const AGAIN = 'Again';

/** The cheapest image, and the quickest to draw. */
export const CHEAP = { size: '1024x640', quality: 'low' } as const;

export interface BatchOptions extends Pick<RunOptions, 'binaryMode' | 'signal'> {
	standIn: Pick<StandIn, 'url'>;
	/** The input items; one empty item where it is left out, as from a trigger. */
	items?: INodeExecutionData[];
	/** The JSON of the input items. */
	rows?: IDataObject[];
	parameters: INodeParameters;
	/** Those of a second Batch, which the output Failed is wired to; it is not there where they are left out. */
	again?: INodeParameters;
	credential?: IDataObject;
	onError?: INode['onError'];
	/** The workflow's. */
	settings?: object;
}

/** An item of the output Images. */
export type BatchImageJson = ImageJson & {
	job_id: string;
	name?: string;
	output_path?: string;
	output_paths?: string[];
	history_uuid: string | null;
	duplicate_of?: string;
	metadata?: unknown;
};

/** An item of the output Failed. */
export type BatchFailedJson = IDataObject & {
	job_id: string;
	status: 'failed' | 'cancelled';
	prompt: string;
	error: ErrorJson;
	cost?: ImageJson['cost'];
};

/** What came out of a Batch node. */
export interface BatchOutputs {
	images: BatchImageJson[];
	failed: BatchFailedJson[];
	/** Of the run; absent where the node failed. */
	summary: Summary;
	outputs: { images: INodeExecutionData[]; failed: INodeExecutionData[]; summary: INodeExecutionData[] };
}

export interface BatchResult extends BatchOutputs {
	result: RunResult;
	/** What came out of the second Batch; nothing where there was none. */
	again: BatchOutputs;
}

/**
 * Runs the Batch node by itself against a stand-in. Whatever came of it, its outputs fit together, and nothing of it may
 * hold a piece of the key.
 */
export async function batch({
	standIn,
	items,
	rows,
	parameters,
	again,
	credential,
	onError,
	settings,
	...options
}: BatchOptions): Promise<BatchResult> {
	const data = { apiKey: keyOfItsOwn(), baseUrl: standIn.url, ...credential };
	const { nodes, connections } = singleNodeWorkflow(
		'openAiImageBatch',
		parameters,
		onError ? { onError } : {},
	);
	const second = { ...nodes[1], id: 'again', name: AGAIN, parameters: again ?? {} };
	const workflow = {
		nodes: again ? [...nodes, second] : nodes,
		connections: again
			? { ...connections, [NODE]: { main: [[], [{ node: AGAIN, type: 'main', index: 0 }]] } }
			: connections,
		...(settings ? { settings } : {}),
	};
	const input = items ?? (rows ?? [{}]).map((json) => ({ json }));
	const result = await runWorkflow(workflow, { ...options, input, credentials: { [CREDENTIAL]: data } });
	expectNoKey([result.run, result.messages], data.apiKey);
	const first = outputsOf(result, NODE);
	const other = again ? outputsOf(result, AGAIN) : NONE;
	for (const one of [first, other]) expectSound(one);
	return { result, ...first, again: other };
}

const NONE = resultOf([[], [], []]);

function outputsOf(result: RunResult, node: string): BatchOutputs {
	return resultOf([0, 1, 2].map((output) => result.items(node, output)));
}

function resultOf([images = [], failed = [], summary = []]: INodeExecutionData[][]): BatchOutputs {
	return {
		images: images.map(({ json }) => json as unknown as BatchImageJson),
		failed: failed.map(({ json }) => json as unknown as BatchFailedJson),
		summary: summary[0]?.json as unknown as Summary,
		outputs: { images, failed, summary },
	};
}

/** What the stand-in charged, in nano-dollars. */
export function charged({ books }: Pick<StandIn, 'books'>): number {
	return books.reduce((sum, { usd }) => sum + nano(usd), 0);
}

/** The requests for a prompt, in the order they came. */
export function requestsFor({ books }: Pick<StandIn, 'books'>, prompt: string): BookEntry[] {
	return books.filter((entry) => entry.prompt === prompt);
}

/** So many rows of a sheet, each a cheap image with a prompt of its own. @param directive by the row's place, from 0 */
export function cheapRows(count: number, directive: (place: number) => string = () => ''): IDataObject[] {
	return Array.from({ length: count }, (_, place) => ({
		prompt: `${directive(place)} picture ${place}`.trim(),
		...CHEAP,
	}));
}
