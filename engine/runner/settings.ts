import type { NanoUsd } from '../costs/money';
import type { RetryableKind } from '../jobs/error';
import type { Provider } from '../jobs/job';
import { DEFAULT_RETRY_DELAY_MS } from './retry';

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

/** What holds where nobody says anything. */
export const USUAL_SETTINGS: Omit<RunSettings, 'provider'> = {
	concurrency: 4,
	imagesPerMinute: 0,
	maxRetries: 2,
	retryOn: ['rate_limit', 'server_error', 'connection'],
	retryDelayMs: DEFAULT_RETRY_DELAY_MS,
	requestTimeoutMs: 600_000,
	timeoutMs: 0,
	maxCost: 0,
	failFast: 0,
};
