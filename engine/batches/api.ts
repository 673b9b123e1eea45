import { ImageError, type RetryableKind } from '../jobs/error';
import type { FileContent, WireBody, WireRequest, WireResponse } from '../requests/wire';
import { readErrorResponse } from '../responses/errorResponse';
import { recordOf, recordsOf, textOf } from '../responses/fields';
import { wholeBody } from '../responses/wholeBody';
import type { RunPorts } from '../runner/ports';
import { nextTry } from '../runner/retry';
import type { RunSettings } from '../runner/settings';
import { readBatch, type SubmittedBatch } from './batch';

export type ApiPorts = Pick<RunPorts<unknown>, 'transport' | 'clock' | 'signal'>;
export type ApiSettings = Pick<RunSettings, 'requestTimeoutMs' | 'maxRetries' | 'retryDelayMs'>;

/** What is worth another try where a repetition does no harm. */
const HARMLESS: readonly RetryableKind[] = [
	'rate_limit',
	'server_error',
	'connection',
	'interrupted',
	'timeout',
];
/** The same where it might do something twice. */
const NOT_SENT: readonly RetryableKind[] = ['rate_limit', 'connection'];

const MOST_JSON = 8 * 1024 * 1024;
/** A file of results has gigabytes: it has at least so long to arrive, milliseconds. */
const CONTENT_TIMEOUT_MS = 3_600_000;
/** 30 days: the longest that the API allows, and its own default for files of requests. */
const FILES_LAST_SECONDS = 2_592_000;

/**
 * OpenAI's Files and Batch API, over the run's wire.
 * Every call throws an ImageError where the server refuses it or it does not come through.
 */
export class BatchApi {
	constructor(
		private readonly ports: ApiPorts,
		private readonly settings: ApiSettings,
	) {}

	/**
	 * Uploads a file, which the server deletes by itself in the end.
	 * @param purpose `batch` for a file of requests, `vision` for an image
	 * @returns the file's id
	 */
	async upload(file: FileContent, purpose: 'batch' | 'vision'): Promise<string> {
		const multipart = [
			{ name: 'purpose', value: purpose },
			{ name: 'expires_after[anchor]', value: 'created_at' },
			{ name: 'expires_after[seconds]', value: String(FILES_LAST_SECONDS) },
			{ name: 'file', ...file },
		];
		const document = await this.call({ method: 'POST', path: '/files', multipart }, HARMLESS);
		return textOf(document.id) ?? missing('an id for the uploaded file');
	}

	/** What may have been created although no answer came is for the caller to look for. */
	async create(
		inputFileId: string,
		endpoint: string,
		metadata: Readonly<Record<string, string>>,
	): Promise<SubmittedBatch> {
		const json = { input_file_id: inputFileId, endpoint, completion_window: '24h', metadata };
		return batchIn(await this.call({ method: 'POST', path: '/batches', json }, NOT_SENT));
	}

	async batch(id: string): Promise<SubmittedBatch> {
		return await this.ofBatch(id, { method: 'GET', path: `/batches/${encodeURIComponent(id)}` });
	}

	async cancel(id: string): Promise<SubmittedBatch> {
		const path = `/batches/${encodeURIComponent(id)}/cancel`;
		return await this.ofBatch(id, { method: 'POST', path, json: {} });
	}

	private async ofBatch(
		id: string,
		request: Pick<WireRequest, 'method' | 'path'> & WireBody,
	): Promise<SubmittedBatch> {
		try {
			return batchIn(await this.call(request, HARMLESS));
		} catch (error) {
			if (!(error instanceof ImageError) || error.kind !== 'not_found') throw error;
			throw new ImageError({
				...error.details,
				message:
					`There is no batch ${id} for this API key. Batches belong to the project that submitted them: ` +
					'check the ID and the credential.',
			});
		}
	}

	/** The account's batches, newest first. */
	async *batches(): AsyncGenerator<SubmittedBatch> {
		for (let after = ''; ;) {
			const document = await this.call({ method: 'GET', path: `/batches?limit=100${after}` }, HARMLESS);
			const batches = recordsOf(document.data).map(readBatch);
			yield* batches;
			const last = batches.at(-1);
			if (document.has_more !== true || !last) return;
			after = `&after=${encodeURIComponent(last.id)}`;
		}
	}

	/** Whether a file has been neither deleted nor expired. */
	async hasFile(fileId: string): Promise<boolean> {
		try {
			await this.call({ method: 'GET', path: `/files/${encodeURIComponent(fileId)}` }, HARMLESS);
			return true;
		} catch (error) {
			if (error instanceof ImageError && error.kind === 'not_found') return false;
			throw error;
		}
	}

	/** A file's contents as they arrive. */
	async content(fileId: string): Promise<AsyncIterable<Uint8Array>> {
		const path = `/files/${encodeURIComponent(fileId)}/content`;
		const timeoutMs = Math.max(this.settings.requestTimeoutMs, CONTENT_TIMEOUT_MS);
		const request = { method: 'GET', path } as const;
		return (await this.persist(HARMLESS, async () => await this.sendOnce(request, timeoutMs))).body;
	}

	async delete(fileId: string): Promise<void> {
		await this.call({ method: 'DELETE', path: `/files/${encodeURIComponent(fileId)}` }, HARMLESS);
	}

	private async call(
		request: Pick<WireRequest, 'method' | 'path'> & WireBody,
		retryOn: readonly RetryableKind[],
	): Promise<Record<string, unknown>> {
		return await this.persist(retryOn, async () => {
			const { body } = await this.sendOnce(request);
			const whole = await wholeBody(body, MOST_JSON);
			if (whole.length > MOST_JSON) missing('a short answer');
			try {
				return recordOf(JSON.parse(this.ports.transport.redact(whole.toString('utf8'))));
			} catch {
				return missing('JSON');
			}
		});
	}

	private async sendOnce(
		request: Pick<WireRequest, 'method' | 'path'> & WireBody,
		timeoutMs = this.settings.requestTimeoutMs,
	): Promise<WireResponse> {
		const { transport, clock, signal } = this.ports;
		const response = await transport.send({ ...request, timeoutMs, signal });
		if (response.status >= 200 && response.status < 300) return response;
		throw await readErrorResponse(response, (text) => transport.redact(text), clock.now());
	}

	private async persist<T>(retryOn: readonly RetryableKind[], attempt: () => Promise<T>): Promise<T> {
		const { clock, signal } = this.ports;
		for (let tries = 1; ; tries++) {
			try {
				return await attempt();
			} catch (error) {
				const wait =
					error instanceof ImageError
						? nextTry(error, tries, { ...this.settings, retryOn }, Math.random())
						: null;
				if (wait === null || signal.aborted) throw error;
				await clock.sleep(wait, signal);
			}
		}
	}
}

function batchIn(document: Record<string, unknown>): SubmittedBatch {
	const batch = readBatch(document);
	return batch.id === '' ? missing('a batch') : batch;
}

function missing(what: string): never {
	throw new ImageError({
		kind: 'invalid_response',
		code: 'invalid_answer',
		message: `The server answered without ${what}. Does the credential's server have OpenAI's Batch API?`,
	});
}
