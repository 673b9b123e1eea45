import { setTimeout as sleep } from 'node:timers/promises';
import type { Wishes } from './directives';
import { drawPictures } from './drawing/picture';
import type { Inscription, Picture } from './drawing/picture';
import type { Exchange } from './exchange';
import type { ImageOrder } from './orders/order';

/** An order's pictures, drawn within what the key may have. */
export interface Commission {
	pictures: Picture[];
	/** The pace's `x-ratelimit-*`. */
	headers: Record<string, string>;
	/** When the part `share` (0 to 1) of the time is over that the request takes, in ms on the monotonic clock. */
	at(share: number): number;
	/** For a stream that nobody waited for: its images do not count against the key's quota. */
	giveBack(): void;
}

/**
 * Draws what was ordered in the time the stand-in was told to take; drawing happens within that time. A stream's
 * pictures are ready before their time, for its events to be sent at theirs.
 *
 * @throws ApiError 429 where the pace or the key's quota does not allow it, 400 for an image that cannot be read
 */
export async function commission(
	exchange: Exchange,
	order: ImageOrder,
	inscription: Inscription,
	wishes: Wishes,
): Promise<Commission> {
	const { service, key, signal } = exchange;
	const begun = performance.now();
	const headers = service.pace.take(key, order.model.id, order.n);
	const giveBack = service.quotas.take(key, order.n);
	const lasts = delayOf(exchange, order.model.id, wishes);
	try {
		const [pictures] = await Promise.all([
			drawPictures(order, inscription, service.imageBytes),
			sleep(order.stream ? 0 : lasts, undefined, { signal }),
		]);
		// Drawing does not stop when the client goes away, it only goes unpaid.
		signal.throwIfAborted();
		return { pictures, headers, at: (share) => begun + share * lasts, giveBack };
	} catch (error) {
		giveBack();
		throw error;
	}
}

/** How long a request takes, in ms: what its prompt says, else what the stand-in was told. */
export function delayOf({ service, entry }: Exchange, model: string, wishes: Wishes): number {
	const index = entry ? service.books.entries.indexOf(entry) : 0;
	return wishes.number('delay') ?? service.delayMs({ prompt: entry?.prompt ?? '', model, index });
}
