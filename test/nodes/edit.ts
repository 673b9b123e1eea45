import type { IBinaryKeyData, IDataObject, INode, INodeParameters } from 'n8n-workflow';
import type { RunOptions } from '../n8n/engine';
import { runWorkflow, singleNodeWorkflow } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import type { GenerateResult, ItemJson } from './generate';
import { CREDENTIAL, keyOfItsOwn } from './generate';
import { expectNoKey } from './secrets';

/** A file of an input item. */
export interface SourceFile {
	bytes: Buffer;
	/** As the node that made it says; edits go by the bytes. */
	fileName: string;
	mimeType: string;
}

/** An input item. */
export interface SourceRow {
	/** The columns that `PARAMETERS` reads. */
	json?: IDataObject;
	/** Its binary data, by property. */
	files?: Record<string, SourceFile>;
}

export interface EditOptions extends Pick<RunOptions, 'binaryMode' | 'signal'> {
	rows: SourceRow[];
	/** Where the credential points to. */
	standIn: Pick<StandIn, 'url'>;
	/** On top of key and base URL. */
	credential?: IDataObject;
	/** On top of `PARAMETERS`. */
	parameters?: INodeParameters;
	/** Default: `continueRegularOutput`. */
	onError?: INode['onError'];
}

/** What a row can say in columns, and small cheap images where it says nothing. */
const PARAMETERS: INodeParameters = {
	model: { __rl: true, mode: 'id', value: "={{ $json.model ?? 'gpt-image-2.5-flare' }}" },
	size: "={{ $json.size ?? '816x816' }}",
	quality: "={{ $json.quality ?? 'low' }}",
	n: '={{ $json.n }}',
	imageSource: "={{ $json.source ?? 'binary' }}",
	binaryPropertyNames: "={{ $json.names ?? 'data' }}",
	imageUrls: '={{ $json.urls }}',
	downloadUrls: '={{ $json.download ?? false }}',
	fileIds: '={{ $json.ids }}',
	options: {
		additionalParameters: '={{ $json.additional }}',
		background: '={{ $json.background }}',
		frameCount: '={{ $json.frame_count }}',
		frameDurationMs: '={{ $json.frame_duration_ms }}',
		inputFidelity: '={{ $json.input_fidelity }}',
		moderation: '={{ $json.moderation }}',
		outputCompression: '={{ $json.output_compression }}',
		outputFormat: '={{ $json.output_format }}',
		safetyIdentifier: '={{ $json.safety_identifier }}',
	},
};

const EDIT: INodeParameters = {
	prompt: "={{ $json.prompt ?? 'Make it night' }}",
	maskBinaryPropertyName: '={{ $json.mask }}',
	markupBinaryPropertyName: '={{ $json.markup }}',
};

const VARIATION: INodeParameters = {
	endpoint: "={{ $json.endpoint ?? 'edits' }}",
	strength: '={{ $json.strength }}',
	guidance: '={{ $json.guidance }}',
};

/** Runs the Edit node in n8n's default binary mode. Whatever came of it, nothing of it may hold a piece of the key. */
export async function edit(options: EditOptions): Promise<GenerateResult> {
	return await runNode('openAiImageEdit', EDIT, options);
}

/** Runs the Variation node likewise. */
export async function variation(options: EditOptions): Promise<GenerateResult> {
	return await runNode('openAiImageVariation', VARIATION, options);
}

async function runNode(
	type: string,
	own: INodeParameters,
	{ rows, standIn, credential, parameters, onError = 'continueRegularOutput', ...run }: EditOptions,
): Promise<GenerateResult> {
	const data = { apiKey: keyOfItsOwn(), baseUrl: standIn.url, ...credential };
	const result = await runWorkflow(
		singleNodeWorkflow(type, { ...PARAMETERS, ...own, ...parameters }, { onError }),
		{
			binaryMode: 'filesystem',
			...run,
			input: rows.map(({ json = {}, files = {} }) => ({ json, binary: binaryOf(files) })),
			credentials: { [CREDENTIAL]: data },
		},
	);
	expectNoKey([result.run, result.messages], data.apiKey);
	const items = result.items('Node');
	const json = items.map((item) => item.json as ItemJson);
	return { result, items, json, images: json.filter(({ error }) => error === undefined) };
}

function binaryOf(files: Record<string, SourceFile>): IBinaryKeyData {
	return Object.fromEntries(
		Object.entries(files).map(([property, { bytes, fileName, mimeType }]) => [
			property,
			{ data: bytes.toString('base64'), fileName, mimeType },
		]),
	);
}

/** A file that says of itself what it is. */
export function file(bytes: Buffer, format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png'): SourceFile {
	return { bytes, fileName: `picture.${format}`, mimeType: `image/${format}` };
}
