import { isRetryable, type ImageError, type RetryableKind } from '../jobs/error';

export interface RetryPolicy {
	/** Tries beyond the first. */
	maxRetries: number;
	/** The kinds of error that are worth another try. */
	retryOn: readonly RetryableKind[];
	/** The wait before the first retry, milliseconds; doubled with each further one. */
	retryDelayMs: number;
}

/** The SDK's own schedule, milliseconds: half a second, doubled with each try, up to eight, less up to a quarter by chance. */
export const DEFAULT_RETRY_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
const JITTER = 0.25;

/** A server that asks for more than this is not waited for, milliseconds. */
const LONGEST_ASKED_WAIT_MS = 10 * 60_000;

/**
 * Whether to try again, and after how long.
 * @param attempts how many tries there were, from 1
 * @param random from 0 to 1
 * @returns milliseconds to wait, or `null` to give up
 */
export function nextTry(
	error: ImageError,
	attempts: number,
	policy: RetryPolicy,
	random: number,
): number | null {
	const { kind, details } = error;
	if (!isRetryable(kind) || !policy.retryOn.includes(kind)) return null;
	if (details.noRetry === true || attempts > policy.maxRetries) return null;
	if (details.retryAfterMs !== undefined) {
		return details.retryAfterMs <= LONGEST_ASKED_WAIT_MS ? details.retryAfterMs : null;
	}
	const longest = Math.max(LONGEST_DELAY_MS, policy.retryDelayMs);
	return Math.min(policy.retryDelayMs * 2 ** (attempts - 1), longest) * (1 - JITTER * random);
}
