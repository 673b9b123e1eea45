import type { Reply } from './answer';
import { commission } from './commission';
import { readDirectives, Wishes } from './directives';
import type { Exchange } from './exchange';
import { failOnDemand } from './failures';
import { imageAnswer } from './image-answer';
import { imagesResponse } from './image-response';
import { imageStream } from './image-stream';
import type { ImageOrder } from './orders/order';

/**
 * Draws what was ordered for the Images API and answers with it, in the time the stand-in was told to take.
 *
 * @throws ApiError for a failure on demand, and 429 where the pace or the key's quota does not allow it
 */
export async function answerImages(exchange: Exchange, order: ImageOrder): Promise<Reply> {
	const { text, directives } = readDirectives(
		order.prompt,
		order.stream ? 'image stream' : 'images',
		'prompt',
	);
	const wishes = new Wishes(directives, exchange.entry?.attempt ?? 1);
	const failure = await failOnDemand(wishes, exchange);
	if (failure) return failure;
	const ordered = withPartials(order, wishes);
	const made = await commission(exchange, ordered, { paragraphs: [text] }, wishes);
	const response = imagesResponse(ordered, made.pictures, wishes, exchange.service);
	if (ordered.stream) return imageStream(ordered, made, response, wishes, exchange.requestId);
	return imageAnswer(response, made.headers, wishes);
}

/** The order with as many partial pictures as there will be. */
export function withPartials(order: ImageOrder, wishes: Wishes): ImageOrder {
	if (!order.stream || !wishes.has('fewer-partials')) return order;
	return { ...order, stream: { partials: Math.min(1, order.stream.partials) } };
}
