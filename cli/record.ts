import { estimateJob } from '../engine/costs/estimate';
import { uuidOf } from '../engine/batches/digest';
import { sumBills } from '../engine/costs/bill';
import type { JobOutcome } from '../engine/jobs/outcome';
import { findModel } from '../engine/models/find';
import type { ReportedJob } from '../engine/reports/record';
import type { EarlierImages } from './earlier';
import type { ImageFile } from './imageFiles';
import type { CommandJob } from './jobs';
import { wholeIndex, type RunJob } from './runJob';

/** What there is of a job after a run. */
export interface JobResult {
	job: CommandJob;
	/** What an earlier run left. */
	earlier: EarlierImages;
	/** What this run made; left out where nothing was missing. */
	made?: JobOutcome<ImageFile>;
	/** The id of the run that began the job. */
	run: string;
}

/** A job's images of all runs. */
export function outcomeOf({ job, earlier, made }: JobResult): JobOutcome<ImageFile> {
	const images = [
		...earlier.images,
		...(made?.images ?? []).map((image) => ({
			...image,
			index: wholeIndex(made?.job as RunJob, image.index),
		})),
	].sort((a, b) => a.index - b.index);
	const losses = [earlier.loss, made?.loss].filter((loss) => loss !== undefined);
	return {
		status: 'completed',
		partials: [],
		timing: { queuedMs: 0, durationMs: 0, attempts: 0 },
		attempts: [],
		warnings: [],
		...made,
		job,
		images,
		...(losses.length > 0 ? { loss: sumBills(losses) } : {}),
	};
}

/** A job as the engine's reports take it. @param pathOf an image's path as the user is shown it */
export async function reportedJob(
	result: JobResult,
	pathOf: (file: string) => string,
): Promise<ReportedJob<ImageFile>> {
	const { job, run } = result;
	const outcome = outcomeOf(result);
	return {
		outcome,
		id: job.id,
		...(job.name === undefined ? {} : { name: job.name }),
		estimate: estimateJob(job, findModel(job.model)),
		outputPaths: outcome.images.map(({ ref }) => pathOf(ref.file)),
		// The same however often the run is gone on with.
		historyUuid: outcome.images.length > 0 ? await uuidOf(`${run} ${job.fingerprint}`) : null,
	};
}
