import type { NanoUsd } from '../costs/money';
import type { RetryableKind } from '../jobs/error';
import type { Provider } from '../jobs/job';

/** How a run is to go. */
export interface RunSettings {
	provider: Provider;
	/** Requests in flight at the most, 1 to 32. */
	concurrency: number;
	/** For each model; 0 for no limit. */
	imagesPerMinute: number;
	/** Tries beyond the first, 0 or more. */
	maxRetries: number;
	retryOn: readonly RetryableKind[];
	/** The wait before the first retry, milliseconds; longer with each further one. */
	retryDelayMs: number;
	/** Until the last byte of the answer, milliseconds. */
	requestTimeoutMs: number;
	/**
	 * For the whole run, milliseconds; 0 for no limit. What is in flight then is broken off, what has not begun is not sent.
	 */
	timeoutMs: number;
	/** What the run may cost; 0 for no limit. */
	maxCost: NanoUsd;
	/** Stops the run after this many failed jobs; 0 for never. */
	failFast: number;
}
