import { ImageError } from '../jobs/error';
import { notBase64 } from './base64';
import { ImageText } from './imageText';
import type { SpareBuffers } from './spareBuffers';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LOWER_U = 0x75;

/** The names of the strings that hold images, on the Images API. */
export const IMAGES_API_KEYS: ReadonlySet<string> = new Set(['b64_json']);

/** What an answer may hold beside its images, bytes. */
const MAX_TEXT = 8 * 1024 * 1024;
const LONGEST_KEY = 32;

/** An image in the order in which the answer has them, or what is wrong with it. */
export type FoundImage = { bytes: Buffer } | { error: ImageError };

/**
 * Reads a JSON document that arrives in pieces, and takes the images out as they pass: only one of them and the
 * document without them are ever held. In the document, the text of each image is replaced by its number.
 */
export class JsonImageReader {
	private readonly text: Buffer[] = [];
	private textLength = 0;
	private mode: 'outside' | 'string' | 'image' = 'outside';
	/** An escape sequence that has begun. */
	private escape = '';
	/** The string that is being read, as long as it may be a key. */
	private string = '';
	/** The key whose value comes next. */
	private key: string | undefined;
	private image: { text: ImageText; broken?: ImageError } | undefined;
	private count = 0;
	private found: FoundImage[] = [];

	/**
	 * @param imageKeys the names of the strings that hold images
	 * @param capacity bytes that one image is likely to have
	 * @param spare buffers to use again
	 */
	constructor(
		private readonly imageKeys: ReadonlySet<string>,
		private readonly capacity?: number,
		private readonly spare?: SpareBuffers,
	) {}

	/**
	 * @returns the images that ended in this piece
	 * @throws ImageError `invalid_response` where the document is too large to be an answer of images
	 */
	push(piece: Uint8Array): FoundImage[] {
		const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
		let from = 0;
		while (from < chunk.length) {
			from = this.mode === 'image' ? this.readImage(chunk, from) : this.readText(chunk, from);
		}
		const found = this.found;
		this.found = [];
		return found;
	}

	/**
	 * The document, with numbers in the images' places (`"b64_json": "0"`).
	 * @param redact takes the user's secrets out of the text
	 * @throws ImageError `interrupted` where it breaks off, `invalid_response` where it is no JSON
	 */
	end(redact: (text: string) => string = (text) => text): unknown {
		const text = redact(Buffer.concat(this.text).toString('utf8'));
		try {
			return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
		} catch {
			const brokenOff = this.mode !== 'outside' || /^\s*[{[]/.test(text);
			throw brokenOff
				? new ImageError({
						kind: 'interrupted',
						code: 'incomplete_response',
						message: 'The answer broke off before its end. The request may have been billed.',
						maybeBilled: true,
					})
				: new ImageError({
						kind: 'invalid_response',
						code: 'invalid_json',
						message: 'The server did not answer with JSON. Is the base URL of the credential right?',
					});
		}
	}

	/** Whether all that came is this word, which need not be JSON. */
	isWord(word: string): boolean {
		return this.textLength < word.length + 8 && Buffer.concat(this.text).toString('utf8').trim() === word;
	}

	private readText(chunk: Buffer, start: number): number {
		let position = start;
		while (position < chunk.length) {
			const byte = chunk[position++] as number;
			if (this.mode === 'string') this.readStringByte(byte);
			else if (byte === QUOTE) {
				if (this.key !== undefined && this.imageKeys.has(this.key)) {
					this.keep(chunk.subarray(start, position));
					this.beginImage();
					return position;
				}
				this.mode = 'string';
				this.string = '';
			} else if (byte === COLON) this.key = this.string;
			else if (byte > 0x20) this.key = undefined;
		}
		this.keep(chunk.subarray(start, position));
		return position;
	}

	private readStringByte(byte: number): void {
		if (this.escape !== '') this.escape = '';
		else if (byte === BACKSLASH) this.escape = '\\';
		else if (byte === QUOTE) {
			this.mode = 'outside';
			this.key = undefined;
		} else if (this.string.length < LONGEST_KEY) this.string += String.fromCharCode(byte);
	}

	private beginImage(): void {
		this.mode = 'image';
		this.image = { text: new ImageText(this.capacity, this.spare) };
		this.keep(Buffer.from(String(this.count++)));
	}

	private readImage(chunk: Buffer, start: number): number {
		if (this.escape !== '') return this.readEscape(chunk, start);
		const quote = chunk.indexOf(QUOTE, start);
		const end = quote === -1 ? chunk.length : quote;
		const backslash = chunk.subarray(start, end).indexOf(BACKSLASH);
		if (backslash !== -1) {
			this.feed((text) => text.push(chunk.subarray(start, start + backslash)));
			this.escape = '\\';
			return start + backslash + 1;
		}
		this.feed((text) => text.push(chunk.subarray(start, end)));
		if (quote === -1) return end;
		this.endImage();
		return quote; // the closing quote belongs to the document
	}

	private readEscape(chunk: Buffer, start: number): number {
		const byte = chunk[start] as number;
		this.escape += String.fromCharCode(byte);
		const length = this.escape.charCodeAt(1) === LOWER_U ? 6 : 2;
		if (this.escape.length === length) {
			const sequence = this.escape;
			this.escape = '';
			this.feed((text) => text.pushEscape(sequence));
		}
		return start + 1;
	}

	private endImage(): void {
		let bytes: Buffer = Buffer.alloc(0);
		this.feed((text) => (bytes = text.end()));
		this.found.push(this.image?.broken ? { error: this.image.broken } : { bytes });
		this.image = undefined;
		this.key = undefined;
		// The quote that closes the image's string is read next, as the end of a string.
		this.mode = 'string';
	}

	/** A broken image spoils itself alone: the document and the other images are read on. */
	private feed(take: (text: ImageText) => void): void {
		if (!this.image || this.image.broken) return;
		try {
			take(this.image.text);
		} catch (error) {
			// Anything else is an escape sequence that JSON does not have.
			this.image.broken = error instanceof ImageError ? error : notBase64();
		}
	}

	private keep(part: Buffer): void {
		this.textLength += part.length;
		if (this.textLength > MAX_TEXT) {
			throw new ImageError({
				kind: 'invalid_response',
				code: 'response_too_large',
				message: `The answer holds more than ${MAX_TEXT / 1024 / 1024} MB beside its images.`,
			});
		}
		// A copy: a slice would keep the whole piece in memory.
		this.text.push(Buffer.from(part));
	}
}
