import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../engine/runner/ports';

/** Longer waits overflow the timer. */
const LONGEST = 2 ** 31 - 1;

/** The machine's own clock. */
export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (ms, signal) => {
		// An aborted wait is over, nothing more.
		await wait(Math.min(ms, LONGEST), undefined, { signal }).catch(() => undefined);
	},
};
