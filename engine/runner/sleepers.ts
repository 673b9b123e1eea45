import type { Clock } from './ports';

/** Those who wait until a time that may turn out to be another. */
export class Sleepers {
	private readonly asleep = new Set<() => void>();
	private readonly watched = new WeakSet<AbortSignal>();

	constructor(private readonly clock: Clock) {}

	/** Returns when so many milliseconds are over, when all are woken, or when the signal is aborted. */
	async sleep(ms: number, signal: AbortSignal): Promise<void> {
		// One listener for all that share a signal.
		if (!this.watched.has(signal)) signal.addEventListener('abort', () => this.wakeAll());
		this.watched.add(signal);
		const early = new AbortController();
		await new Promise<void>((resolve) => {
			const wake = () => {
				early.abort();
				resolve();
			};
			this.asleep.add(wake);
			void this.clock.sleep(ms, early.signal).then(() => {
				this.asleep.delete(wake);
				resolve();
			});
		});
	}

	/** They are to look again how long they have to wait. */
	wakeAll(): void {
		const woken = [...this.asleep];
		this.asleep.clear();
		for (const wake of woken) wake();
	}
}
