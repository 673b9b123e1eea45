import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { ImageError, type ErrorKind } from '../../engine/jobs/error';
import { wasNotSent } from '../../engine/requests/unsent';
import type { MultipartPart, Transport, WireResponse } from '../../engine/requests/wire';
import { CREDENTIAL, type OpenAiImageCredential } from './authentication';
import { redactionFor } from './redaction';
import { freePiece } from './spentPiece';
import { StreamedFile } from './streamedFile';

/** The engine's wire over n8n's HTTP helper, which brings the instance's proxies, TLS, SSRF protection and cancellation. */
export function n8nTransport(context: IExecuteFunctions, credential: OpenAiImageCredential): Transport {
	const redact = redactionFor(credential);
	// A run goes by the credential it began with: n8n would read and decrypt it for every request.
	const credentialsDecrypted = { id: '', name: '', type: CREDENTIAL, data: credential.decrypted };
	const exchange = async (
		timeoutMs: number,
		signal: AbortSignal,
		request: (options: Partial<IHttpRequestOptions>) => Promise<unknown>,
	): Promise<WireResponse> => {
		const late = AbortSignal.timeout(timeoutMs);
		const fault = (error: unknown) => wireError(error, { timeoutMs, signal, late, redact });
		try {
			const response = (await request({
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				timeout: timeoutMs,
				abortSignal: signal,
			})) as { statusCode: number; headers: Record<string, unknown>; body: Body };
			return {
				status: response.statusCode,
				headers: Object.fromEntries(
					Object.entries(response.headers).map(([name, value]) => [
						name.toLowerCase(),
						// Some servers send back what they were sent.
						redact(String(value)),
					]),
				),
				body: withFaults(response.body, [late, signal], fault),
			};
		} catch (error) {
			throw fault(error);
		}
	};
	return {
		redact,
		send: async ({ method, path, json, multipart, timeoutMs, signal }) =>
			await exchange(
				timeoutMs,
				signal,
				async (options) =>
					await context.helpers.httpRequestWithAuthentication.call(
						context,
						CREDENTIAL,
						{
							...options,
							method,
							url: `${credential.baseUrl}${path}`,
							// A redirect would carry the key to wherever it points.
							disableFollowRedirect: true,
							sendCredentialsOnCrossOriginRedirect: false,
							...(json ? { body: json, headers: { 'Content-Type': 'application/json' } } : {}),
							...(multipart ? { body: formOf(multipart) } : {}),
						},
						{ credentialsDecrypted },
					),
			),
		download: async (url, timeoutMs, signal) => {
			if (!/^https?:\/\//i.test(url)) {
				throw new ImageError({ kind: 'invalid_response', message: 'Its address is neither http nor https.' });
			}
			return await exchange(
				timeoutMs,
				signal,
				async (options) => await context.helpers.httpRequest({ ...options, method: 'GET', url }),
			);
		},
	};
}

function formOf(parts: readonly MultipartPart[]): FormData {
	const form = new FormData();
	for (const part of parts) {
		if ('value' in part) form.append(part.name, part.value);
		else form.append(part.name, new StreamedFile(part));
	}
	return form;
}

interface Exchange {
	timeoutMs: number;
	signal: AbortSignal;
	/** Aborted once the time is up. */
	late: AbortSignal;
	redact: (text: string) => string;
}

/** What n8n's helper gives: a stream. */
interface Body extends AsyncIterable<Uint8Array> {
	destroy(): unknown;
}

/** Once an answer has begun, n8n's own timeout strikes no more, and a server that falls silent cannot be cancelled. */
async function* withFaults(
	body: Body,
	ends: readonly AbortSignal[],
	fault: (error: unknown) => ImageError,
): AsyncGenerator<Uint8Array> {
	let strike = () => {};
	const onEnd = () => strike();
	for (const end of ends) end.addEventListener('abort', onEnd);
	const pieces = body[Symbol.asyncIterator]();
	// Destroying the body would not end a wait, and a race with one promise for the whole time would keep every piece.
	const next = async () =>
		await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
			strike = () => reject(new Error('No more is waited for'));
			if (ends.some(({ aborted }) => aborted)) strike();
			else pieces.next().then(resolve, reject);
		});
	try {
		for (let piece = await next(); !piece.done; piece = await next()) {
			yield piece.value;
			freePiece(piece.value);
		}
	} catch (error) {
		throw fault(error);
	} finally {
		for (const end of ends) end.removeEventListener('abort', onEnd);
		body.destroy();
	}
}

function wireError(error: unknown, { timeoutMs, signal, late, redact }: Exchange): ImageError {
	if (error instanceof ImageError) return error;
	const code = codeOf(error);
	const make = (kind: ErrorKind, message: string, maybeBilled = false) =>
		new ImageError({ kind, code: code ?? kind, message, ...(maybeBilled ? { maybeBilled } : {}) });
	if (signal.aborted)
		return make('cancelled', 'The execution was cancelled while this request was in flight.', true);
	// A deadline that strikes while the answer arrives looks like a lost connection.
	if (late.aborted || code === 'ECONNABORTED') {
		const advice = 'It may have been carried out and billed. Allow more time with Request Timeout.';
		return make('timeout', `There was no complete answer within ${timeoutMs / 1000} s. ${advice}`, true);
	}
	if (code !== undefined && wasNotSent(code)) {
		return make(
			'connection',
			`The server could not be reached (${code}). Check the base URL of the credential and the network.`,
		);
	}
	if (code === undefined) {
		// n8n itself refuses: no credential, an address that its SSRF protection or the credential's domains exclude.
		return make('invalid_request', redact(error instanceof Error ? error.message : String(error)));
	}
	const advice = 'The request may have been carried out and billed.';
	return make(
		'interrupted',
		`The connection was lost before the answer was complete (${code}). ${advice}`,
		true,
	);
}

/** n8n wraps errors, sometimes twice; the system's code is somewhere inside. */
function codeOf(error: unknown, depth = 0): string | undefined {
	if (typeof error !== 'object' || error === null || depth > 5) return undefined;
	const { code, cause, errorResponse } = error as {
		code?: unknown;
		cause?: unknown;
		errorResponse?: unknown;
	};
	if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
	return codeOf(cause, depth + 1) ?? codeOf(errorResponse, depth + 1);
}
