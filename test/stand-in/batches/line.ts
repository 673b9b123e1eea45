import { randomUUID } from 'node:crypto';
import type { Charge } from '../books';
import { readDirectives, Wishes } from '../directives';
import { ApiError, invalidRequest } from '../errors';
import type { Exchange, Service } from '../exchange';
import { failOnDemand } from '../failures';
import { authorUsage, tokenPrice, usageOf } from '../image-response';
import { readEdit } from '../orders/from-images';
import type { ImageOrder } from '../orders/order';
import type { Usage } from '../prices';
import { readGeneration } from '../routes/generations';
import type { BatchEndpoint } from './create-request';
import type { RequestLine } from './input-file';
import type { Painter } from './painter';

/** A request of a batch that was found good. Its pictures are drawn when the results are read. */
export interface GoodOrder {
	order: ImageOrder;
	/** The prompt without its directives. */
	text: string;
	/** At half the price. */
	charge: Charge;
	usage: Usage;
}

/** A request of a batch, worked. */
export interface WorkedLine {
	/** `batch_req_...` */
	id: string;
	requestId: string;
	customId: string;
	wishes: Wishes;
	outcome: GoodOrder | ApiError;
}

/** What the lines of a batch share. */
export interface Workshop {
	service: Service;
	key: string;
	endpoint: BatchEndpoint;
	painter: Painter;
	signal: AbortSignal;
}

/** Takes a request as far as its order, as the endpoint itself does. */
export async function workLine({ customId, body }: RequestLine, workshop: Workshop): Promise<WorkedLine> {
	const line: WorkedLine = {
		id: `batch_req_${hex()}`,
		requestId: hex(),
		customId,
		wishes: new Wishes([], 1),
		outcome: new ApiError(500, { message: 'Not worked', type: 'server_error', param: null, code: null }),
	};
	try {
		line.outcome = await goodOrder(line, body, workshop);
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		line.outcome = error;
	}
	return line;
}

async function goodOrder(
	line: WorkedLine,
	body: RequestLine['body'],
	workshop: Workshop,
): Promise<GoodOrder> {
	const { service, key, painter, signal } = workshop;
	const order = await readOrder(body, workshop);
	if (order.stream) throw invalidRequest('Streaming is not supported in a batch.', 'stream', 'invalid_value');
	const { text, directives } = readDirectives(order.prompt, 'batch line', 'prompt');
	line.wishes = new Wishes(directives, service.books.attempt(order.prompt));
	await failOnDemand(line.wishes, { requestId: line.requestId, signal });
	service.quotas.take(key, order.n);
	const usage = usageOf(order);
	const author = order.author ? authorUsage(order, await painter.paint(order, text)) : null;
	const images = line.wishes.has('empty') ? 0 : order.n;
	return { order, text, usage, charge: { images, nanoDollars: tokenPrice(order.model, usage, author) / 2 } };
}

async function readOrder(
	value: RequestLine['body'],
	{ service, key, endpoint, signal }: Workshop,
): Promise<ImageOrder> {
	if (endpoint === '/v1/images/generations') return readGeneration(value, service.models);
	const body: Exchange['body'] = { empty: false, type: 'application/json', value, repeated: [], files: [] };
	return await readEdit({ service, key, signal, body, entry: null });
}

function hex(): string {
	return randomUUID().replaceAll('-', '');
}
