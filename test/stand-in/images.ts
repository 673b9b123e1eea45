import { setTimeout as sleep } from 'node:timers/promises';
import { hangUp } from './answer';
import type { Answer } from './answer';
import { readDirectives, Wishes } from './directives';
import type { Directive } from './directives';
import { drawPictures } from './drawing/picture';
import { errorOfStatus, insufficientQuota, moderationBlocked, rateLimitExceeded } from './errors';
import type { Exchange } from './exchange';
import { imageAnswer } from './image-answer';
import { imagesResponse } from './image-response';
import type { ImageOrder } from './orders/order';
import { retryHeaders } from './pace';

/** The directives that make a request fail. The first that holds decides. */
const failures = ['status', 'html', 'rate-limit', 'quota', 'moderation', 'reset'] as const;

type Failure = Directive & { name: (typeof failures)[number] };

/**
 * Draws what was ordered and answers with it, in the time the stand-in was told to take: drawing happens within that
 * time. A failure on demand comes at once, unless the prompt has a `[[delay]]` of its own.
 *
 * @throws ApiError for a failure on demand, and 429 where the pace or the key's quota does not allow it
 */
export async function answerImages(exchange: Exchange, order: ImageOrder): Promise<Answer | typeof hangUp> {
	const { service, entry, key, signal } = exchange;
	const { text, directives } = readDirectives(order.prompt);
	const wishes = new Wishes(directives, entry?.attempt ?? 1);
	const ownDelay = wishes.number('delay');
	const failure = wishes.first(failures);
	if (failure) {
		await sleep(ownDelay ?? 0, undefined, { signal });
		return fail(failure, exchange.requestId);
	}

	const headers = service.pace.take(key, order.model.id, order.n);
	const giveBack = service.quotas.take(key, order.n);
	const index = entry ? service.books.entries.indexOf(entry) : 0;
	const delayMs = ownDelay ?? service.delayMs({ prompt: order.prompt, model: order.model.id, index });
	try {
		const [pictures] = await Promise.all([
			drawPictures(order, text, service.imageBytes),
			sleep(delayMs, undefined, { signal }),
		]);
		// Drawing does not stop when the client goes away, it only goes unpaid.
		signal.throwIfAborted();
		const made = imagesResponse(order, pictures, wishes, service);
		return imageAnswer(made, headers, wishes);
	} catch (error) {
		giveBack();
		throw error;
	}
}

/** @throws ApiError unless the failure is a page of HTML or no answer at all */
function fail(failure: Failure, requestId: string): Answer | typeof hangUp {
	const { name, number } = failure;
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
