import type {
	ResponseErrorEvent,
	ResponseOutputItem,
	ResponseOutputMessage,
	ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import type { ErrorBody } from '../errors';
import type { StreamEvent } from '../streams/event-stream';
import { asResponse } from './response-body';
import type { ImageCall, OutputItem, ResponseBody } from './response-body';

/** `Omit` that keeps the members of a union apart. */
type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'sequence_number'> : never;

/** Events in their order, numbered as they are added. */
export class Script {
	readonly events: StreamEvent[] = [];

	/** @param atMs when it goes out, on the monotonic clock */
	add(event: Unnumbered<ResponseStreamEvent>, atMs: number): void {
		this.events.push({
			name: event.type,
			data: { ...event, sequence_number: this.events.length },
			atMs,
		});
	}
}

/** What a stream tells besides the response. */
export interface Telling {
	/** Base64 of the pictures on the way. */
	partials: string[];
	/** When the part `share` (0 to 1) of the time is over, in ms on the monotonic clock. */
	at(share: number): number;
	/** Instead of an end: it stops with this once the picture is begun. */
	error: ErrorBody | null;
}

/**
 * A response in events.
 *
 * @param begun the response when it was created
 * @param ended the same when all is done
 */
export function responseEvents(
	begun: ResponseBody,
	ended: ResponseBody,
	{ partials, at, error }: Telling,
): StreamEvent[] {
	const script = new Script();
	script.add({ type: 'response.created', response: asResponse(begun) }, at(0));
	script.add({ type: 'response.in_progress', response: asResponse(begun) }, at(0));
	for (const [index, item] of (ended.output as OutputItem[]).entries()) {
		if (item.type === 'image_generation_call') {
			tellBegunCall(script, item, index, partials, at);
			if (error) break;
		}
		if (item.type === 'message' && error) break;
		tellItem(script, item, index, at);
	}
	if (error) {
		const { code, message } = error;
		const event: Unnumbered<ResponseErrorEvent> = { type: 'error', code, message, param: null };
		script.add(event, at(1));
	} else {
		script.add({ type: endOf(ended), response: asResponse(ended) }, at(1));
	}
	return script.events;
}

/** The events as far as the first that has the finished picture; all of them where none has. */
export function upToPicture(events: StreamEvent[]): StreamEvent[] {
	const at = events.findIndex(({ data }) => {
		const event = data as ResponseStreamEvent;
		return event.type === 'response.output_item.done' && event.item.type === 'image_generation_call';
	});
	return at < 0 ? events : events.slice(0, at + 1);
}

function endOf({ status }: ResponseBody) {
	if (status === 'failed') return 'response.failed';
	return status === 'incomplete' ? 'response.incomplete' : 'response.completed';
}

function tellBegunCall(
	script: Script,
	call: ImageCall,
	index: number,
	partials: string[],
	at: Telling['at'],
): void {
	const place = { item_id: call.id, output_index: index };
	const { id, type, background, output_format, quality, size } = call;
	const item = { id, type, status: 'in_progress', result: null } as const;
	script.add({ type: 'response.output_item.added', output_index: index, item }, at(0));
	script.add({ type: 'response.image_generation_call.in_progress', ...place }, at(0));
	script.add({ type: 'response.image_generation_call.generating', ...place }, at(0));
	for (const [number, text] of partials.entries()) {
		script.add(
			{
				type: 'response.image_generation_call.partial_image',
				...place,
				partial_image_b64: text,
				partial_image_index: number,
				...(background ? { background } : {}),
				...(output_format ? { output_format } : {}),
				...(quality ? { quality } : {}),
				...(size ? { size } : {}),
			},
			at((number + 1) / (partials.length + 1)),
		);
	}
}

/** The rest of a call, or the whole of another item. */
function tellItem(script: Script, item: OutputItem, index: number, at: Telling['at']): void {
	const done: ResponseOutputItem = item;
	switch (item.type) {
		case 'reasoning':
			script.add(
				{
					type: 'response.output_item.added',
					output_index: index,
					item: { ...item, status: 'in_progress' },
				},
				at(0),
			);
			script.add({ type: 'response.output_item.done', output_index: index, item: done }, at(0));
			return;
		case 'image_generation_call':
			if (item.status === 'completed') {
				script.add(
					{
						type: 'response.image_generation_call.completed',
						item_id: item.id,
						output_index: index,
					},
					at(1),
				);
			}
			script.add({ type: 'response.output_item.done', output_index: index, item: done }, at(1));
			return;
		case 'message':
			tellMessage(script, item, index, at(1));
	}
}

/** A message, word for word. */
export function tellMessage(script: Script, item: ResponseOutputMessage, index: number, atMs: number): void {
	const added: ResponseOutputMessage = { ...item, status: 'in_progress', content: [] };
	script.add({ type: 'response.output_item.added', output_index: index, item: added }, atMs);
	for (const [number, part] of item.content.entries()) {
		const place = { item_id: item.id, output_index: index, content_index: number };
		const isText = part.type === 'output_text';
		const empty = isText ? { ...part, text: '' } : { ...part, refusal: '' };
		script.add({ type: 'response.content_part.added', ...place, part: empty }, atMs);
		for (const delta of wordsOf(isText ? part.text : part.refusal)) {
			if (isText) script.add({ type: 'response.output_text.delta', ...place, delta, logprobs: [] }, atMs);
			else script.add({ type: 'response.refusal.delta', ...place, delta }, atMs);
		}
		if (isText) {
			const { text } = part;
			script.add({ type: 'response.output_text.done', ...place, text, logprobs: [] }, atMs);
		} else {
			script.add({ type: 'response.refusal.done', ...place, refusal: part.refusal }, atMs);
		}
		script.add({ type: 'response.content_part.done', ...place, part }, atMs);
	}
	script.add({ type: 'response.output_item.done', output_index: index, item }, atMs);
}

/** A text in the pieces that it is written in; together they are the text. */
function wordsOf(text: string): string[] {
	return text.match(/\S+\s*|\s+/g) ?? [];
}
