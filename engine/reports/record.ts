import type { Estimate } from '../costs/estimate';
import type { ImageError } from '../jobs/error';
import type { JobOutcome } from '../jobs/outcome';
import { withoutLabel } from '../jobs/label';
import { isPossibleCount } from '../jobs/validation';

/** A job of a finished run, and what its front end knows of it. */
export interface ReportedJob<Ref = unknown> {
	outcome: JobOutcome<Ref>;
	/** Stable, and the job's own within the run. */
	id: string;
	/** The job's name, where it was given one. */
	name?: string;
	/** What it was expected to cost; `null` where that could not be known. */
	estimate: Estimate | null;
	/** Where its images are, in the order of `outcome.images`: paths, or names of files where there is no disk. */
	outputPaths: readonly string[];
	/** The entry in the history of the front end, where it keeps one. */
	historyUuid: string | null;
	/**
	 * The id of the job that this one repeats. It was not sent: its images are the other's, and nothing of its
	 * outcome counts as images, tokens, requests or money.
	 */
	duplicateOf?: string;
}

/** A finished run. */
export interface RunRecord<Ref = unknown> {
	/** In the order of the configuration. */
	jobs: ReadonlyArray<ReportedJob<Ref>>;
	/** Milliseconds since 1970. */
	startedAt: number;
	/** Milliseconds since 1970. */
	finishedAt: number;
	/** Requests in flight at the most; left out where it was not for us to say. */
	concurrency?: number;
	/** What the user should know of the run as a whole. */
	warnings: readonly string[];
	/** Why the run ended before its time. */
	stoppedBecause?: ImageError;
}

/** Whether a job was found wrong before anything was sent for it. */
export function isRefused({ outcome }: ReportedJob): boolean {
	return outcome.error?.kind === 'validation' && outcome.attempts.length === 0;
}

/** An error's words without the job's label, which stands beside them. */
export function reasonOf({ outcome: { error, job } }: ReportedJob): string {
	return withoutLabel(error?.message ?? '', job.label);
}

/** How many images a job was to make. One that repeats another was to make none of its own. */
export function asked({ outcome: { job }, duplicateOf }: ReportedJob): number {
	if (duplicateOf !== undefined) return 0;
	return isPossibleCount(job.n) ? job.n : 1;
}
