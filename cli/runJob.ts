import type { ImageJob } from '../engine/jobs/job';
import { JOB_FIELD } from './bookedTransport';
import type { CommandJob } from './jobs';

/** What a run has to make of a job: the images that are not there yet. */
export interface RunJob extends ImageJob {
	whole: CommandJob;
	/** Which of the job's images these are. */
	missing: readonly number[];
}

/** @param there which of its images need not be made */
export function runJob(whole: CommandJob, there: ReadonlySet<number>): RunJob {
	const missing = Array.from({ length: whole.n }, (_, index) => index).filter((index) => !there.has(index));
	const { index, label, endpoint, model, prompt, images, mask, parameters, problems } = whole;
	return {
		...{ index, label, endpoint, model, prompt, parameters },
		...(images ? { images } : {}),
		...(mask ? { mask } : {}),
		...(problems ? { problems } : {}),
		n: missing.length,
		additional: { [JOB_FIELD]: whole.fingerprint },
		whole,
		missing,
	};
}

/** Which of the whole job's images one of the run's is. A server may send more than it was asked for. */
export function wholeIndex({ whole, missing }: RunJob, index: number): number {
	return missing[index] ?? whole.n + index - missing.length;
}
