import type { NanoUsd } from '../costs/money';

/** Money set aside for a request in flight. */
export interface Reservation {
	/** Gives the money back, less what was spent. To be called once. */
	settle(spent: NanoUsd): void;
}

/**
 * Keeps what is spent and what is in flight, each at the upper end of its estimate, within a limit.
 * A request that does not fit while others are in flight waits for them: most cost less than was set aside.
 */
export class Budget {
	private spent: NanoUsd = 0;
	private inFlight: NanoUsd = 0;
	private waiting: Array<() => void> = [];

	/**
	 * @param limit 0 for no limit
	 * @param signal aborted when nothing more is to be sent: waiting is of no use then
	 */
	constructor(
		private readonly limit: NanoUsd,
		private readonly signal: AbortSignal,
	) {
		signal.addEventListener('abort', () => this.wake(), { once: true });
	}

	/** @returns `null` where the money is not there, or when the signal is aborted while waiting */
	async reserve(amount: NanoUsd): Promise<Reservation | null> {
		while (!this.fits(amount)) {
			if (this.inFlight === 0 || this.signal.aborted) return null;
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		this.inFlight += amount;
		return {
			settle: (spent) => {
				this.inFlight -= amount;
				this.spent += spent;
				this.wake();
			},
		};
	}

	private fits(amount: NanoUsd): boolean {
		return this.limit === 0 || this.spent + this.inFlight + amount <= this.limit;
	}

	private wake(): void {
		const waiting = this.waiting;
		this.waiting = [];
		for (const resolve of waiting) resolve();
	}
}
