import type { ApiPorts, BatchApi } from './api';
import { isDone, nextLook, type SubmittedBatch } from './batch';

/**
 * Looks at a batch until it is done, the time is up, or the run is cancelled.
 * @param until milliseconds since 1970
 * @returns the batch as it was last seen
 */
export async function waitForBatch(
	id: string,
	until: number,
	api: BatchApi,
	{ clock, signal }: ApiPorts,
): Promise<SubmittedBatch> {
	for (;;) {
		const batch = await api.batch(id);
		const now = clock.now();
		if (isDone(batch) || now >= until) return batch;
		await clock.sleep(Math.min(nextLook(batch, now), until - now), signal);
		if (signal.aborted) return batch;
	}
}
