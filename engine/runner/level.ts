import type { Sent, SentLog } from './sentLog';

/** Where others use the same account, this part of the limit is left, for requests that meet. */
const RESERVE = 0.04;
/** Our part of all is never taken for less. */
const LEAST_PART = 0.1;
/** With more than this part we are alone. */
const ALONE = 0.9;

/** What was left of the limit, images, when a request had been counted. */
interface Seen {
	/** When it was sent, milliseconds since 1970. */
	at: number;
	left: number;
}

/** What a server lets in, as it tells in its headers. */
interface Told {
	/** Images in a window. */
	images: number;
	/** Milliseconds. */
	window: number;
}

/**
 * What is left of the limit, by the server's headers. It falls by more than we send where others use the same account: from
 * that follows our part of what all take, and no more than that part of what is left, and of what comes back, is ours. So
 * several processes with one account come to shares of their own before any of them is refused.
 */
export class Level {
	/** Of the last window, in the order of sending. */
	private seen: Seen[] = [];

	/** Whether the server tells. */
	get isKnown(): boolean {
		return this.seen.length > 0;
	}

	/** @param left images, when the request had been counted */
	tell({ at }: Sent, left: number, { images, window }: Told): void {
		const kept = this.seen.filter((one) => one.at > at - window);
		// Before the first of ours all was there, or else others took it.
		if (kept.length === 0) kept.push({ at: at - 1, left: images });
		const after = kept.findIndex((one) => one.at > at);
		kept.splice(after < 0 ? kept.length : after, 0, { at, left });
		this.seen = kept;
	}

	/** When so many more images are ours to take, milliseconds since 1970. @param log what we have sent */
	roomAt(wanted: number, { images, window }: Told, log: SentLog, now: number): number {
		const [first, last] = [this.seen[0], this.seen.at(-1)];
		if (!first || !last) return now;
		/** What comes back in a millisecond. */
		const back = images / window;
		let taken = 0;
		for (const [place, { at, left }] of this.seen.entries()) {
			const before = this.seen[place - 1];
			// There is never more left than the limit.
			if (before) taken += Math.min(images, before.left + (at - before.at) * back) - left;
		}
		const own = log.between(first.at, last.at);
		const part = Math.max(LEAST_PART, (own + 1) / (Math.max(own, taken) + 1));
		const reserve = part > ALONE ? 0 : Math.max(1, images * RESERVE);
		const ours = part * (last.left - reserve + (now - last.at) * back) - log.between(last.at, now);
		return ours >= wanted ? now : now + (wanted - ours) / (part * back);
	}
}
