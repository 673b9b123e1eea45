import type { Batch } from 'openai/resources/batches';
import { countOf, recordOf, recordsOf, textOf } from '../responses/fields';

export type BatchState = Batch['status'];

/** The states in which nothing more will happen to a batch. */
const FINAL: readonly BatchState[] = ['failed', 'completed', 'expired', 'cancelled'];

/** A batch as the server has it, with what we noted on it. Times are milliseconds since 1970. */
export interface SubmittedBatch {
	id: string;
	state: BatchState;
	/** `/v1/images/generations` or `/v1/images/edits`. */
	endpoint: string;
	/** Empty where neither the server nor our notes say it. */
	model: string;
	inputFileId: string;
	outputFileId: string | null;
	errorFileId: string | null;
	createdAt: number;
	expiresAt: number | null;
	/** When it came to its final state. */
	endedAt: number | null;
	requests: { total: number; completed: number; failed: number };
	/** Why the server refuses the batch as a whole. */
	errors: Array<{ code: string | null; message: string; line: number | null }>;
	metadata: Readonly<Record<string, string>>;
}

/** Reads the server's batch object; what is missing in it is `null`, 0 or empty. */
export function readBatch(document: unknown): SubmittedBatch {
	const batch = recordOf(document);
	const time = (name: string) => (countOf(batch[name]) > 0 ? countOf(batch[name]) * 1000 : null);
	const counts = recordOf(batch.request_counts);
	const metadata = Object.fromEntries(
		Object.entries(recordOf(batch.metadata)).filter(([, value]) => typeof value === 'string'),
	) as Record<string, string>;
	return {
		id: textOf(batch.id) ?? '',
		state: (textOf(batch.status) ?? 'validating') as BatchState,
		endpoint: textOf(batch.endpoint) ?? '',
		model: metadata.model ?? textOf(batch.model) ?? '',
		inputFileId: textOf(batch.input_file_id) ?? '',
		outputFileId: textOf(batch.output_file_id),
		errorFileId: textOf(batch.error_file_id),
		createdAt: time('created_at') ?? 0,
		expiresAt: time('expires_at'),
		endedAt: time('completed_at') ?? time('expired_at') ?? time('cancelled_at') ?? time('failed_at'),
		requests: {
			total: countOf(counts.total),
			completed: countOf(counts.completed),
			failed: countOf(counts.failed),
		},
		errors: recordsOf(recordOf(batch.errors).data).map(({ code, message, line }) => ({
			code: textOf(code),
			message: textOf(message) ?? 'no reason given',
			line: countOf(line) || null,
		})),
		metadata,
	};
}

/** Whether nothing more will happen to it: what it has brought can be collected. */
export function isDone({ state }: Pick<SubmittedBatch, 'state'>): boolean {
	return FINAL.includes(state);
}

const SOONEST = 15_000;
const LATEST = 5 * 60_000;

/**
 * How long to wait before the next look at a batch, milliseconds: a tenth of its age, from 15 seconds to 5 minutes.
 * @param now milliseconds since 1970
 */
export function nextLook({ createdAt }: Pick<SubmittedBatch, 'createdAt'>, now: number): number {
	return Math.min(Math.max((now - createdAt) / 10, SOONEST), LATEST);
}
