/** A request that was let through. */
export interface Sent {
	/** Milliseconds since 1970. */
	at: number;
	images: number;
	/** Whose it is. */
	run: object;
}

/** What was sent in the last window. */
export class SentLog {
	private entries: Sent[] = [];

	add(sent: Sent): void {
		this.entries.push(sent);
	}

	/** One that the server did not count. */
	remove(sent: Sent): void {
		this.entries = this.entries.filter((one) => one !== sent);
	}

	/** @param time milliseconds since 1970: older ones do not count any more */
	forget(time: number): void {
		if ((this.entries[0]?.at ?? Infinity) <= time) this.entries = this.entries.filter(({ at }) => at > time);
	}

	/** How many images were sent after the one moment, until the other. */
	between(from: number, until: number): number {
		return this.entries.reduce((sum, { at, images }) => sum + (at > from && at <= until ? images : 0), 0);
	}

	/** How many images were sent since then, and how long ago the first of them was, milliseconds. */
	since(time: number, now: number): { borne: number; observed: number } {
		const sent = this.entries.filter(({ at }) => at > time);
		const borne = sent.reduce((sum, { images }) => sum + images, 0);
		return { borne, observed: now - (sent[0]?.at ?? now) };
	}

	/**
	 * When there is room for so many more images. A request for more than a window holds goes alone: the server has the word.
	 * @param ahead images that go before it
	 * @param limit images in a window; 0 for no limit
	 * @param run counts its own only, where it is given
	 */
	roomAt(
		{ ahead, images }: { ahead: number; images: number },
		limit: number,
		window: number,
		now: number,
		run?: object,
	): number {
		if (limit === 0) return now;
		const wanted = ahead + Math.min(images, limit);
		const counted = this.entries.filter((one) => one.at > now - window && (!run || one.run === run));
		let inWindow = counted.reduce((sum, one) => sum + one.images, 0);
		let room = now;
		for (const one of counted) {
			if (inWindow + wanted <= limit) break;
			inWindow -= one.images;
			room = one.at + window;
		}
		// What is more than a window holds comes in windows of its own.
		return inWindow === 0 && wanted > limit ? room + Math.floor((wanted - 1) / limit) * window : room;
	}
}
