import type { IBinaryData } from 'n8n-workflow';
import type { Bill } from '../../engine/costs/bill';
import type { Cost } from '../../engine/costs/price';
import { ImageError } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import { withoutLabel } from '../../engine/jobs/label';
import type { FileNames } from '../../engine/jobs/fileNames';
import type { JobOutcome } from '../../engine/jobs/outcome';
import type { BatchJob } from './jobs';

/** A job with what came of it. */
export interface DeliveredJob {
	job: BatchJob;
	outcome: JobOutcome<IBinaryData>;
	/** Folders and names of its files, in the order of its images. */
	outputPaths: string[];
	/** For whoever keeps a history: the same for all of the job's images. `null` where nothing was made. */
	historyUuid: string | null;
	/** The id of the job whose images it shares. */
	duplicateOf?: string;
}

/** Hands a job what was made for it, or for the one that it repeats. */
export function delivered(
	job: BatchJob,
	made: ReadonlyMap<BatchJob, JobOutcome<IBinaryData>>,
	duplicates: ReadonlyMap<BatchJob, BatchJob>,
	names: FileNames,
): DeliveredJob {
	const first = duplicates.get(job);
	const found = made.get(first ?? job) as JobOutcome<IBinaryData>;
	const outcome = first ? shared(found, job, names) : found;
	return {
		job,
		outcome,
		outputPaths: outcome.images.map(({ ref }) => pathOf(ref)),
		historyUuid: outcome.images.length > 0 ? crypto.randomUUID() : null,
		...(first ? { duplicateOf: first.id } : {}),
	};
}

/** Folders and name of a file, which n8n keeps apart. */
export function pathOf({ directory, fileName = '' }: IBinaryData): string {
	return directory ? `${directory}/${fileName}` : fileName;
}

/** A job for which nothing was sent. */
export function notSent(
	job: BatchJob,
	{ error, warnings }: { error?: ImageError; warnings: string[] },
): DeliveredJob {
	return {
		job,
		outcome: {
			job,
			status: error ? 'failed' : 'completed',
			images: [],
			partials: [],
			...(error ? { error } : {}),
			timing: { queuedMs: 0, durationMs: 0, attempts: 0 },
			attempts: [],
			warnings,
		},
		outputPaths: [],
		historyUuid: null,
	};
}

const NOTHING: Cost = { basis: 'usage', input: 0, output: 0, pricedAt: null };
/** What was paid for once is not paid for again. */
const PAID_ALREADY: Bill = { usage: null, texts: [], imageCost: NOTHING, cost: NOTHING };

/** The same images for another job, under names of its own. */
function shared(outcome: JobOutcome<IBinaryData>, job: BatchJob, names: FileNames): JobOutcome<IBinaryData> {
	const { loss: _, error, ...rest } = outcome;
	return {
		...rest,
		...(error ? { error: ofJob(error, outcome.job, job) } : {}),
		job,
		attempts: [],
		timing: { ...outcome.timing, attempts: 0 },
		images: outcome.images.map((image) => {
			const path = names.nameOf(job, image.index, image.header.format).split('/');
			const fileName = path.pop() ?? '';
			const { directory: _directory, ...ref } = image.ref;
			const own = { ...ref, fileName, ...(path.length > 0 ? { directory: path.join('/') } : {}) };
			return { ...image, ...PAID_ALREADY, ref: own };
		}),
	};
}

function ofJob({ details }: ImageError, from: ImageJob, job: ImageJob): ImageError {
	const message = `${job.label}: ${withoutLabel(details.message, from.label)}`;
	return new ImageError({ ...details, message });
}
