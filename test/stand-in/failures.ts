import { setTimeout as sleep } from 'node:timers/promises';
import { hangUp } from './answer';
import type { Answer } from './answer';
import type { Directive, Wishes } from './directives';
import { errorOfStatus, insufficientQuota, moderationBlocked, rateLimitExceeded } from './errors';
import type { Exchange } from './exchange';
import { retryHeaders } from './pace';

/** The directives that make a request fail. The first that holds decides. */
const failures = ['status', 'html', 'rate-limit', 'quota', 'moderation', 'reset'] as const;

type Failure = Directive & { name: (typeof failures)[number] };

/**
 * The failure that a prompt asks for, null where it asks for none. It comes at once, unless the prompt has a
 * `[[delay]]` of its own.
 *
 * @throws ApiError unless the failure is a page of HTML or no answer at all
 */
export async function failOnDemand(
	wishes: Wishes,
	{ requestId, signal }: Pick<Exchange, 'requestId' | 'signal'>,
): Promise<Answer | typeof hangUp | null> {
	const failure = wishes.first(failures);
	if (!failure) return null;
	await sleep(wishes.number('delay') ?? 0, undefined, { signal });
	return fail(failure, requestId);
}

function fail({ name, number }: Failure, requestId: string): Answer | typeof hangUp {
	switch (name) {
		case 'status':
			throw errorOfStatus(number ?? 500);
		case 'html':
			return htmlAnswer(number ?? 502);
		case 'rate-limit':
			throw rateLimitExceeded(
				'Rate limit reached in organization org-stand-in on input-images per min, as the prompt asked.',
				number === null ? {} : waitingTime(number),
			);
		case 'quota':
			throw insufficientQuota();
		case 'moderation':
			throw moderationBlocked(requestId);
		case 'reset':
			return hangUp;
	}
}

/** Whole seconds go out as `retry-after` alone, others as `retry-after-ms` alone, so that both get read. */
function waitingTime(seconds: number): Record<string, string> {
	const headers = retryHeaders(Math.round(seconds * 1000));
	const name = Number.isInteger(seconds) ? 'retry-after' : 'retry-after-ms';
	return { [name]: headers[name] };
}

/** What a proxy in front of the API says when it cannot reach it. */
function htmlAnswer(status: number): Answer {
	const page = `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n</body>\r\n</html>\r\n`;
	return { status, contentType: 'text/html', body: Buffer.from(page) };
}
