import { estimateJob, mostOf } from '../costs/estimate';
import type { NanoUsd } from '../costs/money';
import { totalOf } from '../costs/price';
import { asImageError, endsRun, ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import type { JobOutcome } from '../jobs/outcome';
import { portionsOf, splitPortion, type Portion } from '../jobs/portions';
import { findModel } from '../models/find';
import { SpareBuffers } from '../responses/spareBuffers';
import { Budget } from './budget';
import { checkJob } from './check';
import { Deadline } from './deadline';
import { inLanes } from './lanes';
import { outcomeOf, type PortionOutcome } from './outcomes';
import type { Pace } from './pace';
import type { RunPorts } from './ports';
import { requestImages } from './request';
import type { RequestResult } from './result';
import { nextTry } from './retry';
import type { RunSettings } from './settings';
import { StopSwitch } from './stop';
import { Tries } from './tries';

/**
 * Makes every job's images: at most `concurrency` requests at a time, in the jobs' order, within pace and budget.
 * All jobs are validated before the first request goes out. Never throws for what happens to a job: each one
 * has exactly one outcome, in its place.
 */
export async function runJobs<Ref>(
	jobs: readonly ImageJob[],
	settings: RunSettings,
	ports: RunPorts<Ref>,
): Promise<Array<JobOutcome<Ref>>> {
	const checks = jobs.map((job) => checkJob(job, settings, ports.clock.now()));
	const portions = jobs.flatMap((job, place) =>
		checks[place]?.error ? [] : portionsOf(job, findModel(job.model), settings.imagesPerMinute),
	);
	const run = new Run(settings, ports, portions.length);
	try {
		for (const { error } of checks) if (error) run.countFailure(error);
		const done = await inLanes(
			portions,
			settings.concurrency,
			async (portion, lane) => await run.portion(portion, lane),
		);
		const byJob = new Map<ImageJob, Array<PortionOutcome<Ref>>>(jobs.map((job) => [job, []]));
		for (const outcome of done.flat()) byJob.get(outcome.portion.job)?.push(outcome);
		return jobs.map((job, place) => outcomeOf(job, byJob.get(job) ?? [], checks[place] ?? { warnings: [] }));
	} finally {
		run.end();
	}
}

/** The state that a run's requests share. */
class Run<Ref> {
	private readonly startedAt: number;
	private readonly budget: Budget;
	private readonly stop: StopSwitch;
	private readonly deadline: Deadline;
	private readonly paces = new Map<string, Pace>();
	private readonly spare = new SpareBuffers();
	private failures = 0;
	private done = 0;
	private images = 0;

	constructor(
		private readonly settings: RunSettings,
		private readonly ports: RunPorts<Ref>,
		private requests: number,
	) {
		this.startedAt = ports.clock.now();
		this.stop = new StopSwitch(ports.signal);
		this.budget = new Budget(settings.maxCost, this.stop.signal);
		this.deadline = new Deadline(settings.timeoutMs, ports.clock, (error) => this.stop.because(error));
	}

	end(): void {
		for (const pace of this.paces.values()) pace.end();
		this.deadline.end();
		this.stop.end();
	}

	countFailure(error: ImageError): void {
		this.failures++;
		if (endsRun(error.kind)) this.stop.because(error);
		else if (this.failures === this.settings.failFast) this.stop.because(error);
	}

	/** Has a portion's images made: by one request, or by several where the server does not let in so many at once. */
	async portion(portion: Portion, lane: number): Promise<Array<PortionOutcome<Ref>>> {
		const pace = this.paceOf(portion);
		const outcomes: Array<PortionOutcome<Ref>> = [];
		const left = [portion];
		let tries = this.firstTry(pace);
		for (let next = left.shift(); next; next = left.shift()) {
			const parts = splitPortion(next, pace.most);
			if (parts.length > 1) {
				this.requests += parts.length - 1;
				left.unshift(...parts);
				continue;
			}
			const outcome = await this.pursue(next, lane, pace, tries);
			if (outcome === 'too_large') {
				left.unshift(next);
				continue;
			}
			outcomes.push(outcome);
			tries = this.firstTry(pace);
			this.done++;
			this.images += 'result' in outcome ? outcome.result.images.length : 0;
			this.ports.onProgress?.({ requests: this.requests, done: this.done, images: this.images });
		}
		return outcomes;
	}

	private firstTry(pace: Pace): Tries {
		return new Tries(() => this.ports.clock.now() - this.startedAt, pace.letIn);
	}

	/** Sends a request until it succeeds, there is no use in trying on, or it turns out to ask for too many images. */
	private async pursue(
		portion: Portion,
		lane: number,
		pace: Pace,
		tries: Tries,
	): Promise<PortionOutcome<Ref> | 'too_large'> {
		const record = () => ({ portion, timing: tries.timing, attempts: tries.attempts });
		for (;;) {
			try {
				const send = await this.admit(portion, pace);
				const result = await send(() => tries.sending(lane));
				tries.done(result.error?.kind ?? 'completed');
				// With an image in hand nothing is repeated.
				const wait = result.error && result.images.length === 0 ? this.nextTry(result.error, tries) : null;
				if (wait === null) {
					if (result.error) this.countFailure(result.error);
					return { ...record(), result: tries.addTo(result) };
				}
				if (result.loss) tries.lost(result.loss);
				await this.pause(wait);
			} catch (thrown) {
				const error = this.deadline.explain(asImageError(thrown));
				tries.done(error.kind);
				const isRefusal = error.kind === 'rate_limit';
				if (isRefusal && portion.n > pace.most) return 'too_large';
				if (isRefusal) tries.refused(pace.letIn);
				const wait = this.nextTry(error, tries);
				if (wait === null) {
					if (error.kind !== 'cancelled' && error.kind !== 'budget') this.countFailure(error);
					return { ...record(), error };
				}
				if (error.details.maybeBilled === true) tries.lost();
				await this.pause(wait);
			}
		}
	}

	/**
	 * Waits until a request may be sent.
	 * @throws ImageError `cancelled` or `budget` where it may not
	 */
	private async admit(
		portion: Portion,
		pace: Pace,
	): Promise<(sending: () => void) => Promise<RequestResult<Ref>>> {
		this.stop.check();
		const estimate = this.estimate(portion);
		const reservation = await this.budget.reserve(estimate);
		this.stop.check();
		if (!reservation) throw outOfBudget();
		const admission = await pace.admit(portion.n, this.stop.signal);
		try {
			this.stop.check();
			this.deadline.check();
		} catch (error) {
			reservation.settle(0);
			throw error;
		}
		return async (sending) => {
			let spent = estimate;
			try {
				const result = await requestImages(
					portion,
					this.ports,
					this.deadline.within(this.settings.requestTimeoutMs),
					this.spare,
					{
						check: this.check,
						sending,
						answered: (headers) => admission.answered(headers),
					},
				);
				spent = totalOf(result.cost) ?? estimate;
				return result;
			} catch (thrown) {
				const error = asImageError(thrown);
				// What may have been billed stays counted at the upper end.
				if (error.details.maybeBilled !== true) spent = 0;
				if (error.kind === 'rate_limit') admission.refused(error);
				throw thrown;
			} finally {
				reservation.settle(spent);
			}
		};
	}

	/** @throws ImageError `validation` where a job's images, now that they are read, do not do */
	private readonly check = (job: ImageJob): void => {
		const { error } = checkJob(job, this.settings, this.ports.clock.now());
		if (error) throw error;
	};

	private estimate({ job, n }: Portion): NanoUsd {
		return mostOf(estimateJob({ ...job, n }, findModel(job.model))) ?? 0;
	}

	private paceOf({ job: { model } }: Portion): Pace {
		const known = this.paces.get(model);
		if (known) return known;
		const pace = this.ports.enterPace(model, this.settings.imagesPerMinute);
		this.paces.set(model, pace);
		return pace;
	}

	/** Milliseconds until the next try, `null` where there is to be none. */
	private nextTry(error: ImageError, tries: Tries): number | null {
		const { settings } = this;
		const maxRetries = settings.maxRetries && settings.maxRetries + tries.uncounted;
		return nextTry(error, tries.attempts.length, { ...settings, maxRetries }, Math.random());
	}

	private async pause(ms: number): Promise<void> {
		await this.ports.clock.sleep(ms, this.stop.signal);
	}
}

function outOfBudget(): ImageError {
	return new ImageError({
		kind: 'budget',
		code: 'budget',
		message: 'Not sent: with this request the run might have cost more than its limit (maxCost).',
	});
}
