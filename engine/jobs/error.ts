/**
 * What went wrong, by what can be done about it.
 *
 * Worth another try: `rate_limit`, `server_error`, `connection` (nothing was sent), and, where the user takes the risk of
 * paying twice, `interrupted` (lost after sending) and `timeout`. They are also the values of the nodes' `retryOn`.
 *
 * Not worth one: `validation` (found before sending), `invalid_request`, `permission`, `moderation`, `not_found`,
 * `invalid_response` (the server answered with something that holds no image), `text_answer` (the model of a conversation
 * answered with words instead of an image).
 *
 * End of the run: `authentication`, `quota`, `storage` (an image arrived and could not be kept: the next one would be lost too).
 *
 * Never sent: `budget`, `cancelled`.
 */
export type ErrorKind =
	| 'rate_limit'
	| 'server_error'
	| 'connection'
	| 'interrupted'
	| 'timeout'
	| 'validation'
	| 'invalid_request'
	| 'permission'
	| 'moderation'
	| 'not_found'
	| 'invalid_response'
	| 'text_answer'
	| 'authentication'
	| 'quota'
	| 'storage'
	| 'budget'
	| 'cancelled';

export const RETRYABLE_KINDS = [
	'rate_limit',
	'server_error',
	'connection',
	'interrupted',
	'timeout',
] as const;
export type RetryableKind = (typeof RETRYABLE_KINDS)[number];

/** Whether the same request may succeed later. */
export function isRetryable(kind: ErrorKind): kind is RetryableKind {
	return (RETRYABLE_KINDS as readonly string[]).includes(kind);
}

/** Errors that no waiting cures and that every further request would meet as well. */
export function endsRun(kind: ErrorKind): boolean {
	return kind === 'authentication' || kind === 'quota' || kind === 'storage';
}

export interface ImageErrorDetails {
	kind: ErrorKind;
	/** A sentence for the user. */
	message: string;
	/** The API's `error.code`, or one of ours. */
	code?: string | null;
	/** The API's `error.type`. */
	type?: string | null;
	/** HTTP status. */
	status?: number | null;
	/** The field that is to blame, by the API's name. */
	param?: string | null;
	requestId?: string | null;
	/** The server's word on how long to wait, milliseconds. */
	retryAfterMs?: number;
	/** The server's word that a retry is of no use. */
	noRetry?: boolean;
	/** The request may have been carried out and billed although no answer arrived. */
	maybeBilled?: boolean;
	/** The turn of a conversation that came to words instead of an image: a next turn can answer it. */
	responseId?: string | null;
	/** What the moderation objected to. */
	moderation?: unknown;
}

/** A failed image job. Its message never holds a secret: whoever makes one sees to that. */
export class ImageError extends Error {
	override readonly name = 'ImageError';
	readonly kind: ErrorKind;
	readonly details: ImageErrorDetails;

	constructor(details: ImageErrorDetails) {
		super(details.message);
		this.kind = details.kind;
		this.details = details;
	}
}

/** Whatever was thrown, as an error of ours. What is not one may have come after a request was billed. */
export function asImageError(thrown: unknown): ImageError {
	if (thrown instanceof ImageError) return thrown;
	return new ImageError({
		kind: 'invalid_response',
		code: 'unexpected_error',
		message: thrown instanceof Error ? thrown.message : String(thrown),
		maybeBilled: true,
	});
}
