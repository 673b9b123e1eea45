import { ImageError } from '../jobs/error';
import { JsonImageReader, type FoundImage } from './jsonImages';
import type { SpareBuffers } from './spareBuffers';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const LINE_FEED = Buffer.from('\n');
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Longer than the name of any field that means something. */
const LONGEST_FIELD = 8;
const LONGEST_NAME = 200;

/** An event of a stream. Its images are taken out of the data, where their numbers stand for them. */
export interface StreamEvent {
	/** Of its `event` line; empty where it has none. */
	name: string;
	data: unknown;
	images: FoundImage[];
}

/**
 * Reads server-sent events as the HTML standard has them: lines that end with LF, CR or CRLF, several `data` lines, comments,
 * an optional byte-order mark, cut anywhere. Of an event's data only one image and the rest without it are held.
 */
export class EventStreamReader {
	/** Where in a line the next byte is. `value` is that of `data` or `event`, `skipped` any other. */
	private place: 'field' | 'afterColon' | 'value' | 'skipped' = 'field';
	private field = '';
	private afterCarriageReturn = false;
	private markBytes = 0;
	private name = '';
	private data: JsonImageReader | undefined;
	private images: FoundImage[] = [];
	private events: StreamEvent[] = [];

	/**
	 * @param imageKeys the names of the strings that hold images
	 * @param redact takes the user's secrets out of a text
	 * @param spare buffers to use again
	 */
	constructor(
		private readonly imageKeys: ReadonlySet<string>,
		private readonly redact: (text: string) => string = (text) => text,
		private readonly spare?: SpareBuffers,
	) {}

	/**
	 * @returns the events that ended in this piece
	 * @throws ImageError `invalid_response` for data that are no JSON
	 */
	push(piece: Uint8Array): StreamEvent[] {
		const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
		let position = this.skipMark(chunk);
		while (position < chunk.length) {
			const byte = chunk[position] as number;
			if (byte === LF && this.afterCarriageReturn) {
				this.afterCarriageReturn = false;
				position++;
			} else if (byte === CR || byte === LF) {
				this.afterCarriageReturn = byte === CR;
				this.endLine();
				position++;
			} else {
				this.afterCarriageReturn = false;
				position = this.readLine(chunk, position);
			}
		}
		const events = this.events;
		this.events = [];
		return events;
	}

	/** A byte-order mark at the very beginning says nothing. */
	private skipMark(chunk: Buffer): number {
		let position = 0;
		while (this.markBytes < BYTE_ORDER_MARK.length && position < chunk.length) {
			if (chunk[position] !== BYTE_ORDER_MARK[this.markBytes]) this.markBytes = BYTE_ORDER_MARK.length;
			else {
				this.markBytes++;
				position++;
			}
		}
		return position;
	}

	/** Reads what of the line is in the chunk, up to its end. */
	private readLine(chunk: Buffer, start: number): number {
		if (this.place === 'field') return this.readField(chunk, start);
		if (this.place === 'afterColon') {
			this.place = 'value';
			if (chunk[start] === SPACE) return start + 1;
		}
		const end = endOfLine(chunk, start);
		if (this.place === 'value') this.takeValue(chunk.subarray(start, end));
		return end;
	}

	private readField(chunk: Buffer, start: number): number {
		const byte = chunk[start] as number;
		if (byte !== COLON) {
			if (this.field.length < LONGEST_FIELD) this.field += String.fromCharCode(byte);
			return start + 1;
		}
		this.beginValue();
		return start + 1;
	}

	private beginValue(): void {
		this.place = this.field === 'data' || this.field === 'event' ? 'afterColon' : 'skipped';
		if (this.field === 'event') this.name = '';
		if (this.field !== 'data') return;
		if (this.data) this.images.push(...this.data.push(LINE_FEED));
		else this.data = new JsonImageReader(this.imageKeys, undefined, this.spare);
	}

	private takeValue(value: Buffer): void {
		if (this.field === 'data') this.images.push(...(this.data?.push(value) ?? []));
		else if (this.name.length < LONGEST_NAME) this.name += value.toString('utf8');
	}

	private endLine(): void {
		const isBlank = this.place === 'field' && this.field === '';
		// A line without a colon is a field without a value.
		if (this.place === 'field' && !isBlank) this.beginValue();
		this.place = 'field';
		this.field = '';
		if (isBlank) this.endEvent();
	}

	private endEvent(): void {
		const { name, data, images } = this;
		this.name = '';
		this.data = undefined;
		this.images = [];
		// An event without data is none, and some servers say goodbye with a word of their own.
		if (!data || data.isWord('') || data.isWord('[DONE]')) return;
		try {
			this.events.push({ name, data: data.end(this.redact), images });
		} catch {
			throw new ImageError({
				kind: 'invalid_response',
				code: 'invalid_event',
				message: 'The server sent an event that is no JSON. The request may have been billed.',
				maybeBilled: true,
			});
		}
	}
}

function endOfLine(chunk: Buffer, start: number): number {
	const lf = chunk.indexOf(LF, start);
	const end = lf === -1 ? chunk.length : lf;
	const cr = chunk.subarray(start, end).indexOf(CR);
	return cr === -1 ? end : start + cr;
}
