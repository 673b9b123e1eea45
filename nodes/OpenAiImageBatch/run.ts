import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { estimateJob } from '../../engine/costs/estimate';
import { findDuplicates } from '../../engine/jobs/duplicates';
import { FileNames } from '../../engine/jobs/fileNames';
import type { JobOutcome } from '../../engine/jobs/outcome';
import { findModel } from '../../engine/models/find';
import type { RunRecord } from '../../engine/reports/record';
import { runJobs } from '../../engine/runner/run';
import { stopOf } from '../../engine/reports/stop';
import { nodeErrorFrom } from '../shared/errors';
import { countTokens, hintWarnings } from '../shared/hints';
import { runPorts } from '../shared/runPorts';
import { delivered, type DeliveredJob } from './delivery';
import type { BatchJob } from './jobs';
import { failedItems, imagesItems, originOf } from './items';
import { prepareBatch } from './prepare';
import { progressReporter } from './progress';
import { summaryItem } from './summary';

/**
 * Makes a batch's images. What is made is delivered, whatever becomes of the rest.
 * @throws NodeOperationError | NodeApiError where nothing could be made at all: a batch that is wrong, a key that is refused
 */
export async function runBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { credential, jobs, settings, warnings } = await prepareBatch(context);
	const duplicates = settings.deduplicate ? findDuplicates(jobs) : new Map<BatchJob, BatchJob>();
	const toMake = jobs.filter((job) => !duplicates.has(job));
	const startedAt = Date.now();
	const names = new FileNames(jobs, startedAt);
	const ports = { ...(await runPorts(context, credential, names)), onProgress: progressReporter(context) };
	const outcomes = await runJobs(toMake, settings, ports);
	throwWhereKeyRefused(context, outcomes);

	const made = new Map(outcomes.map((outcome) => [outcome.job as BatchJob, outcome]));
	const deliveredJobs = jobs.map((job) => delivered(job, made, duplicates, names));
	const record = recordOf(deliveredJobs, { startedAt, concurrency: settings.concurrency, warnings });
	countTokens(context, outcomes);
	const summary = await summaryItem(context, record);
	hintWarnings(context, summary.json.warnings as string[]);
	return [
		deliveredJobs.flatMap((job) => imagesItems(context, job)),
		deliveredJobs.flatMap((job) => failedItems(context, job, originOf(context, job.job))),
		[summary],
	];
}

function recordOf(
	jobs: readonly DeliveredJob[],
	run: Pick<RunRecord, 'startedAt' | 'concurrency' | 'warnings'>,
): RunRecord<IBinaryData> {
	const stoppedBecause = stopOf(jobs.map(({ outcome }) => outcome));
	return {
		...run,
		finishedAt: Date.now(),
		jobs: jobs.map(({ job, outcome, outputPaths, historyUuid, duplicateOf }) => ({
			outcome,
			id: job.id,
			...(job.name === undefined ? {} : { name: job.name }),
			estimate: estimateJob(job, findModel(job.model)),
			outputPaths,
			historyUuid,
			...(duplicateOf === undefined ? {} : { duplicateOf }),
		})),
		...(stoppedBecause ? { stoppedBecause } : {}),
	};
}

function throwWhereKeyRefused(
	context: IExecuteFunctions,
	outcomes: ReadonlyArray<JobOutcome<unknown>>,
): void {
	if (outcomes.some(({ images }) => images.length > 0)) return;
	const refused = outcomes.find(({ error }) => error?.kind === 'authentication');
	if (refused?.error) throw nodeErrorFrom(context, refused.error, (refused.job as BatchJob).item);
}
