import type { ImageError } from '../jobs/error';
import { isOfImages, limitHeadersIn, limitNamedIn, partWithinLimit } from '../responses/rateLimit';
import { Level } from './level';
import type { Clock } from './ports';
import { SentLog, type Sent } from './sentLog';
import { Share } from './share';
import { Sleepers } from './sleepers';

/** A run's way through the pace that it shares with others. */
export interface Pace {
	/** Images that one request may ask for, as far as is known. */
	readonly most: number;
	/** Requests of all runs that the server has let in so far. */
	readonly letIn: number;
	/** Returns when a request for this many images may be sent, or when the signal is aborted. */
	admit(images: number, signal: AbortSignal): Promise<Admission>;
	/** The run is over. */
	end(): void;
}

/** A request that was let through. */
export interface Admission {
	/** The server's answer has begun. @param headers with names in lower case */
	answered(headers: Readonly<Record<string, string>>): void;
	/** The server refused it because there were too many. */
	refused(error: ImageError): void;
}

/** The window in which OpenAI counts images, milliseconds. */
const WINDOW = 60_000;

/** Requests do not take the same time to arrive: what is added to a window, as a part of it. */
const MARGIN = 1 / 240;

/** Who has others before it looks again by itself after this part of a window. */
const LOOK_AGAIN = 0.01;

/** How long all are held where a refusal does not say, milliseconds. */
const USUAL_HOLD = 1000;

interface Waiting {
	run: RunPace;
	images: number;
}

/**
 * The pace of all requests of a process for one account and model: images as a sliding window. What the limit is comes from the
 * runs' settings, from the server's headers and refusals; where others use the same account, our share of it follows from what the
 * headers say is left, or else is found by trial.
 * Runs take turns, however many requests each of them has waiting.
 */
export class SharedPace {
	private readonly runs = new Set<RunPace>();
	private waiting: Waiting[] = [];
	private readonly log = new SentLog();
	private readonly level = new Level();
	private readonly share = new Share();
	private readonly sleepers: Sleepers;
	private heldUntil = 0;
	/** Someone was ready before its turn. */
	private impatient = false;
	/** As the server tells it. */
	private told: { images: number; window: number } | undefined;
	/** Images of a request, where one was refused for the tokens that it alone asked for. */
	private largest = Infinity;
	/** Requests that the server has let in so far. */
	letIn = 0;

	constructor(private readonly clock: Clock) {
		this.sleepers = new Sleepers(clock);
	}

	/** @param imagesPerMinute what the run may take; 0 for whatever the server bears */
	enter(imagesPerMinute: number): Pace {
		const run = new RunPace(imagesPerMinute, this);
		// Who comes later does not catch up on what the others had before.
		run.served = Math.min(...[...this.runs].map(({ served }) => served), Infinity);
		if (run.served === Infinity) run.served = 0;
		this.runs.add(run);
		return run;
	}

	leave(run: RunPace): void {
		this.runs.delete(run);
		this.change();
	}

	async admit(run: RunPace, images: number, signal: AbortSignal): Promise<Admission> {
		const waiting = { run, images };
		this.waiting.push(waiting);
		try {
			while (!signal.aborted) {
				const wait = this.waitOf(waiting);
				if (wait <= 0) return this.send(waiting);
				await this.sleepers.sleep(wait, signal);
			}
			return NEVER_SENT;
		} finally {
			this.waiting = this.waiting.filter((one) => one !== waiting);
			// Who was ready before its turn looks again; for the others nothing becomes earlier by what is sent.
			if (this.impatient || signal.aborted) this.change();
			this.impatient = false;
		}
	}

	private send({ run, images }: Waiting): Admission {
		run.served += images;
		const sent: Sent = { at: this.clock.now(), images, run };
		this.log.add(sent);
		this.share.sent(sent, this.window);
		return {
			answered: (headers) => this.learn(sent, headers),
			refused: (error) => this.refused(sent, error),
		};
	}

	/** Images that one request may ask for, as far as is known. */
	get most(): number {
		return Math.max(1, Math.floor(Math.min(this.largest, this.told?.images ?? Infinity)));
	}

	private get window(): number {
		return this.told?.window ?? WINDOW;
	}

	/** How long until it may be sent, with all that go before it, milliseconds; 0 where it is its turn. */
	private waitOf(waiting: Waiting): number {
		const now = this.clock.now();
		const before = this.before(waiting, now);
		const ahead = before.reduce((sum, { images }) => sum + images, 0);
		const aheadOfRun = before
			.filter(({ run }) => run === waiting.run)
			.reduce((sum, { images }) => sum + images, 0);
		const { run, images } = waiting;
		this.log.forget(now - Math.max(this.window, WINDOW) * (1 + MARGIN));
		const at = Math.max(
			this.heldUntil,
			this.log.roomAt({ ahead, images }, this.limit, this.window * (1 + MARGIN), now),
			this.ownRoomAt(run, { ahead: aheadOfRun, images }, now),
			this.shareRoomAt(ahead, images, now),
		);
		if (before.length === 0 || at > now) return at - now;
		// Those before it are about to go.
		this.impatient = true;
		return this.isBlind ? 1 : this.window * LOOK_AGAIN;
	}

