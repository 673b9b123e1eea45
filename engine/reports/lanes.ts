import { isRetryable, type ErrorKind } from '../jobs/error';
import type { Attempt } from '../jobs/outcome';
import type { ReportedJob, RunRecord } from './record';

/** How a request is drawn. `retried`: it failed and was sent again. */
export type Look = 'completed' | 'retried' | 'failed' | 'cancelled';

/** A request in its lane. Milliseconds count from the beginning of the run. */
export interface Bar {
	job: ReportedJob;
	/** Which of the job's requests, from 1. */
	request: number;
	lane: number;
	fromMs: number;
	toMs: number;
	look: Look;
	result: Attempt['result'];
}

/** A time in which a lane was held without a request in flight, likewise. */
export interface Wait {
	/** The job whose request was sent next. */
	job: ReportedJob;
	/** For another try, else for the pace, the budget or the images to start from. */
	retry: boolean;
	lane: number;
	fromMs: number;
	toMs: number;
}

/** Who held which lane of a run, and when. */
export interface Lanes {
	/** Lanes that were used. */
	lanes: number;
	bars: Bar[];
	waits: Wait[];
	/** The end of the run, milliseconds, more than 0. */
	endMs: number;
}

const CANCELLATIONS: readonly ErrorKind[] = ['cancelled', 'budget'];

/** Reads the lanes of a run out of its jobs' requests. */
export function lanesOf({ jobs, startedAt, finishedAt }: RunRecord): Lanes {
	const byLane: Bar[][] = [];
	for (const job of jobs) {
		if (job.duplicateOf !== undefined) continue;
		for (const [index, { lane, sentMs, doneMs, result }] of job.outcome.attempts.entries()) {
			const bar: Bar = {
				...{ job, lane, result },
				request: index + 1,
				fromMs: sentMs,
				toMs: Math.max(sentMs, doneMs),
				look: result === 'completed' ? 'completed' : CANCELLATIONS.includes(result) ? 'cancelled' : 'failed',
			};
			(byLane[lane] ??= []).push(bar);
		}
	}
	// Lanes that were never used leave holes.
	const used = Array.from(byLane, (bars) => (bars ?? []).sort((a, b) => a.fromMs - b.fromMs));
	const bars = used.flatMap(markRetries);
	return {
		lanes: used.length,
		bars,
		waits: used.flatMap(waitsIn),
		endMs: bars.reduce((end, { toMs }) => Math.max(end, toMs), Math.max(finishedAt - startedAt, 1)),
	};
}

/** A lane stays with its request until it is given up, so a job's next request in the same lane is another try. */
function markRetries(bars: Bar[]): Bar[] {
	return bars.map((bar, index) => {
		const again = bars[index + 1]?.job === bar.job && bar.result !== 'completed' && isRetryable(bar.result);
		return again ? { ...bar, look: 'retried' } : bar;
	});
}

function waitsIn(bars: readonly Bar[]): Wait[] {
	return bars.flatMap(({ job, lane, fromMs }, index) => {
		const before = bars[index - 1];
		const since = before?.toMs ?? 0;
		if (fromMs <= since) return [];
		const retry = before?.job === job && before.result !== 'completed' && isRetryable(before.result);
		return [{ job, retry, lane, fromMs: since, toMs: fromMs }];
	});
}
