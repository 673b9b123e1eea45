/**
 * `npm run bench:collect`: what it takes of memory in a real n8n to collect a batch of OpenAI's Batch API, by the size of its
 * file of results. See README.md beside this file.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IDataObject, INode, IRun } from 'n8n-workflow';
import { N8n, openAiCredential, type CredentialFile, type WorkflowFile } from '../host/n8n';
import { chain, node, START } from '../test/e2e/workflow';
import { collectTable, type CollectSample } from './collect-table';
import { measure } from './memory';
import { startSeparateStandIn, type SeparateStandIn } from './separate-stand-in';

const IMAGE_BYTES = 2_000_000;
const SUBMIT = 'Submit';
const COLLECT = 'Collect';

const { values: options } = parseArgs({
	options: {
		/** Numbers of images, separated by commas: 750 of 2 MB make a file of 2 GB. */
		images: { type: 'string', default: '75,750' },
		/** Runs of each; the table has their medians. */
		repeat: { type: 'string', default: '3' },
		/** A packed package, instead of building one. */
		tarball: { type: 'string' },
	},
});

async function main() {
	const say = (line: string) => console.error(line);
	const standIn = await startSeparateStandIn({ delayMs: 0, imageBytes: 0 });
	const storage = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const n8n = await N8n.prepare({
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_STORAGE_PATH: storage },
		tarball: options.tarball,
		progress: say,
	});
	try {
		await setBatches(standIn, { syntheticImageBytes: IMAGE_BYTES });
		const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
		await n8n.importCredentials([credential]);
		const samples: CollectSample[] = [];
		for (const images of options.images.split(',').map(Number)) {
			const batchId = await submit(n8n, credential, images);
			const fileBytes = await resultBytes(standIn, batchId);
			const idle = workflowOf(`idle-${images}`, [{ batch_id: batchId }]);
			const collect = workflowOf(`collect-${images}`, [{ batch_id: batchId }], collectNode(credential));
			await n8n.importWorkflows([idle, collect]);
			for (let round = 1; round <= Number(options.repeat); round++) {
				const { peakBytes: idleBytes } = await measure(n8n, idle.id);
				const { run, peakBytes } = await measure(n8n, collect.id);
				const sample = { images, fileBytes, idleBytes, peakBytes, collectMs: collected(run, images) };
				samples.push(sample);
				// Gigabytes otherwise.
				await rm(storage, { recursive: true, force: true });
				const [before, peak] = [idleBytes, peakBytes].map((bytes) => Math.round(bytes / 1e6));
				say(`Round ${round}, ${images} images: idle ${before} MB, peak ${peak} MB, ${sample.collectMs} ms`);
			}
		}
		console.log(`${cpus().length} cores, Node.js ${process.version} (driver)\n`);
		console.log(collectTable(samples));
	} finally {
		await n8n.remove();
		await rm(storage, { recursive: true, force: true });
		await standIn.close();
	}
}

/** @returns the batch's id */
async function submit(n8n: N8n, credential: CredentialFile, images: number): Promise<string> {
	const rows = Array.from({ length: images }, (_, index) => ({ prompt: `A fox, number ${index}` }));
	const workflow = workflowOf(`submit-${images}`, rows, {
		...batchNode(SUBMIT, credential),
		parameters: {
			operation: 'submit',
			model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
			size: '1024x640',
			quality: 'low',
		},
	});
	await n8n.importWorkflows([workflow]);
	const { run } = await n8n.execute(workflow.id);
	const batch = taskOf(run, SUBMIT).data?.main?.[2]?.[0];
	return String(batch?.json.batch_id);
}

/** An item a row, and then a node, where it is to be in it. */
function workflowOf(id: string, items: readonly object[], last?: INode): WorkflowFile {
	return chain(id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		...(last ? [last] : []),
	]);
}

function collectNode(credential: CredentialFile): INode {
	return { ...batchNode(COLLECT, credential), parameters: { operation: 'collect' } };
}

function batchNode(name: string, { id, name: called }: CredentialFile): INode {
	const credentials = { openAiImageApi: { id, name: called } };
	return { ...node(name, 'n8n-nodes-openai-image.openAiImageBatch', 1, {}), credentials };
}

/** @returns how long the node took, milliseconds @throws Error where an image is missing, or not at its full size */
function collected(run: IRun, images: number): number {
	const task = taskOf(run, COLLECT);
	const items = task.data?.main?.[0] ?? [];
	const whole = items.filter(({ json }) => Number((json.image as IDataObject).bytes) >= 0.9 * IMAGE_BYTES);
	if (whole.length !== images) throw new Error(`Of ${images} images ${whole.length} came.`);
	return task.executionTime;
}

function taskOf({ data: { resultData } }: IRun, name: string) {
	const task = resultData.runData[name]?.[0];
	if (resultData.error ?? !task)
		throw new Error(`${name} failed: ${resultData.error?.message ?? 'it did not run'}`);
	return task;
}

async function setBatches({ url }: SeparateStandIn, batches: object): Promise<void> {
	const response = await fetch(new URL('/stand-in/batches', url), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(batches),
	});
	if (!response.ok) throw new Error(`The stand-in answered ${response.status}: ${await response.text()}`);
}

/** How long a batch's file of results is, bytes. */
async function resultBytes({ url, key }: SeparateStandIn, batchId: string): Promise<number> {
	const get = async (path: string) => {
		const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
		return (await response.json()) as Record<string, unknown>;
	};
	const { output_file_id: fileId } = await get(`/batches/${batchId}`);
	return Number((await get(`/files/${String(fileId)}`)).bytes);
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
