import { ImageError } from '../jobs/error';
import type { Clock } from './ports';

/** Timers may strike so much before their time, milliseconds. */
const EARLY = 5;

const UP = 'The time of the whole run is up';

/** The end of a run's time, whatever is still to do then. */
export class Deadline {
	private readonly at: number;
	private readonly over = new AbortController();

	/**
	 * @param ms from now, milliseconds; 0 for none
	 * @param strike called once, when the time is up
	 */
	constructor(
		private readonly ms: number,
		private readonly clock: Clock,
		strike: (error: ImageError) => void,
	) {
		this.at = ms > 0 ? clock.now() + ms : Infinity;
		if (ms > 0)
			void clock.sleep(ms, this.over.signal).then(() => {
				if (!this.over.signal.aborted) strike(this.error(UP));
			});
	}

	/** The run is done. */
	end(): void {
		this.over.abort();
	}

	/** @throws ImageError `cancelled` where there is no time left for anything */
	check(): void {
		if (this.isUp) throw this.error(UP);
	}

	/** A request's time, cut to what is left of the run's. @param ms milliseconds */
	within(ms: number): number {
		return Math.max(1, Math.min(ms, this.at - this.clock.now()));
	}

	/** A request that had no more time because the run had none was cancelled, it did not take too long. */
	explain(error: ImageError): ImageError {
		if (error.kind !== 'timeout' || !this.isUp) return error;
		return this.error('The time of the whole run was up while this request was in flight', true);
	}

	private get isUp(): boolean {
		return this.clock.now() >= this.at - EARLY;
	}

	private error(what: string, maybeBilled = false): ImageError {
		const billed = maybeBilled ? ' It may have been carried out and billed.' : '';
		return new ImageError({
			kind: 'cancelled',
			code: 'timeout',
			message: `${what} (timeout of ${this.ms / 1000} s).${billed}`,
			...(maybeBilled ? { maybeBilled } : {}),
		});
	}
}
