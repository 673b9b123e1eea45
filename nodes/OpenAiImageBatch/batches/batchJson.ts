import type { IDataObject } from 'n8n-workflow';
import { isDone, nextLook, type SubmittedBatch } from '../../../engine/batches/batch';

/** A batch as an item's JSON. Its names are relied on by users' workflows. @param now milliseconds since 1970 */
export function batchJson(batch: SubmittedBatch, now: number): IDataObject {
	const { metadata } = batch;
	const done = isDone(batch);
	return {
		batch_id: batch.id,
		status: batch.state,
		done,
		collectable: done && (batch.outputFileId !== null || batch.errorFileId !== null),
		next_check_at: done ? null : time(now + Math.max(nextLook(batch, now), SHORTEST_WAIT)),
		model: batch.model || null,
		endpoint: batch.endpoint,
		jobs: number(metadata.jobs),
		request_counts: { ...batch.requests },
		estimated_cost: {
			currency: 'USD',
			low: number(metadata.estimated_low),
			high: number(metadata.estimated_high),
		},
		created_at: time(batch.createdAt),
		expires_at: time(batch.expiresAt),
		ended_at: time(batch.endedAt),
		...(batch.errors.length > 0 ? { errors: batch.errors.slice(0, MOST_ERRORS) } : {}),
	};
}

/** n8n's Wait node keeps waits of less than 65 seconds in memory only, where they do not survive a restart. */
const SHORTEST_WAIT = 70_000;

/** A file with a fault in every line has as many errors. */
const MOST_ERRORS = 20;

/** ISO 8601, as n8n's Wait node takes it. */
function time(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString();
}

function number(text: string | undefined): number | null {
	const value = Number(text);
	return text === undefined || !Number.isFinite(value) ? null : value;
}
