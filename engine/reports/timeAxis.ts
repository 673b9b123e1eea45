import { clockTime } from './figures';

/** The steps between marks, milliseconds: round figures of seconds, minutes and hours. */
const STEPS = [
	...[1, 2, 5, 10, 20, 50, 100, 200, 500],
	...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
	...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
	...[1, 2, 4, 6, 12, 24].map((hours) => hours * 3_600_000),
];

const MOST_MARKS = 8;

/** A mark on the axis of time. */
export interface Mark {
	/** Milliseconds. */
	at: number;
	label: string;
}

/** Eight marks or fewer at round times, from 0 to the end. @param endMs more than 0 */
export function marksUpTo(endMs: number): Mark[] {
	const longest = STEPS[STEPS.length - 1] ?? endMs;
	const step =
		STEPS.find((candidate) => endMs / candidate < MOST_MARKS) ??
		Math.ceil(endMs / longest / (MOST_MARKS - 1)) * longest;
	const inSeconds = endMs < 60_000;
	return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => {
		const at = index * step;
		return { at, label: inSeconds ? `${at / 1000} s` : clockTime(at) };
	});
}
