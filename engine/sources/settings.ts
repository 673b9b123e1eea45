import { RETRYABLE_KINDS, type RetryableKind } from '../jobs/error';
import type { Fields } from './fields';
import { didYouMean } from './nearestName';
import { shown } from './shown';

/** How failed requests of a batch are repeated. */
export interface RetrySettings {
	/** Tries beyond the first, 0 to 5. */
	maxRetries: number;
	/** The wait before the first retry, milliseconds, 100 to 60000. */
	retryDelayMs: number;
	/** `timeout` in a configuration means `interrupted` as well: either way the answer was lost after sending. */
	retryOn: RetryableKind[];
}

/**
 * What holds for a configuration's run where neither it nor whoever runs it says anything. `retryOn` may pay twice for an
 * image, so it is for configurations that have a `retry_policy`; one without has not asked for that.
 */
export const CONFIGURATION_DEFAULTS: {
	readonly maxConcurrent: number;
	readonly timeoutMs: number;
	readonly retryPolicy: Readonly<RetrySettings>;
} = {
	maxConcurrent: 2,
	timeoutMs: 600_000,
	retryPolicy: { maxRetries: 2, retryDelayMs: 5000, retryOn: ['rate_limit', 'timeout', 'interrupted'] },
};

const CONCURRENT = { min: 1, max: 32 };
const TIMEOUT = { min: 1000, max: 3_600_000 };
const RETRIES = { min: 0, max: 5 };
const RETRY_DELAY = { min: 100, max: 60_000 };

/** Reads how a configuration's run is to go. @param fields the configuration's */
export function readRunSettings(fields: Fields): { maxConcurrent?: number; timeoutMs?: number } {
	const maxConcurrent = fields.wholeNumber('max_concurrent', CONCURRENT);
	const timeoutMs = fields.wholeNumber('timeout', TIMEOUT, ' It is in milliseconds.');
	return {
		...(maxConcurrent === undefined ? {} : { maxConcurrent }),
		...(timeoutMs === undefined ? {} : { timeoutMs }),
	};
}

/** Reads a `retry_policy`. @param fields the policy's */
export function readRetryPolicy(fields: Fields): Partial<RetrySettings> {
	const maxRetries = fields.wholeNumber('max_retries', RETRIES);
	const retryDelayMs = fields.wholeNumber('retry_delay_ms', RETRY_DELAY, ' It is in milliseconds.');
	const retryOn = retryOnOf(fields);
	return {
		...(maxRetries === undefined ? {} : { maxRetries }),
		...(retryDelayMs === undefined ? {} : { retryDelayMs }),
		...(retryOn === undefined ? {} : { retryOn }),
	};
}

function retryOnOf(fields: Fields): RetryableKind[] | undefined {
	const name = 'retry_on_errors';
	const value = fields.value(name);
	if (value === undefined) return undefined;
	const entries: unknown[] = Array.isArray(value)
		? value
		: typeof value === 'string'
			? value.split(',')
			: [value];
	const words = entries.map((entry) => (typeof entry === 'string' ? entry.trim().toLowerCase() : entry));
	const kinds = words
		.filter((word) => word !== '')
		.map((word) => RETRYABLE_KINDS.find((kind) => kind === word) ?? word);
	for (const word of new Set(kinds.filter((kind) => !isKind(kind)))) {
		const advice = typeof word === 'string' ? didYouMean(word, RETRYABLE_KINDS) : '';
		fields.problem(name, `${shown(word)} is not possible. Allowed: ${RETRYABLE_KINDS.join(', ')}.${advice}`);
	}
	const known = kinds
		.filter(isKind)
		.flatMap((kind): RetryableKind[] => (kind === 'timeout' ? ['timeout', 'interrupted'] : [kind]));
	return [...new Set(known)];
}

function isKind(word: unknown): word is RetryableKind {
	return (RETRYABLE_KINDS as readonly unknown[]).includes(word);
}
