import type { Batch } from 'openai/resources/batches';

/** What decides how a batch goes. Times are milliseconds since 1970. */
export interface Course {
	createdAt: number;
	durationMs: number;
	/** Requests. */
	total: number;
	/** Requests that are worked before it expires. */
	expireAfter: number;
	/** Whether the file of requests is wrong. */
	invalid: boolean;
	cancelledAt: number | null;
}

/** Where a batch is. */
export interface Stage {
	state: Batch['status'];
	/** Requests worked, in the order of the file. */
	done: number;
	/** When it came to the states that it has been in, milliseconds since 1970. */
	times: Partial<Record<Passage, number>>;
}

export type Passage =
	| 'in_progress_at'
	| 'finalizing_at'
	| 'completed_at'
	| 'failed_at'
	| 'expired_at'
	| 'cancelling_at'
	| 'cancelled_at';

/** The completion window. */
export const dayMs = 24 * 60 * 60_000;

/** Which parts of its time a batch spends before its requests are worked, and until they all are. */
const validated = 0.05;
const worked = 0.9;
/** Which part of a batch's time it takes to cancel it, and the longest, which OpenAI gives as ten minutes. */
const cancelling = 0.1;
const longestCancellingMs = 10 * 60_000;

/** Where a batch is at a time. */
export function stageAt(course: Course, now: number): Stage {
	const passages = passagesOf(course).filter(([, , at]) => at <= now);
	const [state] = passages.at(-1) ?? (['validating'] as const);
	const times = Object.fromEntries(passages.map(([, name, at]) => [name, at]));
	return { state, done: doneAt(course, now), times };
}

/** Every state that a batch comes to after its validation, in order. */
function passagesOf(course: Course): Array<[state: Batch['status'], name: Passage, at: number]> {
	const { createdAt, durationMs, total, expireAfter, invalid, cancelledAt } = course;
	const begun = createdAt + durationMs * validated;
	const end = createdAt + durationMs;
	const expiry = createdAt + dayMs;
	const inProgress = ['in_progress', 'in_progress_at', begun] as const;
	const finalizing = ['finalizing', 'finalizing_at', createdAt + durationMs * worked] as const;
	if (cancelledAt !== null) {
		const over = cancelledAt + Math.min(durationMs * cancelling, longestCancellingMs);
		const before = invalid ? [] : [inProgress, finalizing].filter(([, , at]) => at <= cancelledAt);
		return [
			...before.map(([state, name, at]): [Batch['status'], Passage, number] => [state, name, at]),
			['cancelling', 'cancelling_at', cancelledAt],
			['cancelled', 'cancelled_at', over],
		];
	}
	if (invalid) return [['failed', 'failed_at', begun]];
	const expired = end > expiry || expireAfter < total;
	const last: [Batch['status'], Passage, number] = expired
		? ['expired', 'expired_at', Math.min(end, expiry)]
		: ['completed', 'completed_at', end];
	return [
		...[inProgress, finalizing]
			.filter(([, , at]) => at <= last[2])
			.map(([state, name, at]): [Batch['status'], Passage, number] => [state, name, at]),
		last,
	];
}

function doneAt(
	{ createdAt, durationMs, total, expireAfter, invalid, cancelledAt }: Course,
	now: number,
): number {
	if (invalid) return 0;
	const at = Math.min(now, cancelledAt ?? Infinity, createdAt + dayMs);
	const begun = createdAt + durationMs * validated;
	if (at < begun) return 0;
	const needed = durationMs * (worked - validated);
	const share = needed === 0 ? 1 : Math.min(1, (at - begun) / needed);
	// A share that falls short of a whole request by a rounding error only has it.
	return Math.min(expireAfter, Math.floor(share * total + 1e-9));
}
