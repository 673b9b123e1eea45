import { ImageError } from '../jobs/error';
import type { BatchApi } from './api';
import { isDone, type SubmittedBatch } from './batch';

/** Marks our batches among the account's. */
export const MADE_BY = 'n8n-nodes-openai-image';

/** A batch that is done counts as the same one for so long, milliseconds: results are often collected by another run. */
const DONE_COUNTS_FOR = 12 * 3_600_000;
/** A batch takes a day at the most; older ones need not be looked at, milliseconds. */
const OLDEST = 2 * 24 * 3_600_000;

/** The account's batches that may be one of ours once more: under way, or done a short while ago. */
export class EarlierBatches {
	private found: SubmittedBatch[] | undefined;

	/** @param now milliseconds since 1970 */
	constructor(
		private readonly api: BatchApi,
		private readonly now: number,
	) {}

	/** The one that has these requests, and whose results can be had or are to come. */
	async withFingerprint(fingerprint: string): Promise<SubmittedBatch | undefined> {
		this.found ??= await this.list();
		for (const batch of this.found) {
			if (batch.metadata.fingerprint !== fingerprint) continue;
			// Whoever has collected a batch may have deleted its files.
			if (!isDone(batch) || (await this.api.hasFile(batch.inputFileId))) return batch;
		}
		return undefined;
	}

	/** The one that was made of this file, as the server has it now. */
	async ofFile(inputFileId: string): Promise<SubmittedBatch | undefined> {
		return (await this.list()).find((batch) => batch.inputFileId === inputFileId);
	}

	private async list(): Promise<SubmittedBatch[]> {
		const found: SubmittedBatch[] = [];
		for await (const batch of this.api.batches()) {
			if (this.now - batch.createdAt > OLDEST) break;
			if (batch.metadata.made_by !== MADE_BY) continue;
			const isFresh = batch.state === 'completed' && this.now - batch.createdAt < DONE_COUNTS_FOR;
			if (isFresh || (!isDone(batch) && batch.state !== 'cancelling')) found.push(batch);
		}
		return found;
	}
}

export function alreadyThere({ id, state }: SubmittedBatch): ImageError {
	return new ImageError({
		kind: 'validation',
		code: 'duplicate_batch',
		message:
			`The very same batch was submitted already: ${id} is ${state}. ` +
			'Collect that one, or set On Duplicate to Reuse or Submit Anyway.',
	});
}
