import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for the slowest machine; it only keeps a test that fails from waiting for ever. Milliseconds. */
const PATIENCE = 20_000;

/**
 * Resolves when the condition holds.
 *
 * @throws Error where it never does
 */
export async function until(condition: () => boolean): Promise<void> {
	for (const giveUpAt = performance.now() + PATIENCE; !condition(); await sleep(5)) {
		if (performance.now() > giveUpAt) throw new Error(`Never came true: ${condition.toString()}`);
	}
}
