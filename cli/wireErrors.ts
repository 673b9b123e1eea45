import { ImageError, type ErrorKind } from '../engine/jobs/error';
import { wasNotSent } from '../engine/requests/unsent';

/** Codes of a silence that Node's fetch would not bear any longer. */
const SILENCE = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** What is known of an exchange that failed. */
export interface FailedExchange {
	timeoutMs: number;
	/** The user's. */
	signal: AbortSignal;
	/** Whether its time was up. */
	late: boolean;
	redact(text: string): string;
}

/** What went wrong on the wire, in the engine's words. */
export function wireError(error: unknown, { timeoutMs, signal, late, redact }: FailedExchange): ImageError {
	if (error instanceof ImageError) return error;
	const code = codeOf(error);
	const make = (kind: ErrorKind, message: string, maybeBilled = false) =>
		new ImageError({ kind, code: code ?? kind, message, ...(maybeBilled ? { maybeBilled } : {}) });
	if (signal.aborted)
		return make('cancelled', 'The run was cancelled while this request was in flight.', true);
	if (late || SILENCE.has(code ?? '')) {
		const within = late ? ` within ${timeoutMs / 1000} s` : '';
		return make(
			'timeout',
			`There was no complete answer${within}. It may have been carried out and billed.`,
			true,
		);
	}
	if (code !== undefined && wasNotSent(code))
		return make(
			'connection',
			`The server could not be reached (${code}). Check OPENAI_BASE_URL and the network.`,
		);
	if (code === undefined) {
		// Found wrong before anything went out: a header that cannot be, a file that has changed.
		return make('invalid_request', redact(deepest(error)));
	}
	const advice = 'The request may have been carried out and billed.';
	return make(
		'interrupted',
		`The connection was lost before the answer was complete (${code}). ${advice}`,
		true,
	);
}

/** Node's fetch says `fetch failed`, and why somewhere inside. */
function codeOf(error: unknown, depth = 0): string | undefined {
	if (typeof error !== 'object' || error === null || depth > 5) return undefined;
	const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
	if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
	return codeOf(cause, depth + 1) ?? codeOf(errors?.[0], depth + 1);
}

function deepest(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? deepest(error.cause) : error.message;
}
