import type { Sent } from './sentLog';

/** Below what was borne when the server refused, the first time. */
const FIRST_CUT = 0.98;
/** Where others use the same account: each time that it is refused. */
const CUT = 0.9;
/** Where others may use it: refused again within so many windows. */
const AGAIN_CUT = 0.91;
const AGAIN = 2;
/** Never below this part of the limit, or of what was borne once. */
const LEAST = 0.1;
/** A refusal within this part of the limit is not due to others. */
const ALONE = 0.95;
/** Refusals that come together are one, as a part of the window. */
const TOGETHER = 0.5;
/** After fewer images than these, one refusal is no sign of anything: to wait as long as it says is enough. */
const FEW = 8;
/** So many go one by one after a first refusal. */
const CAREFUL = 3;
/** What is tried on top after each half of a window, as a part of what is borne. */
const STEP = 0.01;
/** Half windows until more is tried again, at most: after each refusal it is twice as long. */
const LONGEST_PATIENCE = 16;

/** What is known when a request is refused. Times are milliseconds. */
export interface Refusal {
	/** Images that were let through in the last window. */
	borne: number;
	/** Since the first of them. */
	observed: number;
	/** Images in a window; 0 where it is not known. */
	limit: number;
	window: number;
	/** How long the server says to wait. */
	hold: number;
	/** Since 1970. */
	now: number;
}

/**
 * What the server bears of us where it does not tell in headers what is left: found by trial. Requests are then spread
 * evenly over the window, for bursts of several would meet. The figures are those with which simulations of one and three
 * processes came nearest to the limit with the fewest refusals (`test/engine/pace.test.ts`).
 */
export class Share {
	/** Images in a window; `undefined` as long as there is no need. */
	private images: number | undefined;
	/** The most that was borne in a window. */
	private most = 0;
	private nextAt = 0;
	private refusedAt = -Infinity;
	private raisedAt = 0;
	private patience = 1;
	/** How many more go with care before all go on as before. */
	private trial: number | undefined;

	/** The server has refused one more. */
	refused({ borne, observed, limit, window, hold, now }: Refusal): void {
		const since = now - this.refusedAt;
		const known = limit > 0;
		if (since < (known ? window * TOGETHER : hold * 2)) return;
		this.most = Math.max(this.most, borne);
		if (known && borne >= limit * ALONE) return;
		this.refusedAt = now;
		if (known && this.images === undefined && borne < FEW && since > window) return;
		const first = this.images === undefined;
		const cut = known ? CUT : since < window * AGAIN ? AGAIN_CUT : FIRST_CUT;
		// What was sent in a moment says nothing of what is borne in the long run.
		const early = !known && first && observed < window * TOGETHER ? window / hold : 0;
		// One refusal may be a whim: a few go on with care, and then all.
		this.trial = early > 0 && since > window ? CAREFUL : undefined;
		const least = Math.max(1, (limit || this.most) * LEAST);
		this.patience = first || known ? 1 : Math.min(this.patience * 2, LONGEST_PATIENCE);
		this.images = Math.max(least, early, (this.images ?? borne) * cut);
		this.raisedAt = now;
	}

	sent({ at, images }: Sent, window: number): void {
		if (this.images === undefined) return;
		if (this.trial !== undefined && this.trial-- === 0) {
			this.trial = undefined;
			this.images = undefined;
			return;
		}
		if (at - this.raisedAt >= (window / 2) * this.patience) {
			this.raisedAt = at;
			this.images += Math.max(0.25, this.images * STEP);
		}
		this.nextAt = Math.max(this.nextAt, at) + (images * window) / this.images;
	}

	/** When another one may be sent after so many images. */
	roomAt(ahead: number, window: number, now: number): number {
		return this.images === undefined ? now : Math.max(now, this.nextAt) + (ahead * window) / this.images;
	}
}
