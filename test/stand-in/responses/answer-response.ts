import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from '../answer';
import { commission, delayOf } from '../commission';
import type { Commission } from '../commission';
import { readDirectives, Wishes, withoutDirectives } from '../directives';
import { streamError } from '../errors';
import type { Exchange } from '../exchange';
import { failOnDemand } from '../failures';
import { writtenOut } from '../image-answer';
import { withPartials } from '../images';
import type { Fields } from '../parameters';
import { gather } from './context';
import type { Context } from './context';
import { readImageTool } from './image-tool';
import type { ImageTool } from './image-tool';
import { newId } from './ids';
import { instructionsOf } from './input-items';
import { makeResponse } from './made-response';
import type { MadeResponse } from './made-response';
import { decide } from './outcome';
import type { Outcome } from './outcome';
import { begunResponse } from './response-body';
import { responseEvents, upToPicture } from './response-events';
import { readResponseRequest } from './response-request';

/**
 * Answers a request with the image tool, in the time the stand-in was told to take.
 *
 * @throws ApiError for a request that will not do, for a failure on demand, and 429 where the pace or the key's quota
 *   does not allow it
 */
export async function answerResponse(exchange: Exchange, fields: Fields): Promise<Reply> {
	const { service, requestId } = exchange;
	const request = readResponseRequest(fields, service.models);
	const asked = instructionsOf(request.items);
	const newest = asked.at(-1) ?? '';
	const kind = request.stream ? 'response stream' : 'response';
	const { text: instruction, directives } = readDirectives(newest, kind, 'input');
	const tool = readImageTool(request, newest, service.models);
	const texts = [...asked.slice(0, -1).map(withoutDirectives), instruction];
	const context = await gather(exchange, request, tool, texts);
	const wishes = new Wishes(directives, exchange.entry?.attempt ?? 1);
	const failure = await failOnDemand(wishes, exchange);
	if (failure) return failure;

	const outcome = decide(wishes, request);
	const begun = begunResponse(newId('resp'), Math.floor(Date.now() / 1000), request, tool);
	const ordered = { ...context, order: orderFor(context, tool, request.stream, wishes) };
	const made = await carryOut(exchange, outcome, ordered, wishes);
	const response = makeResponse({
		begun,
		request,
		context: ordered,
		outcome,
		picture: outcome.kind === 'image' ? (made.pictures[0] ?? null) : null,
		instruction,
		wishes,
		requestId,
	});
	const remember = () => rememberResponse(exchange, response);
	if (request.stream) return streamed(response, made, wishes, requestId, remember);
	remember();
	return writtenOut(response.body(), response.charge ?? undefined, made.headers, wishes);
}

/** The order as it is drawn: of a stream with its partial pictures, also where the model knows of no streams. */
function orderFor(
	{ order }: Context,
	{ order: asked }: ImageTool,
	stream: boolean,
	wishes: Wishes,
): Context['order'] {
	return withPartials({ ...order, stream: stream ? (asked.stream ?? { partials: 0 }) : null }, wishes);
}

/** Takes the time and, where there is a picture, draws it. A call that fails counts for the pace all the same. */
async function carryOut(
	exchange: Exchange,
	outcome: Outcome,
	{ order, instructions }: Context,
	wishes: Wishes,
): Promise<Commission> {
	const { service, key, signal } = exchange;
	if (outcome.kind === 'image') {
		const paragraphs = instructions.map(({ text }, index) => `${index + 1}. ${text}`);
		return await commission(exchange, order, { paragraphs, turn: paragraphs.length }, wishes);
	}
	const begun = performance.now();
	const headers = outcome.kind === 'call failed' ? service.pace.take(key, order.model.id, 1) : {};
	// A key whose quota is used up gets no answer at all.
	service.quotas.take(key, 1)();
	const lasts = delayOf(exchange, order.model.id, wishes);
	if (!order.stream) await sleep(lasts, undefined, { signal });
	return { pictures: [], headers, at: (share) => begun + share * lasts, giveBack: () => undefined };
}

function rememberResponse({ service, key, entry }: Exchange, { stored, body }: MadeResponse): void {
	if (entry) entry.responseId = body().id;
	if (stored) service.responses.add({ ...stored, key });
}

function streamed(
	response: MadeResponse,
	made: Commission,
	wishes: Wishes,
	requestId: string,
	remember: () => void,
): Reply {
	const { begun, body, charge } = response;
	const error = wishes.has('stream-error') ? streamError(wishes.text('stream-error'), requestId) : null;
	const partials = (made.pictures[0]?.partials ?? []).map((bytes) => bytes.toString('base64'));
	const told = responseEvents(begun, body(), { partials, at: made.at, error });
	const events = wishes.text('stream-cut') === 'early' ? upToPicture(told) : told;
	const common = { events, headers: made.headers, wishes, onAbandoned: made.giveBack };
	if (error) return { ...common, onLast: made.giveBack };
	return { ...common, ...(charge ? { charge } : {}), onLast: remember };
}