	/** When it is ours to take so many more, where others use the same account. */
	private shareRoomAt(ahead: number, images: number, now: number): number {
		if (!this.told || !this.level.isKnown) return this.share.roomAt(ahead, this.window, now);
		return this.level.roomAt(ahead + Math.min(images, this.told.images), this.told, this.log, now);
	}

	/** When the run itself may take so many more. */
	private ownRoomAt(run: RunPace, wanted: { ahead: number; images: number }, now: number): number {
		return this.log.roomAt(wanted, run.imagesPerMinute, WINDOW * (1 + MARGIN), now, run);
	}

	/** Those whose turn comes first: the run that has had least goes on, unless its own limit keeps it. */
	private before(waiting: Waiting, now: number): Waiting[] {
		const left = this.waiting.filter(
			(one) =>
				one.run === waiting.run || this.ownRoomAt(one.run, { ahead: 0, images: one.images }, now) <= now,
		);
		const served = new Map([...this.runs].map((run) => [run, run.served]));
		const before: Waiting[] = [];
		for (;;) {
			const next = left.reduce((first, one) =>
				(served.get(one.run) ?? 0) < (served.get(first.run) ?? 0) ? one : first,
			);
			if (next === waiting) return before;
			before.push(next);
			left.splice(left.indexOf(next), 1);
			served.set(next.run, (served.get(next.run) ?? 0) + next.images);
		}
	}

	/** What all runs together may take in a window; 0 for no limit that is known. */
	private get limit(): number {
		const asked = [...this.runs].map(({ imagesPerMinute }) => imagesPerMinute);
		// A run without a limit of its own is not held to that of another.
		const together = asked.includes(0) ? 0 : Math.max(0, ...asked);
		const told = this.told?.images ?? 0;
		return together === 0 || told === 0 ? together || told : Math.min(together, told);
	}

	private learn(sent: Sent, headers: Readonly<Record<string, string>>): void {
		this.letIn++;
		const found = limitHeadersIn(headers);
		if (found.images) this.told = { ...this.told, window: this.window, ...found.images };
		if (found.holdMs !== undefined) this.hold(found.holdMs);
		if (this.told && found.left !== undefined)
			this.level.tell(sent, found.left * this.told.images, this.told);
		this.change();
	}

	private refused(sent: Sent, error: ImageError): void {
		this.letIn--;
		this.log.remove(sent);
		const images = limitNamedIn(error.message);
		if (images) this.told = { window: this.window, ...this.told, images };
		const part = partWithinLimit(error.message);
		if (part !== undefined) {
			// No waiting cures this, and others may be smaller.
			if (!images) this.largest = sent.images * part;
			return this.change();
		}
		const hold = error.details.retryAfterMs ?? USUAL_HOLD;
		this.hold(hold);
		// A server that is busy says nothing of the limit.
		if (error.details.code === 'slow_down' || !isOfImages(error.message)) return;
		// Where the level is known it says more than a refusal.
		if (this.level.isKnown) return;
		const { window } = this;
		const now = this.clock.now();
		this.share.refused({
			...this.log.since(now - window, now),
			limit: this.told?.images ?? 0,
			window,
			hold: Math.min(Math.max(hold, window / 600), window / 6),
			now,
		});
	}

	/** What the waiting times were reckoned from is another now. */
	private change(): void {
		if (!this.isBlind) this.sleepers.wakeAll();
	}

	/** Nothing is known of the limit but what refusals teach. */
	private get isBlind(): boolean {
		return !this.level.isKnown && this.limit === 0;
	}

	private hold(ms: number): void {
		this.heldUntil = Math.max(this.heldUntil, this.clock.now() + ms);
	}
}

/** A run among those that share a pace. */
export class RunPace implements Pace {
	/** Images that it was let through with. */
	served = 0;

	constructor(
		readonly imagesPerMinute: number,
		private readonly shared: SharedPace,
	) {}

	get most(): number {
		return this.shared.most;
	}

	get letIn(): number {
		return this.shared.letIn;
	}

	async admit(images: number, signal: AbortSignal): Promise<Admission> {
		return await this.shared.admit(this, images, signal);
	}

	end(): void {
		this.shared.leave(this);
	}
}

const NEVER_SENT: Admission = { answered: () => {}, refused: () => {} };
