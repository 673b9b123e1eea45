import { insufficientQuota } from './errors';
import { quotaOf } from './keys';

/** How many images each key has made or is making, against its quota. */
export class Quotas {
	private readonly taken = new Map<string, number>();

	/**
	 * Sets aside n images. Images in the making count, so that a key never makes more than its quota.
	 *
	 * @returns gives them back, for a request that came to nothing
	 * @throws ApiError 429 `insufficient_quota`
	 */
	take(key: string, n: number): () => void {
		const before = this.taken.get(key) ?? 0;
		if (before + n > quotaOf(key)) throw insufficientQuota();
		this.taken.set(key, before + n);
		return () => this.taken.set(key, Math.max(0, (this.taken.get(key) ?? 0) - n));
	}

	reset(): void {
		this.taken.clear();
	}
}
