import type { BookEntry } from '../stand-in';

/** How requests kept to a limit, by a server's books. */
export interface PaceKept {
	/** Requests that were let in. */
	admitted: number;
	/** Requests answered 429, and their part of all. */
	refused: number;
	refusedShare: number;
	/** The same after the first minute. */
	refusedLater: number;
	/** From the first request to the last, milliseconds. */
	lasted: number;
	/**
	 * Images that were let in, as a part of all that the server would have given until the last request came: a minute's
	 * worth, which is there at the beginning, and what comes back evenly until then.
	 */
	used: number;
}

/** @param imagesPerMinute the server's limit @param minuteMs how long its minute is */
export function paceKept(books: BookEntry[], imagesPerMinute: number, minuteMs: number): PaceKept {
	const times = books.map(({ startedAt }) => startedAt);
	const first = Math.min(...times);
	const lasted = Math.max(...times) - first;
	const admitted = books.filter(({ status }) => status === 200).length;
	const refused = books.filter(isRefused).length;
	const later = books.filter(({ startedAt }) => startedAt - first >= minuteMs);
	return {
		admitted,
		refused,
		refusedShare: refused / books.length,
		refusedLater: later.filter(isRefused).length / Math.max(1, later.length),
		lasted,
		used: admitted / (imagesPerMinute * (1 + lasted / minuteMs)),
	};
}

function isRefused({ status }: BookEntry): boolean {
	return status === 429;
}
