import { rateLimitExceeded } from './errors';

/** What is left of one key's and model's minute. */
interface Bucket {
	/** Images that could be had at `at`; refills evenly, as the real limiter's "try again in 12s" shows. */
	level: number;
	/** Milliseconds on the monotonic clock. */
	at: number;
}

/**
 * Images per minute, for each key and model: a bucket that holds a minute's worth, is full at first, and fills up
 * evenly.
 */
export class Pace {
	private readonly buckets = new Map<string, Bucket>();

	/**
	 * @param imagesPerMinute 0 for no limit
	 * @param minuteMs how long the minute is, so that tests need not wait for a real one
	 */
	constructor(
		private readonly imagesPerMinute: number,
		private readonly minuteMs: number,
	) {}

	/**
	 * Takes n images out of the minute. They stay taken whatever becomes of the request.
	 *
	 * @returns the `x-ratelimit-*` headers of the answer, none without a limit
	 * @throws ApiError 429 `rate_limit_exceeded`, with `retry-after` unless n is more than a whole minute's worth
	 */
	take(key: string, model: string, n: number): Record<string, string> {
		const limit = this.imagesPerMinute;
		if (limit <= 0) return {};
		const subject = `${model} (for limit gpt-image) in organization org-stand-in on input-images per min`;
		if (n > limit) {
			throw rateLimitExceeded(
				`Request too large for ${subject}: Limit ${limit}, Requested ${n}. Ask for fewer images at a time.`,
				this.headers(this.bucket(key, model)),
			);
		}
		const bucket = this.bucket(key, model);
		// A waiting time is rounded up to a millisecond, so a refill may fall short by a rounding error at most.
		if (bucket.level + 1e-6 < n) {
			const waitMs = Math.ceil(((n - bucket.level) * this.minuteMs) / limit);
			throw rateLimitExceeded(
				`Rate limit reached for ${subject}: Limit ${limit}, Used ${limit - Math.floor(bucket.level)}, ` +
					`Requested ${n}. Please try again in ${duration(waitMs)}. ` +
					'Visit https://platform.openai.com/account/rate-limits to learn more.',
				{ ...retryHeaders(waitMs), ...this.headers(bucket) },
			);
		}
		bucket.level -= n;
		return this.headers(bucket);
	}

	reset(): void {
		this.buckets.clear();
	}

	private bucket(key: string, model: string): Bucket {
		const name = `${key} ${model}`;
		const now = performance.now();
		const old = this.buckets.get(name) ?? { level: this.imagesPerMinute, at: now };
		const refilled = old.level + ((now - old.at) * this.imagesPerMinute) / this.minuteMs;
		const bucket = { level: Math.min(this.imagesPerMinute, refilled), at: now };
		this.buckets.set(name, bucket);
		return bucket;
	}

	private headers({ level }: Bucket): Record<string, string> {
		const untilFullMs = Math.ceil(((this.imagesPerMinute - level) * this.minuteMs) / this.imagesPerMinute);
		return {
			'x-ratelimit-limit-input-images': String(this.imagesPerMinute),
			'x-ratelimit-remaining-input-images': String(Math.floor(level + 1e-6)),
			'x-ratelimit-reset-input-images': duration(untilFullMs),
		};
	}
}

/** How the API says when to come back: whole seconds, and milliseconds for those who read them. */
export function retryHeaders(waitMs: number): Record<'retry-after' | 'retry-after-ms', string> {
	return { 'retry-after': String(Math.ceil(waitMs / 1000)), 'retry-after-ms': String(waitMs) };
}

/** Milliseconds as the API writes them: `240ms`, `7.5s`, `1m12s`. */
function duration(ms: number): string {
	if (ms < 1000) return `${ms}ms`;
	const minutes = Math.floor(ms / 60_000);
	const seconds = (ms - minutes * 60_000) / 1000;
	return `${minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
