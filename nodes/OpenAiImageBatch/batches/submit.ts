import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { batchProblems } from '../../../engine/batches/batchable';
import { batchShareOf } from '../../../engine/batches/submitted';
import {
	ON_DUPLICATE,
	submitBatches,
	type OnDuplicate,
	type Submission,
} from '../../../engine/batches/submit';
import type { ImageError } from '../../../engine/jobs/error';
import { FileNames } from '../../../engine/jobs/fileNames';
import type { ImageJob } from '../../../engine/jobs/job';
import { money } from '../../../engine/reports/figures';
import { checkJob } from '../../../engine/runner/check';
import { nodeErrorFrom } from '../../shared/errors';
import { hintWarnings } from '../../shared/hints';
import { notSent } from '../delivery';
import { failedItems, originOf } from '../items';
import type { BatchJob } from '../jobs';
import { prepareBatch } from '../prepare';
import { batchApi } from './api';
import { batchJson } from './batchJson';

/**
 * Submits a batch's jobs to OpenAI's Batch API.
 * @throws NodeOperationError | NodeApiError for a batch that is wrong, and where nothing could be submitted
 */
export async function submitBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const onDuplicate = onDuplicateOf(context);
	const { api } = await batchApi(context);
	const { jobs, settings, warnings } = await prepareBatch(context, (job, provider) => ({
		...job,
		priceShare: batchShareOf(job.model),
		problems: [...(job.problems ?? []), ...batchProblems(job, provider)],
	}));
	const now = Date.now();
	const errors = new Map<ImageJob, ImageError>();
	const noted = [...warnings];
	for (const job of jobs) {
		const check = checkJob(job, settings, now);
		noted.push(...check.warnings);
		if (check.error) errors.set(job, check.error);
	}
	const names = new FileNames(jobs, now);
	const sound = jobs.filter((job) => !errors.has(job));
	const { submissions, refused } = await submitBatches(sound, api, {
		onDuplicate,
		maxCost: settings.maxCost,
		pathOf: (job) => names.stemOf(job),
		check: (job) => {
			const { error } = checkJob(job, settings, now);
			if (error) throw error;
		},
		now,
	});
	for (const [job, error] of refused) errors.set(job, error);
	for (const { jobs: its, error } of submissions) if (error) for (const job of its) errors.set(job, error);
	throwWhereNothingSubmitted(context, submissions);

	hintWarnings(context, noted);
	if (submissions.length > 0)
		context.addExecutionHints({ message: sumOf(submissions), type: 'info', location: 'outputPane' });
	const failed = jobs.flatMap((job) => {
		const error = errors.get(job);
		return error ? failedItems(context, notSent(job, { error, warnings: [] }), originOf(context, job)) : [];
	});
	return [[], failed, submissions.flatMap((submission) => batchItem(submission, now))];
}

function onDuplicateOf(context: IExecuteFunctions): OnDuplicate {
	const given = context.getNodeParameter('onDuplicate', 0, 'reuse') as OnDuplicate;
	if (ON_DUPLICATE.includes(given)) return given;
	const message = `On Duplicate: ${JSON.stringify(given)} is not possible. Allowed: ${ON_DUPLICATE.join(', ')}.`;
	throw new NodeOperationError(context.getNode(), message);
}

function throwWhereNothingSubmitted(context: IExecuteFunctions, submissions: readonly Submission[]): void {
	if (submissions.some(({ batch }) => batch)) return;
	const failed = submissions.find(({ error }) => error);
	if (failed?.error) throw nodeErrorFrom(context, failed.error, itemsOf(failed)[0] ?? 0);
}

function batchItem(submission: Submission, now: number): INodeExecutionData[] {
	const { batch, reused } = submission;
	if (!batch) return [];
	const pairedItem = itemsOf(submission).map((item) => ({ item }));
	return [{ json: { ...batchJson(batch, now), reused }, pairedItem }];
}

function itemsOf({ jobs }: Submission): number[] {
	return [...new Set(jobs.map((job) => (job as BatchJob).item))];
}

/** `500 jobs in 2 batches submitted, $2.10 to $4.75` */
function sumOf(submissions: readonly Submission[]): string {
	const there = submissions.filter(({ batch }) => batch);
	const jobs = there.reduce((sum, submission) => sum + submission.jobs.length, 0);
	const reused = there.filter((submission) => submission.reused).length;
	const estimates = there.map(({ estimate }) => estimate);
	const dollars = (end: 'low' | 'high') =>
		money(estimates.reduce((sum, estimate) => sum + (estimate?.[end] ?? 0), 0));
	const batches = there.length === 1 ? '1 batch' : `${there.length} batches`;
	return [
		`${jobs} jobs in ${batches} submitted`,
		...(reused > 0 ? [`${reused} of them before`] : []),
		estimates.includes(null) ? 'cost not known' : `${dollars('low')} to ${dollars('high')}`,
	].join(', ');
}
