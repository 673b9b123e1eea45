/** How long the server takes: always the same, or each image its own. */
export const DELAYS = ['fixed', 'spread'] as const;
export type Delay = (typeof DELAYS)[number];

/** Each tenth of the way from a quarter of the mean to seven quarters, in an order without a pattern; their mean is 1. */
const SHARES = [1, 0.25, 1.6, 0.55, 1.3, 0.7, 1.75, 0.4, 1.45, 1];

/**
 * How long the server takes for each image, milliseconds.
 * @param meanMs of `fixed` every one, of `spread` the mean of every ten
 */
export function delaysOf(kind: Delay, images: number, meanMs: number): number[] {
	return Array.from({ length: images }, (_, index) =>
		kind === 'fixed' ? meanMs : Math.round(meanMs * (SHARES[index % SHARES.length] as number)),
	);
}

/**
 * How long a queue takes that starts the next image the moment that a lane is free, and needs no time for itself.
 * Of equal delays: delay x images / concurrency, rounded up to whole rounds.
 */
export function idealMs(delays: readonly number[], concurrency: number): number {
	const lanes = Array.from({ length: concurrency }, () => 0);
	for (const delay of delays) {
		const free = lanes.indexOf(Math.min(...lanes));
		lanes[free] = (lanes[free] as number) + delay;
	}
	return Math.max(...lanes);
}

/** The most requests that there were at once. Times in milliseconds; one that ends as another begins is not with it. */
export function mostInFlight(requests: ReadonlyArray<{ startedAt: number; endedAt: number }>): number {
	const changes = requests
		.flatMap(({ startedAt, endedAt }) => [
			{ at: startedAt, by: 1 },
			{ at: endedAt, by: -1 },
		])
		.sort((a, b) => a.at - b.at || a.by - b.by);
	let [now, most] = [0, 0];
	for (const { by } of changes) {
		now += by;
		most = Math.max(most, now);
	}
	return most;
}
