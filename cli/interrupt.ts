/** One Ctrl-C comes twice where npm and the terminal both pass it on; so soon after the first it is the same one. */
const SAME_MS = 500;

/** The process, as far as signals go. */
type Signalled = Pick<NodeJS.Process, 'on' | 'off'>;

/**
 * Lets Ctrl-C end the run in good order.
 * @param begun called once, at the first
 * @param kill called at the second
 * @returns the signal for the run, and what ends the watch
 */
export function onInterrupt(
	process: Signalled,
	begun: () => void,
	kill: () => void,
): { signal: AbortSignal; end(): void } {
	const controller = new AbortController();
	let first: number | undefined;
	const strike = () => {
		if (first === undefined) {
			first = Date.now();
			begun();
			controller.abort();
		} else if (Date.now() - first > SAME_MS) kill();
	};
	process.on('SIGINT', strike).on('SIGTERM', strike);
	return {
		signal: controller.signal,
		end: () => void process.off('SIGINT', strike).off('SIGTERM', strike),
	};
}
