import { sumBills } from '../costs/bill';
import { ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import type { Attempt, JobOutcome, Timing } from '../jobs/outcome';
import type { Portion } from '../jobs/portions';
import type { RequestResult } from './result';

/** What came of one request of a job. */
export type PortionOutcome<Ref> = { portion: Portion; timing: Timing; attempts: Attempt[] } & (
	{ result: RequestResult<Ref> } | { error: ImageError }
);

/** Puts the requests of a job together again. */
export function outcomeOf<Ref>(
	job: ImageJob,
	portions: ReadonlyArray<PortionOutcome<Ref>>,
	check: { error?: ImageError; warnings: string[] },
): JobOutcome<Ref> {
	const results = portions.flatMap((portion) => ('result' in portion ? [portion.result] : []));
	const images = portions.flatMap((portion) =>
		'result' in portion ? portion.result.images.map((image) => ({ ...image, timing: portion.timing })) : [],
	);
	const errors = portions.flatMap((portion) => {
		const error = 'result' in portion ? portion.result.error : portion.error;
		return error ? [error] : [];
	});
	// A failure says more than the cancellations that follow from it.
	const error = check.error ?? errors.find(({ kind }) => !isCancellation(kind)) ?? errors[0];
	const losses = results.flatMap(({ loss }) => (loss ? [loss] : []));
	return {
		job,
		status: !error ? 'completed' : isCancellation(error.kind) ? 'cancelled' : 'failed',
		images,
		...(error ? { error: labelled(error, job, images.length) } : {}),
		partials: results.flatMap(({ partials }) => partials),
		...(losses.length > 0 ? { loss: sumBills(losses) } : {}),
		timing: sumTimings(portions.map(({ timing }) => timing)),
		attempts: portions.flatMap(({ attempts }) => attempts).sort((a, b) => a.sentMs - b.sentMs),
		warnings: [...check.warnings, ...results.flatMap(({ warnings }) => warnings)],
	};
}

function isCancellation(kind: ImageError['kind']): boolean {
	return kind === 'cancelled' || kind === 'budget';
}

/** Names the job, and says how many of its images there are in spite of the error. */
function labelled(error: ImageError, job: ImageJob, made: number): ImageError {
	const label = error.message.startsWith(`${job.label}: `) ? '' : `${job.label}: `;
	const rest =
		made > 0 ? ` ${made} of its ${job.n} images ${made === 1 ? 'was' : 'were'} made and kept.` : '';
	return new ImageError({ ...error.details, message: `${label}${error.message}${rest}` });
}

/** Requests of one job overlap: it has waited until the first was sent, and took until the last was done. */
function sumTimings(timings: readonly Timing[]): Timing {
	if (timings.length === 0) return { queuedMs: 0, durationMs: 0, attempts: 0 };
	const queuedMs = Math.min(...timings.map((timing) => timing.queuedMs));
	return {
		queuedMs,
		durationMs: Math.max(...timings.map((timing) => timing.queuedMs + timing.durationMs)) - queuedMs,
		attempts: timings.reduce((sum, timing) => sum + timing.attempts, 0),
	};
}
