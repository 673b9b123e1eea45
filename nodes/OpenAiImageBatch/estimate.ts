import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { estimateJob } from '../../engine/costs/estimate';
import { usd } from '../../engine/costs/money';
import { findDuplicates } from '../../engine/jobs/duplicates';
import { portionsOf } from '../../engine/jobs/portions';
import { findModel } from '../../engine/models/find';
import { estimateOfRun } from '../../engine/reports/estimated';
import { checkJob } from '../../engine/runner/check';
import { estimateJson } from '../shared/imageJson';
import { hintWarnings } from '../shared/hints';
import { notSent } from './delivery';
import { failedItems, originOf } from './items';
import type { BatchJob } from './jobs';
import { prepareBatch } from './prepare';

/**
 * Checks a batch's jobs and says what each and all of them would cost. No request goes out.
 * @throws NodeOperationError for a batch that is wrong
 */
export async function estimateBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { jobs, settings, warnings } = await prepareBatch(context);
	const duplicates = settings.deduplicate ? findDuplicates(jobs) : new Map<BatchJob, BatchJob>();
	const now = Date.now();
	const checked = jobs.map((job) => {
		const duplicateOf = duplicates.get(job)?.id;
		return {
			...notSent(job, checkJob(job, settings, now)),
			id: job.id,
			estimate: estimateJob(job, findModel(job.model)),
			...(duplicateOf === undefined ? {} : { duplicateOf }),
		};
	});
	const run = { jobs: checked, startedAt: now, finishedAt: now, concurrency: settings.concurrency, warnings };
	const { range, restsOn } = estimateOfRun(run);
	const noted = [...new Set([...warnings, ...checked.flatMap(({ outcome }) => outcome.warnings)])];
	hintWarnings(context, noted);
	const total: IDataObject = {
		dry_run: true,
		total: jobs.length,
		failed: checked.filter(({ outcome }) => outcome.error).length,
		images: checked.reduce(
			(sum, { job, outcome, duplicateOf }) => sum + (outcome.error || duplicateOf ? 0 : job.n),
			0,
		),
		estimated_cost: {
			currency: 'USD',
			low: range && usd(range.low),
			high: range && usd(range.high),
			rests_on: restsOn,
		},
		results: checked.map(({ job, outcome: { error }, estimate, duplicateOf }) => ({
			job_id: job.id,
			prompt: job.prompt,
			model: job.model,
			endpoint: job.endpoint,
			n: job.n,
			parameters: { ...job.parameters } as IDataObject,
			...(error
				? { error: error.message }
				: {
						requests:
							duplicateOf === undefined
								? portionsOf(job, findModel(job.model), settings.imagesPerMinute).length
								: 0,
						estimated_cost:
							duplicateOf === undefined
								? rangeOf(estimateJson(estimate))
								: { currency: 'USD', low: 0, high: 0, rests_on: `the same as ${duplicateOf}` },
					}),
		})),
		warnings: noted,
	};
	const pairedItem = context.getInputData().map((_, item) => ({ item }));
	return [
		[],
		checked.flatMap((job) => failedItems(context, job, originOf(context, job.job))),
		[{ json: total, pairedItem }],
	];
}

function rangeOf({ low, high, rests_on = null }: IDataObject): IDataObject {
	return { currency: 'USD', low, high, rests_on };
}
