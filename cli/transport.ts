import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import type { Provider } from '../engine/jobs/job';
import { ImageError } from '../engine/jobs/error';
import type { Transport, WireResponse } from '../engine/requests/wire';
import type { Environment } from './environment';
import { formOf } from './formData';
import { patientFetchOptions } from './patience';
import { wireError } from './wireErrors';

/** The part of the environment that says who is asked, and as whom. */
export type Account = Required<Pick<Environment, 'apiKey' | 'baseUrl'>> &
	Pick<Environment, 'organization' | 'project'>;

/** The official SDK's client. Retries are the engine's. */
export async function sdkClient(account: Account, provider: Provider): Promise<OpenAI> {
	// It takes a while to load, and an estimate needs none.
	const { OpenAI: Client } = await import('openai');
	const { apiKey, baseUrl, organization, project } = account;
	return new Client({
		apiKey,
		baseURL: baseUrl,
		organization: organization ?? null,
		project: project ?? null,
		maxRetries: 0,
		// Its words would go among the results.
		logLevel: 'off',
		fetchOptions: patientFetchOptions() as ClientOptions['fetchOptions'],
		...(provider === 'azure' ? { defaultHeaders: { Authorization: null, 'api-key': apiKey } } : {}),
	});
}

/** The engine's wire over the SDK, which builds each request and sends it. Answers are handed on as they arrive. */
export function sdkTransport(client: OpenAI, redact: (text: string) => string): Transport {
	const exchange = async (
		timeoutMs: number,
		signal: AbortSignal,
		request: (controller: AbortController) => Promise<Response>,
	): Promise<WireResponse> => {
		const time = new Time(timeoutMs, signal);
		const fault = (error: unknown) => wireError(error, { timeoutMs, signal, late: time.isUp, redact });
		try {
			const response = await request(time.controller);
			const headers = [...response.headers].map(([name, value]) => [name, redact(value)] as const);
			return {
				status: response.status,
				headers: Object.fromEntries(headers),
				body: piecesOf(response, time, fault),
			};
		} catch (error) {
			time.end();
			throw fault(error);
		}
	};
	return {
		redact,
		send: async ({ method, path, json, multipart, timeoutMs, signal }) =>
			await exchange(timeoutMs, signal, async (controller) => {
				const body = json ?? (multipart && formOf(multipart));
				const { req, url } = await client.buildRequest({
					method: METHODS[method],
					path,
					timeout: Math.ceil(timeoutMs),
					...(body ? { body } : {}),
				});
				// A redirect would carry the key to wherever it points.
				const init = { ...req, redirect: 'manual' } as RequestInit;
				return await client.fetchWithTimeout(url, init, timeoutMs, controller);
			}),
		download: async (url, timeoutMs, signal) => {
			if (!/^https?:\/\//i.test(url))
				throw new ImageError({ kind: 'invalid_response', message: 'Its address is neither http nor https.' });
			return await exchange(
				timeoutMs,
				signal,
				async (controller) => await fetch(url, { signal: controller.signal }),
			);
		},
	};
}

const METHODS = { GET: 'get', POST: 'post', DELETE: 'delete' } as const;

/** The time of one exchange, until the last byte of its answer. */
class Time {
	readonly controller = new AbortController();
	isUp = false;
	private readonly abort = () => this.controller.abort();
	private readonly timer: NodeJS.Timeout;

	constructor(
		ms: number,
		private readonly signal: AbortSignal,
	) {
		this.timer = setTimeout(() => {
			this.isUp = true;
			this.abort();
		}, ms);
		signal.addEventListener('abort', this.abort, { once: true });
		if (signal.aborted) this.abort();
	}

	end(): void {
		clearTimeout(this.timer);
		this.signal.removeEventListener('abort', this.abort);
	}
}

async function* piecesOf(
	response: Response,
	time: Time,
	fault: (error: unknown) => ImageError,
): AsyncGenerator<Uint8Array> {
	try {
		// Leaving the loop closes the connection.
		if (response.body) yield* response.body as unknown as AsyncIterable<Uint8Array>;
	} catch (error) {
		throw fault(error);
	} finally {
		time.end();
	}
}
