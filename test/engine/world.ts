import { ImageError, type ImageErrorDetails } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import type { WireRequest, WireResponse } from '../../engine/requests/wire';
import { Paces } from '../../engine/runner/paces';
import type { ArrivedImage, Clock, RunPorts } from '../../engine/runner/ports';
import type { RunSettings } from '../../engine/runner/settings';

/** A clock that jumps to whatever is slept for next, once everything else has come to rest. */
export class VirtualClock implements Clock {
	private time = Date.parse('2026-11-21T12:00:00Z');
	private sleepers: Array<{ at: number; signal: AbortSignal; wake: () => void }> = [];
	private readonly watched = new WeakSet<AbortSignal>();
	private ticking = false;

	now(): number {
		return this.time;
	}

	async sleep(ms: number, signal: AbortSignal): Promise<void> {
		if (signal.aborted) return;
		if (!this.watched.has(signal)) signal.addEventListener('abort', () => this.wakeAll(signal));
		this.watched.add(signal);
		await new Promise<void>((wake) => {
			this.sleepers.push({ at: this.time + ms, signal, wake });
			this.tick();
		});
	}

	private wakeAll(signal: AbortSignal): void {
		const woken = this.sleepers.filter((sleeper) => sleeper.signal === signal);
		this.sleepers = this.sleepers.filter((sleeper) => sleeper.signal !== signal);
		for (const { wake } of woken) wake();
	}

	private tick(): void {
		if (this.ticking) return;
		this.ticking = true;
		setImmediate(() => {
			this.ticking = false;
			const [next] = this.sleepers.sort((a, b) => a.at - b.at);
			if (!next) return;
			this.sleepers.shift();
			this.time = Math.max(this.time, next.at);
			next.wake();
			if (this.sleepers.length > 0) this.tick();
		});
	}
}

/** How a server of the test answers a request. */
export type Answer =
	| { images: number; delayMs?: number; tokens?: number }
	| { status: number; body?: unknown; headers?: Record<string, string>; delayMs?: number }
	| { fault: ImageErrorDetails; delayMs?: number };

export interface Sent {
	prompt: string;
	n: number;
	at: number;
}

/** The smallest PNG header that says 1024 by 1024. */
export const PNG = (() => {
	const bytes = Buffer.alloc(33);
	Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]).copy(
		bytes,
	);
	bytes.writeUInt32BE(1024, 16);
	bytes.writeUInt32BE(1024, 20);
	return bytes;
})();

/** Everything a run needs, without a network: the answers are the test's, the time is virtual. */
export class World {
	readonly clock = new VirtualClock();
	readonly cancel = new AbortController();
	readonly paces = new Paces(this.clock);
	readonly sent: Sent[] = [];
	readonly stored: string[] = [];
	inFlight = 0;
	maxInFlight = 0;

	constructor(private readonly answer: (request: { prompt: string; n: number; attempt: number }) => Answer) {}

	get ports(): RunPorts<string> {
		return {
			clock: this.clock,
			enterPace: (model, imagesPerMinute) => this.paces.enter('account', model, imagesPerMinute),
			signal: this.cancel.signal,
			transport: {
				send: async (request) => await this.send(request),
				download: async () => await Promise.reject(new Error('not used')),
				redact: (text) => text,
			},
			store: { put: async (image) => await this.put(image) },
		};
	}

	private async put({ job, index }: ArrivedImage): Promise<string> {
		const ref = `${job.index}/${index}`;
		this.stored.push(ref);
		return await Promise.resolve(ref);
	}

	private async send({ json, signal, timeoutMs }: WireRequest): Promise<WireResponse> {
		const { prompt, n = 1 } = json as { prompt: string; n?: number };
		this.sent.push({ prompt, n, at: this.clock.now() });
		const attempt = this.sent.filter((sent) => sent.prompt === prompt).length;
		this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
		try {
			const answer = this.answer({ prompt, n, attempt });
			await this.clock.sleep(Math.min(answer.delayMs ?? 0, timeoutMs), signal);
			if (signal.aborted)
				throw new ImageError({ kind: 'cancelled', message: 'cancelled', maybeBilled: true });
			if ((answer.delayMs ?? 0) > timeoutMs)
				throw new ImageError({ kind: 'timeout', message: 'No answer in time.', maybeBilled: true });
			if ('fault' in answer) throw new ImageError(answer.fault);
			return 'images' in answer ? success(answer.images, answer.tokens ?? 100) : failure(answer);
		} finally {
			this.inFlight--;
		}
	}
}

function success(images: number, tokens: number): WireResponse {
	const data = Array.from({ length: images }, () => ({ b64_json: PNG.toString('base64') }));
	const usage = {
		input_tokens: 7,
		input_tokens_details: { text_tokens: 7, image_tokens: 0 },
		output_tokens: tokens,
		total_tokens: tokens + 7,
	};
	return respond(200, { created: 1, data, size: '1024x1024', quality: 'low', usage }, {});
}

function failure({ status, body, headers }: Extract<Answer, { status: number }>): WireResponse {
	return respond(
		status,
		body ?? { error: { message: 'It failed.', code: null, type: 'error' } },
		headers ?? {},
	);
}

function respond(status: number, body: unknown, headers: Record<string, string>): WireResponse {
	const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	return { status, headers: { 'x-request-id': 'req_1', ...headers }, body: pieces(text, 16) };
}

/** A text in pieces, of which each is wiped out when the next one is asked for. */
export async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
	for (let from = 0; from < bytes.length; from += size) {
		const piece = Buffer.from(bytes.subarray(from, from + size));
		yield piece;
		piece.fill(0);
	}
}

export function job(index: number, change: Partial<ImageJob> = {}): ImageJob {
	return {
		index,
		label: `Item ${index}`,
		endpoint: 'generations',
		model: 'gpt-image-2.5-flare',
		prompt: `prompt ${index}`,
		n: 1,
		parameters: { size: '1024x1024', quality: 'low' },
		...change,
	};
}

export const SETTINGS: RunSettings = {
	provider: 'openai',
	concurrency: 4,
	imagesPerMinute: 0,
	maxRetries: 2,
	retryOn: ['rate_limit', 'server_error', 'connection'],
	retryDelayMs: 500,
	requestTimeoutMs: 600_000,
	timeoutMs: 0,
	maxCost: 0,
	failFast: 0,
};
