import { runJobs } from '../../engine/runner/run';
import { Paces } from '../../engine/runner/paces';
import type { WireResponse } from '../../engine/requests/wire';
import type { RunSettings } from '../../engine/runner/settings';
import { job, pieces, PNG, SETTINGS, VirtualClock } from './world';

/** What a server lets its clients know of its limit. */
export interface Candour {
	/** `x-ratelimit-*` in every answer. */
	headers: boolean;
	/** The limit in the text of a refusal. */
	named: boolean;
	/** `retry-after-ms` with a refusal. */
	retryAfter: boolean;
}

export const OPEN: Candour = { headers: true, named: true, retryAfter: true };
export const SILENT: Candour = { headers: false, named: false, retryAfter: false };

/**
 * A server with a limit of images a minute, in virtual time: a bucket that holds a minute's worth, is full at first and fills up
 * evenly, as OpenAI's.
 */
export class LimitedServer {
	readonly clock = new VirtualClock();
	readonly startedAt = this.clock.now();
	/** When each request came, and whether it was let in. */
	readonly seen: Array<{ at: number; prompt: string; refused: boolean }> = [];
	private level: number;
	private levelAt = this.startedAt;

	constructor(
		private readonly limit: number,
		private readonly candour: Candour,
		private readonly latencyMs: (place: number) => number = () => 500,
		private readonly minuteMs = 60_000,
	) {
		this.level = limit;
	}

	/** A process: its runs share their paces. */
	worker() {
		const paces = new Paces(this.clock);
		return {
			/** Makes so many images of a prompt's name each. */
			run: async (name: string, count: number, settings: Partial<RunSettings> = {}) =>
				await runJobs(
					Array.from({ length: count }, (_, index) => job(index, { prompt: `${name} ${index}` })),
					{ ...SETTINGS, concurrency: 16, ...settings },
					{
						clock: this.clock,
						signal: new AbortController().signal,
						enterPace: (model, imagesPerMinute) => paces.enter('account', model, imagesPerMinute),
						transport: {
							redact: (text) => text,
							send: async ({ json }) => await this.answer((json as { prompt: string }).prompt),
							download: async () => await Promise.reject(new Error('not used')),
						},
						store: { put: async () => await Promise.resolve('ref') },
					},
				),
		};
	}

	/** Images a minute that were let in, from the first request to the last. @param of prompts that begin so */
	admitted(of = ''): number {
		return this.seen.filter(({ prompt, refused }) => prompt.startsWith(of) && !refused).length;
	}

	/** The share of requests refused. @param from milliseconds from the beginning */
	refusedShare(from = 0): number {
		const late = this.seen.filter(({ at }) => at - this.startedAt >= from);
		return late.filter(({ refused }) => refused).length / late.length;
	}

	/** How much was let in of what could have been until the last request came. */
	used(): number {
		const last = Math.max(...this.seen.map(({ at }) => at)) - this.startedAt;
		return this.admitted() / (this.limit + (this.limit * last) / this.minuteMs);
	}

	private async answer(prompt: string): Promise<WireResponse> {
		const now = this.clock.now();
		this.level = Math.min(this.limit, this.level + ((now - this.levelAt) * this.limit) / this.minuteMs);
		this.levelAt = now;
		const refused = this.level + 1e-6 < 1;
		this.seen.push({ at: now, prompt, refused });
		if (!refused) this.level--;
		const { headers, named, retryAfter } = this.candour;
		const waitMs = Math.ceil(((1 - this.level) * this.minuteMs) / this.limit);
		const told = {
			...(headers
				? {
						'x-ratelimit-limit-input-images': String(this.limit),
						'x-ratelimit-remaining-input-images': String(Math.floor(this.level + 1e-6)),
						'x-ratelimit-reset-input-images': `${Math.ceil(((this.limit - this.level) * this.minuteMs) / this.limit)}ms`,
					}
				: {}),
			...(refused && retryAfter ? { 'retry-after-ms': String(waitMs) } : {}),
		};
		await this.clock.sleep(refused ? 20 : this.latencyMs(this.seen.length), new AbortController().signal);
		const said = named
			? `Rate limit reached on input-images per min: Limit ${this.limit}, Used ${this.limit}, Requested 1.`
			: 'Too many requests.';
		const body = refused
			? { error: { message: said, code: 'rate_limit_exceeded', type: 'requests' } }
			: { created: 1, data: [{ b64_json: PNG.toString('base64') }] };
		return {
			status: refused ? 429 : 200,
			headers: told,
			body: pieces(Buffer.from(JSON.stringify(body)), 1 << 16),
		};
	}
}
