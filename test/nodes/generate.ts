import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { RunOptions, RunResult, WorkflowJson } from '../n8n/engine';
import { runWorkflow } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { expectNoKey } from './secrets';

/**
 * The stand-in takes every key that begins so; the end is easy to find where it must not be. No six characters of it can come
 * up by chance in the base64 of a picture, which has no underscores.
 */
export const KEY = 'sk-stand-in-7fQ_Kp9_Wm';

/** One of the same kind that no run had before: what a run learns of its account's pace is no other's. */
export function keyOfItsOwn(): string {
	const letter = () => String.fromCharCode(97 + Math.floor(Math.random() * 26));
	return KEY + Array.from({ length: 4 }, () => `_${letter()}${letter()}`).join('');
}

export const CREDENTIAL = 'openAiImageApi';

/** The node's name in the workflow files. */
const NODE = 'Generate';

export interface GenerateOptions extends Pick<RunOptions, 'binaryMode' | 'signal'> {
	/** The JSON of the input items. */
	rows: IDataObject[];
	/** Where the credential points to. */
	standIn: Pick<StandIn, 'url'>;
	/** On top of key and base URL. */
	credential?: IDataObject;
	/** On top of the file's; collections (`execution`, `options`, `output`) are merged field by field. */
	parameters?: INodeParameters;
	onError?: INode['onError'];
}

/** A run, with what came out of the node `Generate`. */
export interface GenerateResult {
	result: RunResult;
	/** Of its first output. */
	items: INodeExecutionData[];
	/** The JSON of those. */
	json: ItemJson[];
	/** The JSON of the items without `error`. */
	images: ImageJson[];
}

/** An image's item, as the contract has it. */
export interface ImageJson extends IDataObject {
	prompt: string;
	revised_prompt: string | null;
	model: string;
	endpoint: string;
	image: {
		index: number;
		file_name: string;
		mime_type: string;
		width: number;
		height: number;
		bytes: number;
	};
	parameters: {
		size: string;
		quality: string | null;
		background: string | null;
		output_format: string;
		n: number;
	};
	usage: {
		input_text_tokens: number;
		input_image_tokens: number;
		output_tokens: number;
		total_tokens: number;
	} | null;
	cost: {
		currency: string;
		input: number | null;
		output: number | null;
		total: number | null;
		basis: string;
		priced_at: string | null;
		low?: number;
		high?: number;
	};
	timing: { queued_ms: number; duration_ms: number; attempts: number };
	request_id: string | null;
	warnings: string[];
}

/** The `error` of a failed item, as the contract has it. */
export interface ErrorJson extends IDataObject {
	message: string;
	code: string | null;
	type: string | null;
	status: number | null;
	param: string | null;
	request_id: string | null;
	retryable: boolean;
	attempts: number;
}

export type ItemJson = ImageJson & { error?: ErrorJson };

/** Runs a workflow file against a stand-in. Whatever came of it, nothing of it may hold a piece of the key. */
export async function generate(
	workflow: WorkflowJson,
	{ rows, standIn, credential, parameters = {}, onError, ...options }: GenerateOptions,
): Promise<GenerateResult> {
	const data = { apiKey: keyOfItsOwn(), baseUrl: standIn.url, ...credential };
	const result = await runWorkflow(
		{
			...workflow,
			nodes: (workflow.nodes as INode[]).map((node) =>
				node.name === NODE
					? { ...node, ...(onError && { onError }), parameters: merged(node.parameters, parameters) }
					: node,
			),
		},
		{ ...options, input: rows.map((json) => ({ json })), credentials: { [CREDENTIAL]: data } },
	);
	expectNoKey([result.run, result.messages], data.apiKey);
	const items = result.items(NODE);
	const json = items.map((item) => item.json as ItemJson);
	return { result, items, json, images: json.filter(({ error }) => error === undefined) };
}

/** The error of an item that must have failed. */
export function errorOf(json: ItemJson | undefined): ErrorJson {
	if (!json?.error) throw new Error(`Not a failed item: ${JSON.stringify(json)}`);
	return json.error;
}

/** Whole nano-dollars, in which sums are exact. */
export function nano(usd: number | null): number {
	if (usd === null) throw new Error('The cost is unknown');
	return Math.round(usd * 1e9);
}

function merged(parameters: INodeParameters, changes: INodeParameters): INodeParameters {
	const both = Object.entries(changes).map(([name, value]) => {
		const before = parameters[name];
		return [name, isFields(before) && isFields(value) ? { ...before, ...value } : value];
	});
	return { ...parameters, ...(Object.fromEntries(both) as INodeParameters) };
}

function isFields(value: unknown): value is INodeParameters {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
