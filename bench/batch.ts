/**
 * `npm run bench:batch`: what a Batch of 2 MB images takes of memory in a real n8n, by the number of its jobs.
 * See README.md beside this file.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IDataObject } from 'n8n-workflow';
import { N8n, openAiCredential, type CredentialFile, type WorkflowFile } from '../host/n8n';
import type { BookEntry } from '../test/stand-in';
import { chain, node, START } from '../test/e2e/workflow';
import { batchTable, type BatchSample } from './batch-table';
import { measure } from './memory';
import { startSeparateStandIn, type SeparateStandIn } from './separate-stand-in';

const IMAGE_BYTES = 2_000_000;
/** How long the server takes for an image, milliseconds. Longer than drawing takes, so that the lanes are all busy. */
const DELAY_MS = 250;
const BATCH = 'Batch';

const { values: options } = parseArgs({
	options: {
		/** Numbers of jobs, separated by commas. */
		jobs: { type: 'string', default: '100,1000' },
		/** Requests in flight. */
		concurrency: { type: 'string', default: '8' },
		/** Runs of each; the table has their medians. */
		repeat: { type: 'string', default: '3' },
		/** A packed package, instead of building one. */
		tarball: { type: 'string' },
	},
});

async function main() {
	const say = (line: string) => console.error(line);
	const concurrency = Number(options.concurrency);
	const numbers = options.jobs.split(',').map(Number);
	const standIn = await startSeparateStandIn({ delayMs: DELAY_MS, imageBytes: IMAGE_BYTES });
	const storage = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const n8n = await N8n.prepare({
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_STORAGE_PATH: storage },
		tarball: options.tarball,
		progress: say,
	});
	try {
		const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
		await n8n.importCredentials([credential]);
		await n8n.importWorkflows(
			numbers.flatMap((jobs) => [
				workflowOf(`idle-${jobs}`, jobs),
				workflowOf(`batch-${jobs}`, jobs, { credential, concurrency }),
			]),
		);
		const samples: BatchSample[] = [];
		for (let round = 1; round <= Number(options.repeat); round++) {
			for (const jobs of numbers) {
				const sample = await sampleOf(n8n, standIn, jobs);
				samples.push(sample);
				// Gigabytes otherwise.
				await rm(storage, { recursive: true, force: true });
				const [idle, peak] = [sample.idleBytes, sample.batchPeakBytes].map((bytes) =>
					Math.round(bytes / 1e6),
				);
				say(`Round ${round}, ${jobs} jobs: idle ${idle} MB, peak ${peak} MB, ${sample.batchMs} ms`);
			}
		}
		console.log(`${cpus().length} cores, Node.js ${process.version} (driver), concurrency ${concurrency}\n`);
		console.log(batchTable(samples));
	} finally {
		await n8n.remove();
		await rm(storage, { recursive: true, force: true });
		await standIn.close();
	}
}

/** An item a job, and the Batch node, where it is to be in it. */
function workflowOf(
	id: string,
	jobs: number,
	batch?: { credential: CredentialFile; concurrency: number },
): WorkflowFile {
	const items = Array.from({ length: jobs }, (_, index) => ({ prompt: 'A red fox', name: `fox-${index}` }));
	const nodes = [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
	];
	if (!batch) return chain(id, nodes);
	const { credential, concurrency } = batch;
	return chain(id, [
		...nodes,
		{
			...node(BATCH, 'n8n-nodes-openai-image.openAiImageBatch', 1, {
				model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
				size: '1024x640',
				quality: 'low',
				execution: { concurrency },
			}),
			credentials: { openAiImageApi: { id: credential.id, name: credential.name } },
		},
	]);
}

/** @throws Error where an image was not made, or not kept at its full size */
async function sampleOf(n8n: N8n, standIn: SeparateStandIn, jobs: number): Promise<BatchSample> {
	const idle = await measure(n8n, `idle-${jobs}`);
	await standIn.reset();
	const { run, peakBytes, peakUntil } = await measure(n8n, `batch-${jobs}`);
	const { runData, error } = run.data.resultData;
	if (error) throw new Error(`${jobs} jobs failed: ${error.message}`);
	const task = runData[BATCH]?.[0];
	const images = task?.data?.main?.[0] ?? [];
	const whole = images.filter(({ json }) => Number((json.image as IDataObject).bytes) >= 0.9 * IMAGE_BYTES);
	const booked = (await standIn.books()).filter(({ status }: BookEntry) => status === 200);
	if (!task || whole.length !== jobs || booked.length !== jobs) {
		throw new Error(`Of ${jobs} jobs ${whole.length} gave an image, the server made ${booked.length}.`);
	}
	const { startTime, executionTime: batchMs } = task;
	const batchPeakBytes = peakUntil(startTime + batchMs);
	return { jobs, idleBytes: idle.peakBytes, batchPeakBytes, peakBytes, batchMs };
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
