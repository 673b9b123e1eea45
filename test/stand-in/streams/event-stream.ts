import type { Charge } from '../books';
import type { Wishes } from '../directives';
import { jsonText } from '../json-text';

/** One server-sent event. */
export interface StreamEvent {
	/** Its `event:` line; null for none, as chat completions have it. */
	name: string | null;
	/** What goes out as JSON; the sentinel as it is. */
	data: object | '[DONE]';
	/** When it goes out, in ms on the monotonic clock. */
	atMs: number;
}

/** An answer in server-sent events. Its status is 200: what fails before the first one is no stream. */
export interface EventStream {
	events: StreamEvent[];
	headers?: Record<string, string>;
	wishes: Wishes;
	/** What is booked once the last event is begun. */
	charge?: Charge;
	/** Called then too, before any client can have the whole of it. */
	onLast?(): void;
	/** Called where the client went away before. */
	onAbandoned?(): void;
}

/** An event as it stands in the stream, in the manner that the prompt asked for. */
export function frame({ name, data }: StreamEvent, wishes: Wishes): Buffer {
	const odd = wishes.has('stream-crlf');
	const lines = data === '[DONE]' ? [data] : linesOf(data, wishes, odd);
	const all = [
		...(odd ? [': keep-alive', ''] : []),
		...(name === null ? [] : [`event: ${name}`]),
		...lines.map((line) => `data: ${line}`),
		'',
	];
	const end = odd ? '\r\n' : '\n';
	return Buffer.from(all.map((line) => line + end).join(''));
}

/** JSON in lines of which each becomes a `data:` of its own: one, unless the prompt asked for more. */
function linesOf(data: object, wishes: Wishes, split: boolean): string[] {
	if (!split || wishes.has('pretty')) return jsonText(data, wishes).split('\n');
	const fields = Object.entries(data).filter(([, value]) => value !== undefined);
	const last = fields.length - 1;
	const inner = fields.map(
		([name, value], index) => `${JSON.stringify(name)}:${jsonText(value, wishes)}${index < last ? ',' : ''}`,
	);
	return ['{', ...inner, '}'];
}
