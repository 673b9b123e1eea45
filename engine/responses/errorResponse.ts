import { ImageError, type ErrorKind, type ImageErrorDetails } from '../jobs/error';
import type { WireResponse } from '../requests/wire';
import { partWithinLimit } from './rateLimit';
import { wholeBody } from './wholeBody';

/** The API's error object, as far as servers keep to it. */
export interface ApiError {
	message?: unknown;
	type?: unknown;
	code?: unknown;
	param?: unknown;
	moderation_details?: unknown;
}

/** Codes say more than statuses: some servers send them with another status than OpenAI does. */
const KIND_OF_CODE: Readonly<Record<string, ErrorKind>> = {
	insufficient_quota: 'quota',
	credit_balance_exhausted: 'quota',
	project_spend_limit_exceeded: 'quota',
	organization_spend_limit_exceeded: 'quota',
	organization_usage_limit_exceeded: 'quota',
	billing_hard_limit_reached: 'quota',
	billing_not_active: 'quota',
	invalid_api_key: 'authentication',
	rate_limit_exceeded: 'rate_limit',
	slow_down: 'rate_limit',
	moderation_blocked: 'moderation',
	content_policy_violation: 'moderation',
	image_content_policy_violation: 'moderation',
	server_error: 'server_error',
	previous_response_not_found: 'not_found',
};

const KIND_OF_STATUS: Readonly<Record<number, ErrorKind>> = {
	401: 'authentication',
	402: 'quota',
	403: 'permission',
	404: 'not_found',
	408: 'server_error',
	409: 'server_error',
	429: 'rate_limit',
};

/** What the user can do, after what the server said. */
const ADVICE: Partial<Record<ErrorKind, string>> = {
	quota: 'No waiting cures this: add credit or raise the spending limit of the account, then run again.',
	permission:
		'Check that the project behind the API key may use this model; some models need a verified organization.',
	not_found: 'Check the model and the base URL of the credential.',
	moderation: 'Change the prompt, or set Moderation to Low where that is fitting.',
};

/** The same where the code says more. */
const ADVICE_OF_CODE: Readonly<Record<string, string>> = {
	previous_response_not_found:
		'OpenAI keeps responses for 30 days, for the project that made them. Leave Previous Response ID empty to begin anew.',
};

/** An error's answer is read up to here, bytes. */
const MAX_BODY = 64 * 1024;
const MAX_MESSAGE = 1000;

/** Reads the answer to a request that failed and says what went wrong. */
export async function readErrorResponse(
	response: WireResponse,
	redact: (text: string) => string,
	now: number,
): Promise<ImageError> {
	const text = (await wholeBody(response.body, MAX_BODY)).toString('utf8');
	return errorFromBody(apiErrorIn(redact(text)), response, now);
}

/**
 * The error in an answer, by its code where it has one, else by its status.
 * @param error with the user's secrets taken out
 * @param now milliseconds since 1970, for `Retry-After` dates
 */
export function errorFromBody(
	error: ApiError | undefined,
	{ status, headers }: Pick<WireResponse, 'status' | 'headers'>,
	now: number,
): ImageError {
	const clean = (value: unknown) =>
		typeof value === 'string' && value !== '' ? value.slice(0, MAX_MESSAGE) : null;
	const code = typeof error?.code === 'number' ? String(error.code) : clean(error?.code);
	const kind =
		KIND_OF_CODE[code ?? ''] ??
		KIND_OF_STATUS[status] ??
		(status >= 500 ? 'server_error' : 'invalid_request');
	const details: ImageErrorDetails = {
		kind,
		message: messageFor({ kind, code }, clean(error?.message), status, headers),
		code,
		type: clean(error?.type),
		status,
		param: clean(error?.param),
		requestId: headers['x-request-id'] ?? null,
		noRetry: headers['x-should-retry'] === 'false' || partWithinLimit(String(error?.message)) !== undefined,
	};
	const retryAfterMs = waitingTime(headers, now);
	if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
	if (error?.moderation_details !== undefined) details.moderation = error.moderation_details;
	return new ImageError(details);
}

/** The error object of a JSON answer: `{error: {...}}`, or `{error: "text"}` as some servers write it. */
export function apiErrorIn(body: unknown): ApiError | undefined {
	let document = body;
	if (typeof body === 'string') {
		try {
			document = JSON.parse(body) as unknown;
		} catch {
			return undefined;
		}
	}
	const error = (document as { error?: unknown } | null)?.error;
	if (typeof error === 'string') return { message: error };
	return typeof error === 'object' && error !== null ? error : undefined;
}

function messageFor(
	{ kind, code }: { kind: ErrorKind; code: string | null },
	said: string | null,
	status: number,
	headers: Readonly<Record<string, string>>,
): string {
	// The server's own words repeat a part of the key.
	if (kind === 'authentication') {
		return `The API key was refused (HTTP ${status}). Check the key, organization and project in the credential.`;
	}
	if (status >= 300 && status < 400) {
		const target = URL.canParse(headers.location ?? '')
			? new URL(headers.location ?? '').origin
			: 'another address';
		return `The server redirects to ${target} (HTTP ${status}). Requests with a key are not redirected: put the final address into the credential's base URL.`;
	}
	const reason = said ?? `The server answered HTTP ${status} without a reason that can be read.`;
	const advice = ADVICE_OF_CODE[code ?? ''] ?? ADVICE[kind];
	return advice ? `${reason} ${advice}` : reason;
}

/** How long the server asks to wait, milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function waitingTime(headers: Readonly<Record<string, string>>, now: number): number | undefined {
	const inMs = Number.parseFloat(headers['retry-after-ms'] ?? '');
	if (inMs >= 0) return inMs;
	const after = headers['retry-after'];
	if (after === undefined) return undefined;
	const seconds = Number(after);
	if (after.trim() !== '' && seconds >= 0) return seconds * 1000;
	const date = Date.parse(after);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
