import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { RunOptions, RunResult, WorkflowJson } from '../n8n/engine';
import { runWorkflow, singleNodeWorkflow } from '../n8n/engine';
import { START_NODE_TYPE } from '../n8n/items-start';
import type { BookEntry, StandIn } from '../stand-in';
import type { SourceRow } from './edit';
import type { GenerateResult, ItemJson } from './generate';
import { CREDENTIAL, KEY, nano } from './generate';
import { expectNoKey } from './secrets';

export interface TalkOptions extends Pick<RunOptions, 'binaryMode' | 'nodes' | 'signal'> {
	rows: SourceRow[];
	/** Where the credential points to. */
	standIn: Pick<StandIn, 'url'>;
	/** On top of key and base URL. */
	credential?: IDataObject;
	/** On top of `PARAMETERS`; `options` is merged field by field. */
	parameters?: INodeParameters;
	/** Default: `continueRegularOutput`. */
	onError?: INode['onError'];
}

/** A part of a price, or all of it. */
export interface Price {
	input: number | null;
	output: number | null;
	total: number | null;
	basis: string;
	priced_at: string | null;
}

/** What an item has besides where its image comes from a conversation. */
export interface Turn {
	response_id: string;
	image_call_id: string;
	action: string;
	usage: {
		total_tokens: number;
		conversation: {
			model: string;
			input_tokens: number;
			cached_tokens: number;
			output_tokens: number;
			reasoning_tokens: number;
		};
	};
	cost: Price & { image: Price; conversation: Price };
}

/** What a row can say in columns; small cheap images and a cheap conversation where it says nothing. */
const PARAMETERS: INodeParameters = {
	api: "={{ $json.api ?? 'responses' }}",
	conversationModel: { __rl: true, mode: 'id', value: "={{ $json.talker ?? 'gpt-6-luna' }}" },
	previousResponseId: '={{ $json.previous }}',
	model: { __rl: true, mode: 'id', value: "={{ $json.model ?? 'gpt-image-2.5-flare' }}" },
	prompt: "={{ $json.prompt ?? 'a fox' }}",
	size: "={{ $json.size ?? '816x816' }}",
	quality: "={{ $json.quality ?? 'low' }}",
	n: '={{ $json.n }}',
	options: {
		additionalParameters: '={{ $json.additional }}',
		background: '={{ $json.background }}',
		complexity: '={{ $json.complexity }}',
		frameCount: '={{ $json.frame_count }}',
		frameDurationMs: '={{ $json.frame_duration_ms }}',
		moderation: '={{ $json.moderation }}',
		outputCompression: '={{ $json.output_compression }}',
		outputFormat: '={{ $json.output_format }}',
		partialImages: '={{ $json.partial_images }}',
		safetyIdentifier: '={{ $json.safety_identifier }}',
		svgModel: '={{ $json.svg_model }}',
		svgReasoningEffort: '={{ $json.svg_effort }}',
	},
};

/** The same of the Edit node, which goes on from the conversation's image where a row says nothing else. */
const EDIT: INodeParameters = {
	imageSource: "={{ $json.source ?? 'response' }}",
	imageCallId: '={{ $json.call }}',
	binaryPropertyNames: "={{ $json.names ?? 'data' }}",
	imageUrls: '={{ $json.urls }}',
	downloadUrls: '={{ $json.download ?? false }}',
	fileIds: '={{ $json.ids }}',
	maskBinaryPropertyName: '={{ $json.mask }}',
	markupBinaryPropertyName: '={{ $json.markup }}',
};

const EDIT_OPTIONS: INodeParameters = { inputFidelity: '={{ $json.input_fidelity }}' };

export const GENERATE_NODE = 'openAiImageGenerate';
export const EDIT_NODE = 'openAiImageEdit';

/** The parameters of one of the two nodes: those by columns, and others on top of them. */
export function parametersOf(type: string, more: INodeParameters = {}): INodeParameters {
	const edits = type.startsWith(EDIT_NODE);
	return {
		...PARAMETERS,
		...(edits && EDIT),
		...more,
		options: {
			...(PARAMETERS.options as INodeParameters),
			...(edits && EDIT_OPTIONS),
			...(more.options as INodeParameters | undefined),
		},
	};
}

/** Runs a node of which every row is a turn. Whatever came of it, nothing of it may hold a piece of the key. */
export async function turns(type: string, options: TalkOptions): Promise<GenerateResult> {
	const { parameters, onError = 'continueRegularOutput' } = options;
	const workflow = singleNodeWorkflow(type, parametersOf(type, parameters), { onError });
	const result = await runTalk(workflow, options);
	const items = result.items('Node');
	const json = items.map((item) => item.json as ItemJson);
	return { result, items, json, images: json.filter(({ error }) => error === undefined) };
}

/** Runs any workflow with the credential, and looks for the key in all that n8n would keep of it. */
export async function runTalk(
	workflow: WorkflowJson,
	{ rows, standIn, credential, ...run }: TalkOptions,
): Promise<RunResult> {
	const data = { apiKey: KEY, baseUrl: standIn.url, ...credential };
	const result = await runWorkflow(workflow, {
		binaryMode: run.binaryMode ?? 'memory',
		...(run.nodes && { nodes: run.nodes }),
		...(run.signal && { signal: run.signal }),
		input: rows.map(inputItem),
		credentials: { [CREDENTIAL]: data },
	});
	expectNoKey([result.run, result.messages], KEY);
	return result;
}

/** A node of a chain: its name, its type, and its parameters where they are not by columns. */
export interface Step {
	name: string;
	type: string;
	parameters: INodeParameters;
}

/** A workflow whose nodes follow one another, after the start node `Items`. */
export function chained(steps: readonly Step[]): WorkflowJson {
	const names = ['Items', ...steps.map(({ name }) => name)];
	return {
		nodes: [
			{ id: 'items', name: 'Items', type: START_NODE_TYPE, typeVersion: 1, position: [0, 0], parameters: {} },
			...steps.map(({ name, type, parameters }, index) => ({
				id: name,
				name,
				type,
				position: [240 * (index + 1), 0],
				parameters: parametersOf(type, parameters),
			})),
		],
		connections: Object.fromEntries(
			steps.map(({ name }, index) => [names[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
		),
	};
}

/** What an item says of its turn. */
export function turnOf(json: ItemJson | undefined): ItemJson & Turn {
	if (!json || json.error) throw new Error(`Not an image: ${JSON.stringify(json)}`);
	return json as ItemJson & Turn;
}

/** The amounts of an item in whole nano-dollars, as the books have them. */
export function paidFor(json: ItemJson | undefined): Record<'image' | 'conversation' | 'total', number> {
	const { cost } = turnOf(json);
	return {
		image: nano(cost.image.total),
		conversation: nano(cost.conversation.total),
		total: nano(cost.total),
	};
}

/** The same of entries in the stand-in's books. */
export function charged(books: readonly BookEntry[]): ReturnType<typeof paidFor> {
	const sum = (amount: (entry: BookEntry) => number) =>
		books.reduce((total, entry) => total + nano(amount(entry)), 0);
	return {
		image: sum(({ imageUsd = 0 }) => imageUsd),
		conversation: sum(({ conversationUsd = 0 }) => conversationUsd),
		total: sum(({ usd }) => usd),
	};
}

function inputItem({ json = {}, files = {} }: SourceRow): INodeExecutionData {
	const binaries = Object.entries(files).map(([property, { bytes, fileName, mimeType }]) => [
		property,
		{ data: bytes.toString('base64'), fileName, mimeType },
	]);
	return { json, binary: Object.fromEntries(binaries) as INodeExecutionData['binary'] };
}
