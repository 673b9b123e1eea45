import { portionsOf, type Portion } from '../jobs/portions';
import { findModel } from '../models/find';
import { batchEndpointOf, type BatchableJob, type BatchEndpoint } from './lines';

/** What one file of requests holds at the most, by OpenAI's documentation of the Batch API. */
const LIMITS = { lines: 50_000, bytes: 200 * 1024 * 1024 };

/** The requests that go into one file: all of one model and one endpoint. */
export interface PlannedBatch {
	model: string;
	endpoint: BatchEndpoint;
	lines: PlannedLine[];
	/** Of the file, bytes. */
	bytes: number;
}

export interface PlannedLine {
	job: BatchableJob;
	portion: Portion;
}

/**
 * Divides jobs into batches, in their order. The requests of a job stay together.
 * @param bytesOf how long a line is, with its line feed
 */
export async function planBatches(
	jobs: readonly BatchableJob[],
	bytesOf: (line: PlannedLine) => Promise<number>,
	limits: typeof LIMITS = LIMITS,
): Promise<PlannedBatch[]> {
	const batches: PlannedBatch[] = [];
	const open = new Map<string, PlannedBatch>();
	for (const job of jobs) {
		const { model } = job;
		const endpoint = batchEndpointOf(job);
		const key = `${endpoint} ${model}`;
		const lines = portionsOf(job, findModel(model), 0).map((portion) => ({ job, portion }));
		let bytes = 0;
		for (const line of lines) bytes += await bytesOf(line);
		let batch = open.get(key);
		const fits =
			batch && batch.lines.length + lines.length <= limits.lines && batch.bytes + bytes <= limits.bytes;
		if (!batch || !fits) {
			batch = { model, endpoint, lines: [], bytes: 0 };
			open.set(key, batch);
			batches.push(batch);
		}
		batch.lines.push(...lines);
		batch.bytes += bytes;
	}
	return batches;
}
