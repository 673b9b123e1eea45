import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './errors';

/** Every key that begins so is good. */
const prefix = 'sk-stand-in';

/** A key that works, for those who have no reason to choose one. */
export const demoKey = `${prefix}-demo`;

/**
 * The key of a request: `Authorization: Bearer`, or `api-key` as Azure has it.
 *
 * @throws ApiError 401 where there is none or it is wrong, 403 for `sk-stand-in-forbidden`
 */
export function authorise(headers: IncomingHttpHeaders): string {
	const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
	const azure = headers['api-key'];
	const key = bearer?.trim() ?? (typeof azure === 'string' ? azure.trim() : undefined);
	if (!key) throw unauthorised(missingKey, null);
	if (!key.startsWith(prefix)) {
		throw unauthorised(
			`Incorrect API key provided: ${masked(key)}. You can find your API key at ` +
				'https://platform.openai.com/account/api-keys.',
			'invalid_api_key',
		);
	}
	if (key === `${prefix}-forbidden`) {
		throw new ApiError(403, {
			message:
				'You have insufficient permissions for this operation. Missing scopes: model.request. Check that you ' +
				'have the correct role in your organization and project, and if you are using a restricted API key, ' +
				'that it has the necessary scopes.',
			type: 'invalid_request_error',
			param: null,
			code: 'missing_scope',
		});
	}
	return key;
}

/** How many images a key may make before its quota is used up: `sk-stand-in-quota`, `sk-stand-in-quota-after-5`. */
export function quotaOf(key: string): number {
	const match = /^sk-stand-in-quota(?:-after-(\d+))?$/.exec(key);
	return match ? Number(match[1] ?? 0) : Infinity;
}

/** The key as the real API gives it back in its message: enough of it left to be worth hiding. */
function masked(key: string): string {
	if (key.length <= 12) return `${key.slice(0, 2)}${'*'.repeat(Math.max(0, key.length - 2))}`;
	return `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}

function unauthorised(message: string, code: string | null): ApiError {
	return new ApiError(401, { message, type: 'invalid_request_error', param: null, code });
}

const missingKey =
	"You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
	"(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the " +
	'API from your browser and are prompted for a username and password. You can obtain an API key from ' +
	'https://platform.openai.com/account/api-keys.';
