/** What the API puts under `error`. Match on `code`; `type` varies (as in the real API). */
export interface ErrorBody {
	message: string;
	type: string;
	param: string | null;
	code: string | null;
	moderation_details?: { moderation_stage: 'input' | 'output' | 'unknown'; categories: string[] };
}

/** A refusal: thrown anywhere, answered as `{error: {...}}` with this status and these extra headers. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly body: ErrorBody,
		readonly headers: Record<string, string> = {},
	) {
		super(body.message);
		this.name = 'ApiError';
	}
}

/**
 * Runs what refuses parameters by names that are not those of the request.
 *
 * @param names by the name in the refusal, the name in the request
 * @throws ApiError with the parameter's name in the request, also in its message
 */
export function underNames<Read>(names: (param: string) => string, read: () => Read): Read {
	try {
		return read();
	} catch (error) {
		throw renamed(error, names);
	}
}

/** A refusal with its parameter under another name; anything else as it is. */
export function renamed(error: unknown, names: (param: string) => string): unknown {
	if (!(error instanceof ApiError) || error.body.param === null) return error;
	const { param, message } = error.body;
	const name = names(param);
	const body = { ...error.body, param: name, message: message.replaceAll(`'${param}'`, `'${name}'`) };
	return new ApiError(error.status, body, error.headers);
}

/** A request that is malformed: 400 `invalid_request_error`. */
export function invalidRequest(message: string, param: string | null, code: string | null): ApiError {
	return new ApiError(400, { message, type: 'invalid_request_error', param, code });
}

/**
 * A request that is well-formed but that the image model will not take: 400 with the type that OpenAI uses for
 * sizes, backgrounds and moderation alike.
 */
export function imageUserError(message: string, param: string | null, code = 'invalid_value'): ApiError {
	return new ApiError(400, { message, type: 'image_generation_user_error', param, code });
}

/** 429 that no waiting cures. */
export function insufficientQuota(): ApiError {
	return new ApiError(429, {
		message:
			'You exceeded your current quota, please check your plan and billing details. For more information on ' +
			'this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
		type: 'insufficient_quota',
		param: null,
		code: 'insufficient_quota',
	});
}

/** 429 worth waiting for; the headers say how long. */
export function rateLimitExceeded(message: string, headers: Record<string, string>): ApiError {
	return new ApiError(
		429,
		{ message, type: 'input-images', param: null, code: 'rate_limit_exceeded' },
		headers,
	);
}

/** The safety system's refusal of a prompt. Its message names the request, as the real one does. */
export function moderationBlocked(requestId: string): ApiError {
	return new ApiError(400, {
		message:
			'Your request was rejected by the safety system. If you believe this is an error, contact us at ' +
			`help.openai.com and include the request ID ${requestId}.`,
		type: 'image_generation_user_error',
		param: null,
		code: 'moderation_blocked',
		moderation_details: { moderation_stage: 'input', categories: ['other'] },
	});
}

/**
 * What ends a stream as a failure.
 *
 * @param code `server_error` where it is null
 */
export function streamError(code: string | null, requestId: string): ErrorBody {
	if (code === 'moderation_blocked') return moderationBlocked(requestId).body;
	return {
		message:
			'An error occurred while processing your request. You can retry your request, or contact us through our ' +
			`help center at help.openai.com if the error persists. Please include the request ID ${requestId} in your ` +
			'message.',
		type: 'server_error',
		param: null,
		code: code ?? 'server_error',
	};
}

/**
 * A model that is unknown, retired, or not out yet: 404 `model_not_found`.
 *
 * The image endpoints have also been seen to say this as 400 `image_generation_user_error` / `invalid_value`
 * with the same sentence (third parties, August and September 2026), so a client should not depend on the status.
 */
export function modelNotFound(model: string): ApiError {
	return new ApiError(404, {
		message: `The model '${model}' does not exist or you do not have access to it.`,
		type: 'invalid_request_error',
		param: 'model',
		code: 'model_not_found',
	});
}

/** What an OpenAI error of this status says when nothing more particular is known. */
export function errorOfStatus(status: number): ApiError {
	const [type, code, message] = wordings[status] ?? [
		status >= 500 ? 'server_error' : 'invalid_request_error',
		null,
		`The stand-in was asked to answer ${status}.`,
	];
	return new ApiError(status, { message, type, param: null, code });
}

const wordings: Record<number, [type: string, code: string | null, message: string]> = {
	401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
	403: ['invalid_request_error', 'missing_scope', 'You have insufficient permissions for this operation.'],
	408: ['invalid_request_error', 'request_timeout', 'Request timed out.'],
	409: ['invalid_request_error', 'conflict', 'The resource was changed by another request.'],
	429: ['requests', 'rate_limit_exceeded', 'Rate limit reached. Please try again later.'],
	500: [
		'server_error',
		null,
		'The server had an error processing your request. Sorry about that! You can retry your request, or ' +
			'contact us through our help center at help.openai.com if you keep seeing this error.',
	],
	502: ['server_error', 'bad_gateway', 'Bad gateway.'],
	503: ['service_unavailable_error', 'slow_down', 'That model is currently overloaded with other requests.'],
	504: ['server_error', 'gateway_timeout', 'Gateway timeout.'],
};
