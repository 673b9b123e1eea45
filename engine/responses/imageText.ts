import { Base64Decoder } from './base64';
import type { SpareBuffers } from './spareBuffers';

/**
 * The contents of one JSON string that holds an image: undoes JSON's escapes (`\/`, `\u002b`, which some servers
 * write in base64), skips a leading `data:image/png;base64,`, and decodes the rest.
 */
export class ImageText {
	private readonly decoder: Base64Decoder;
	/** The beginning of the text, until it is known whether it is a data URL. */
	private head: Buffer | undefined = Buffer.alloc(0);

	/** @param capacity bytes that the image is likely to have */
	constructor(capacity?: number, spare?: SpareBuffers) {
		this.decoder = new Base64Decoder(capacity, spare);
	}

	/** A piece of the string without escapes in it. */
	push(piece: Buffer): void {
		if (this.head === undefined) return this.decoder.push(piece);
		this.head = Buffer.concat([this.head, piece]);
		if (this.head.length >= MAX_DATA_URL_HEAD) this.passHead();
	}

	/** One escape sequence, from its backslash on. */
	pushEscape(sequence: string): void {
		const character = JSON.parse(`"${sequence}"`) as string;
		// Line breaks within base64 are customary in mail.
		if (character !== '\n' && character !== '\r') this.push(Buffer.from(character, 'utf8'));
	}

	/** @throws ImageError `invalid_response` where the text is not base64 */
	end(): Buffer {
		this.passHead();
		return this.decoder.end();
	}

	private passHead(): void {
		const head = this.head;
		if (head === undefined) return;
		this.head = undefined;
		const isDataUrl = head.subarray(0, 5).toString('latin1').toLowerCase() === 'data:';
		this.decoder.push(isDataUrl ? head.subarray(head.indexOf(',') + 1) : head);
	}
}

/** Longer than any `data:image/svg+xml;charset=utf-8;base64,`. */
const MAX_DATA_URL_HEAD = 128;
