import { sleep } from 'n8n-workflow';
import type { Clock } from '../../engine/runner/ports';

/** n8n's `sleep` heeds a signal from 2.34 on only, so long waits are cut into slices of this length, milliseconds. */
const SLICE = 100;

export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (ms, signal) => {
		const until = Date.now() + ms;
		for (let left = ms; left > 0 && !signal.aborted; left = until - Date.now())
			await sleep(Math.min(left, SLICE));
	},
};
