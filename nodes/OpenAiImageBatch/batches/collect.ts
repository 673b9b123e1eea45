import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isDone, type SubmittedBatch } from '../../../engine/batches/batch';
import { collectBatch, readRequests } from '../../../engine/batches/collect';
import { uuidOf } from '../../../engine/batches/digest';
import { waitForBatch } from '../../../engine/batches/wait';
import { estimateJob } from '../../../engine/costs/estimate';
import { FileNames } from '../../../engine/jobs/fileNames';
import type { JobOutcome } from '../../../engine/jobs/outcome';
import { findModel } from '../../../engine/models/find';
import { countTokens, hintWarnings } from '../../shared/hints';
import { n8nImageStore } from '../../shared/imageStore';
import { pathOf, type DeliveredJob } from '../delivery';
import { failedItems, imagesItems } from '../items';
import type { BatchJob } from '../jobs';
import { summaryItem } from '../summary';
import { batchApi, type OpenBatchApi } from './api';
import { batchJson } from './batchJson';
import { asOneRun, type FinishedBatch } from './collectedJobs';
import { deleteFiles } from './deleteFiles';
import { maxWaitOf } from './maxWait';
import { forEachBatch, namedBatches, type Each } from './named';
import { hintUnfinished, unfinishedItem } from './unfinished';

/**
 * Brings the results of batches in. Batches that are not done come out of Summary as they are.
 * @throws NodeApiError | NodeOperationError where nothing of any batch can be had
 */
export async function collectBatches(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const open = await batchApi(context);
	const until = Date.now() + maxWaitOf(context);
	const looked = await forEachBatch(context, namedBatches(context), async (named) => {
		const batch = await waitForBatch(named.id, until, open.api, open.ports);
		const requests = isDone(batch) ? await readRequests(batch, open.api) : null;
		return { named, batch, requests };
	});
	const finished = looked.done.flatMap(({ result: { requests, ...rest } }) =>
		requests ? [{ ...rest, requests }] : [],
	);
	const unfinished = looked.done.flatMap(({ result }) => (result.requests ? [] : [result]));
	const collected = finished.length > 0 ? await collectFinished(context, finished, open) : NOTHING;
	hintUnfinished(context, unfinished);
	return [
		collected.images,
		[...collected.failed, ...looked.failed],
		[...collected.summary, ...unfinished.map(unfinishedItem)],
	];
}

interface Outputs {
	images: INodeExecutionData[];
	failed: INodeExecutionData[];
	summary: INodeExecutionData[];
}

const NOTHING: Outputs = { images: [], failed: [], summary: [] };

async function collectFinished(
	context: IExecuteFunctions,
	finished: readonly FinishedBatch[],
	{ api, ports }: OpenBatchApi,
): Promise<Outputs> {
	const { jobs, batches } = asOneRun(context, finished);
	const store = n8nImageStore(context, new FileNames(jobs, Date.now()));
	const ofBatch = new Map(batches.map((one) => [one.named, one]));
	const collected = await forEachBatch(
		context,
		batches.map(({ named }) => named),
		async (named) => {
			const { batch, requests } = ofBatch.get(named) as FinishedBatch<BatchJob>;
			const { outcomes, warnings, complete } = await collectBatch(batch, requests, api, ports, store);
			return {
				batch,
				outcomes,
				warnings: [...warnings, ...(await deleteFiles(context, batch, api, complete))],
			};
		},
	);
	const delivered = await deliver(collected.done);
	const read = collected.done.map(({ result: { batch } }) => batch);
	const warnings = collected.done.flatMap(({ result }) => result.warnings);
	countTokens(
		context,
		delivered.map(({ outcome }) => outcome),
	);
	const summary = await summaryItem(context, {
		jobs: delivered.map(({ job, outcome, outputPaths, historyUuid }) => ({
			outcome,
			id: job.id,
			...(job.name === undefined ? {} : { name: job.name }),
			estimate: estimateJob(job, findModel(job.model)),
			outputPaths,
			historyUuid,
		})),
		startedAt: Math.min(...read.map(({ createdAt }) => createdAt)),
		finishedAt: Math.max(...read.map(({ createdAt, endedAt }) => endedAt ?? createdAt)),
		warnings,
	});
	summary.json.batches = read.map((batch) => batchJson(batch, Date.now()));
	hintWarnings(context, summary.json.warnings as string[]);
	return {
		images: delivered.flatMap((job) => imagesItems(context, job)),
		failed: [
			...delivered.flatMap((job) => failedItems(context, job, { json: {}, mapping: {} })),
			...collected.failed,
		],
		summary: [summary],
	};
}

type Collected = Each<{ batch: SubmittedBatch; outcomes: Array<JobOutcome<IBinaryData>> }>['done'];

/** Everything of it is the same each time that a batch is collected. */
async function deliver(collected: Collected): Promise<DeliveredJob[]> {
	const delivered: DeliveredJob[] = [];
	for (const { result } of collected) {
		for (const outcome of result.outcomes) {
			const job = outcome.job as BatchJob;
			delivered.push({
				job,
				outcome,
				outputPaths: outcome.images.map(({ ref }) => pathOf(ref)),
				historyUuid: outcome.images.length > 0 ? await uuidOf(`${result.batch.id} ${job.id}`) : null,
			});
		}
	}
	return delivered.sort((a, b) => a.job.index - b.job.index);
}
