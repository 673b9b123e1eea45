import type { ServerResponse } from 'node:http';
import type { Charge } from './books';
import type { EventStream } from './streams/event-stream';

/** What is sent back. */
export interface Answer {
	status: number;
	contentType: string;
	body: Buffer | LongBody | PiecedBody;
	headers?: Record<string, string>;
	/** What is booked once the answer is begun. */
	charge?: Charge;
	/** Write the body in pieces of so many bytes, with chunked encoding. */
	pieceBytes?: number;
	/** Send only so many bytes of the body, then drop the connection. */
	cutAt?: number;
}

/** A body that is made as it is sent, because it is too large to be held. */
export interface LongBody {
	length: number;
	/** The bytes from `start` up to `end`. */
	subarray(start: number, end?: number): Buffer;
	/** How many bytes may be asked for at a time. */
	pieceBytes: number;
}

/** A body of unknown length that is made as it is sent. It goes out as it comes, with chunked encoding. */
export interface PiecedBody {
	pieces(): AsyncIterable<Buffer>;
}

/** Instead of an answer: the connection is dropped. */
export const hangUp = Symbol('hang up');

/** All that a route can answer. */
export type Reply = Answer | EventStream | typeof hangUp;

/** Whether an answer goes out bit by bit. */
export function isStream(answer: Answer | EventStream): answer is EventStream {
	return 'events' in answer;
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
	return { status, contentType: 'application/json', body: Buffer.from(JSON.stringify(value)), headers };
}

/**
 * Writes an answer.
 *
 * @param beforeLastByte called when the client still lacks something, so that nobody who has had a whole answer can
 *   be ahead of the books
 */
export async function write(
	response: ServerResponse,
	answer: Answer,
	headers: Record<string, string>,
	beforeLastByte: () => void,
): Promise<void> {
	const { body, cutAt, pieceBytes } = answer;
	const isPieced = 'pieces' in body;
	response.writeHead(answer.status, {
		'content-type': answer.contentType,
		...headers,
		...answer.headers,
		...(pieceBytes === undefined && !isPieced ? { 'content-length': body.length } : {}),
	});
	if (isPieced) {
		await writePieces(response, body, cutAt ?? Infinity);
		beforeLastByte();
		if (cutAt !== undefined) response.destroy();
		else response.end();
		return;
	}
	const end = cutAt ?? Math.max(0, body.length - 1);
	const step = pieceBytes ?? (Buffer.isBuffer(body) ? Math.max(1, end) : body.pieceBytes);
	for (let at = 0; at < end && !response.destroyed; at += step) {
		await flush(response, body.subarray(at, Math.min(at + step, end)));
	}
	beforeLastByte();
	if (cutAt !== undefined) response.destroy();
	else response.end(body.subarray(end));
}

async function writePieces(response: ServerResponse, body: PiecedBody, most: number): Promise<void> {
	let left = most;
	for await (const piece of body.pieces()) {
		if (response.destroyed || left <= 0) return;
		await flush(response, piece.subarray(0, left));
		left -= piece.length;
	}
}

/** Resolves when the bytes are with the operating system, or never will be. */
export function flush(response: ServerResponse, bytes: Buffer): Promise<void> {
	return new Promise((resolve) => response.write(bytes, () => resolve()));
}
