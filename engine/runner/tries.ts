import { sumBills, type Bill } from '../costs/bill';
import { totalOf } from '../costs/price';
import type { Attempt, Timing } from '../jobs/outcome';
import type { RequestResult } from './result';

/** So often a request may be refused for want of room without its counting: one that always is must not hold up the others for ever. */
const MOST_UNCOUNTED = 10;

/** The tries of a request: when they went out, what became of them, and what those that came to nothing have cost. */
export class Tries {
	readonly attempts: Attempt[] = [];
	/** In flight. */
	private open: Attempt | undefined;
	/** What tries that came to nothing are known to have cost. */
	private readonly losses: Bill[] = [];
	/** Tries that may have cost something of which nobody knows. */
	private unpriced = 0;
	/** How many do not count against what is allowed. */
	uncounted = 0;

	/**
	 * @param sinceStart milliseconds since the run's start
	 * @param letIn requests that the server has let in so far
	 */
	constructor(
		private readonly sinceStart: () => number,
		private letIn: number,
	) {}

	get timing(): Timing {
		const [first] = this.attempts;
		const now = this.sinceStart();
		return {
			queuedMs: first?.sentMs ?? now,
			durationMs: first ? now - first.sentMs : 0,
			attempts: this.attempts.length,
		};
	}

	/** One goes out. */
	sending(lane: number): void {
		const now = this.sinceStart();
		this.open = { lane, sentMs: now, doneMs: now, result: 'completed' };
		this.attempts.push(this.open);
	}

	/** It is over, if one went out. */
	done(result: Attempt['result']): void {
		if (this.open) Object.assign(this.open, { doneMs: this.sinceStart(), result });
		this.open = undefined;
	}

	/** The last one was refused for want of room. Ten times it does not count where others were let in since the one before. */
	refused(letIn: number): void {
		if (letIn > this.letIn && this.uncounted < MOST_UNCOUNTED) this.uncounted++;
		this.letIn = letIn;
	}

	/** The last one came to nothing. @param bill `undefined` where it may have been billed, and nobody knows how much */
	lost(bill?: Bill): void {
		if (bill && totalOf(bill.cost) !== null) this.losses.push(bill);
		else this.unpriced++;
	}

	/** Adds to a result what the tries before it have cost. */
	addTo<Ref>(result: RequestResult<Ref>): RequestResult<Ref> {
		const { losses, unpriced } = this;
		const tries = unpriced === 1 ? 'An earlier try' : `${unpriced} earlier tries`;
		return {
			...result,
			...(losses.length > 0 ? { loss: sumBills([...losses, ...(result.loss ? [result.loss] : [])]) } : {}),
			warnings: [
				...result.warnings,
				...(unpriced > 0 ? [`${tries} may have been billed as well, which is not in the cost.`] : []),
			],
		};
	}
}
