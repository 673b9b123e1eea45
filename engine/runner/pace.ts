import type { Clock } from './ports';

/** Lets images through at a rate that the server bears. */
export interface Pace {
	/** Returns when a request for this many images may be sent, or when the signal is aborted. */
	admit(images: number, signal: AbortSignal): Promise<void>;
	/** Lets nothing through for a time: the server said to wait. @param ms milliseconds */
	hold(ms: number): void;
}

/** The window in which OpenAI counts images, milliseconds. */
const WINDOW = 60_000;

/** Images per minute as a sliding window; first come, first served. */
export class SlidingWindowPace implements Pace {
	private sent: Array<{ at: number; images: number }> = [];
	private heldUntil = 0;
	private queue: Promise<void> = Promise.resolve();

	/** @param imagesPerMinute 0 for no limit */
	constructor(
		private readonly imagesPerMinute: number,
		private readonly clock: Clock,
	) {}

	async admit(images: number, signal: AbortSignal): Promise<void> {
		const turn = this.queue.then(async () => await this.take(images, signal));
		this.queue = turn;
		await turn;
	}

	hold(ms: number): void {
		this.heldUntil = Math.max(this.heldUntil, this.clock.now() + ms);
	}

	private async take(images: number, signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const now = this.clock.now();
			const wait = Math.max(this.heldUntil, this.roomAt(images, now)) - now;
			if (wait <= 0) {
				if (this.imagesPerMinute > 0) this.sent.push({ at: now, images });
				return;
			}
			await this.clock.sleep(wait, signal);
		}
	}

	/** When the window has room for so many more images. */
	private roomAt(images: number, now: number): number {
		if (this.imagesPerMinute === 0) return now;
		this.sent = this.sent.filter(({ at }) => at + WINDOW > now);
		let inWindow = this.sent.reduce((sum, entry) => sum + entry.images, 0);
		let room = now;
		for (const entry of this.sent) {
			if (inWindow + images <= this.imagesPerMinute) break;
			inWindow -= entry.images;
			room = entry.at + WINDOW;
		}
		return room;
	}
}
