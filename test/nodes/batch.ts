import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Summary } from '../../engine/reports/summary';
import type { RunOptions, RunResult } from '../n8n/engine';
import { runWorkflow, singleNodeWorkflow } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import type { ErrorJson, ImageJson } from './generate';
import { CREDENTIAL, KEY } from './generate';
import { expectNoKey } from './secrets';

const NODE = 'Node';

export interface BatchOptions extends Pick<RunOptions, 'binaryMode' | 'signal'> {
	standIn: Pick<StandIn, 'url'>;
	/** The input items; one empty item where it is left out, as from a trigger. */
	items?: INodeExecutionData[];
	/** The JSON of the input items. */
	rows?: IDataObject[];
	parameters: INodeParameters;
	credential?: IDataObject;
	onError?: INode['onError'];
}

/** An item of the output Images. */
export type BatchImageJson = ImageJson & {
	job_id: string;
	output_path?: string;
	history_uuid: string | null;
	duplicate_of?: string;
};

/** An item of the output Failed. */
export type BatchFailedJson = IDataObject & {
	job_id: string;
	status: 'failed' | 'cancelled';
	prompt: string;
	error: ErrorJson;
};

export interface BatchResult {
	result: RunResult;
	images: BatchImageJson[];
	failed: BatchFailedJson[];
	/** Of the run; absent where the node failed. */
	summary: Summary;
	outputs: { images: INodeExecutionData[]; failed: INodeExecutionData[]; summary: INodeExecutionData[] };
}

/** Runs the Batch node by itself against a stand-in. Whatever came of it, nothing of it may hold a piece of the key. */
export async function batch({
	standIn,
	items,
	rows,
	parameters,
	credential,
	onError,
	...options
}: BatchOptions): Promise<BatchResult> {
	const data = { apiKey: KEY, baseUrl: standIn.url, ...credential };
	const workflow = singleNodeWorkflow('openAiImageBatch', parameters, onError ? { onError } : {});
	const input = items ?? (rows ?? [{}]).map((json) => ({ json }));
	const result = await runWorkflow(workflow, { ...options, input, credentials: { [CREDENTIAL]: data } });
	expectNoKey([result.run, result.messages], data.apiKey);
	const [images, failed, summary] = [0, 1, 2].map((output) => result.items(NODE, output));
	return {
		result,
		images: (images ?? []).map(({ json }) => json as unknown as BatchImageJson),
		failed: (failed ?? []).map(({ json }) => json as unknown as BatchFailedJson),
		summary: summary?.[0]?.json as unknown as Summary,
		outputs: { images: images ?? [], failed: failed ?? [], summary: summary ?? [] },
	};
}
