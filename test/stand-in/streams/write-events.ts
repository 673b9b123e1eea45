import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush } from '../answer';
import { frame } from './event-stream';
import type { EventStream } from './event-stream';

/**
 * Writes a stream, each event at its time.
 *
 * @param signal aborted when the client goes away
 * @param onLast called before any of the last event goes out
 * @param beforeLastByte called when the client still lacks something, so that nobody who has had a whole answer can
 *   be ahead of the books
 */
export async function writeEvents(
	response: ServerResponse,
	{ events, headers, wishes }: EventStream,
	commonHeaders: Record<string, string>,
	{ signal, onLast, beforeLastByte }: { signal: AbortSignal; onLast(): void; beforeLastByte(): void },
): Promise<void> {
	response.writeHead(200, {
		'content-type': 'text/event-stream; charset=utf-8',
		'cache-control': 'no-cache',
		...commonHeaders,
		...headers,
	});
	response.flushHeaders();
	const step = wishes.number('chunked') ?? Infinity;
	const last = events.at(-1);
	for (const event of events) {
		await sleep(Math.max(0, event.atMs - performance.now()), undefined, { signal }).catch(() => undefined);
		if (signal.aborted) return;
		const bytes = frame(event, wishes);
		if (event !== last) {
			await send(response, bytes, step);
			continue;
		}
		onLast();
		const cut = wishes.has('stream-cut');
		const end = cut ? Math.floor(bytes.length / 2) : bytes.length - 1;
		await send(response, bytes.subarray(0, end), step);
		beforeLastByte();
		if (cut) response.destroy();
		else response.end(bytes.subarray(end));
	}
	if (last) return;
	onLast();
	beforeLastByte();
	response.end();
}

async function send(response: ServerResponse, bytes: Buffer, step: number): Promise<void> {
	for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
		await flush(response, bytes.subarray(at, Math.min(at + step, bytes.length)));
	}
}
