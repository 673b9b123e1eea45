import { ImageError } from '../jobs/error';
import type { SpareBuffers } from './spareBuffers';

/**
 * Turns base64 text that arrives in pieces into bytes, without ever holding the text.
 * The bytes go into one buffer that grows by doubling; `capacity` (bytes) spares it the growing.
 */
export class Base64Decoder {
	private bytes: Buffer;
	private length = 0;
	/** 0 to 3 characters that do not make up a group of four yet. */
	private rest = '';
	private padded = false;

	/** @param spare is asked for a buffer first */
	constructor(capacity = 64 * 1024, spare?: SpareBuffers) {
		this.bytes = spare?.take(capacity) ?? Buffer.allocUnsafeSlow(Math.max(capacity, 1024));
	}

	/**
	 * @param text a piece of base64 in ASCII, cut anywhere
	 * @throws ImageError `invalid_response` for anything that is not base64
	 */
	push(text: Buffer): void {
		if (text.length === 0) return;
		if (this.padded) throw notBase64();
		const characters = this.rest + text.toString('latin1');
		const whole = characters.length - (characters.length % 4);
		this.rest = characters.slice(whole);
		if (whole > 0) this.write(whole === characters.length ? characters : characters.slice(0, whole));
	}

	/** The bytes. The decoder is of no further use. */
	end(): Buffer {
		if (this.rest.length === 1 || (this.padded && this.rest !== '')) throw notBase64();
		// Some servers leave the padding out.
		if (this.rest !== '') this.write(this.rest.padEnd(4, '='));
		return this.bytes.subarray(0, this.length);
	}

	private write(groups: string): void {
		const padding = groups.endsWith('==') ? 2 : groups.endsWith('=') ? 1 : 0;
		const expected = (groups.length / 4) * 3 - padding;
		this.reserve(expected + padding);
		// Node skips what is no base64 instead of complaining; then there are fewer bytes than the text promises.
		if (this.bytes.write(groups, this.length, 'base64') !== expected) throw notBase64();
		this.length += expected;
		this.padded = padding > 0;
	}

	private reserve(more: number): void {
		if (this.length + more <= this.bytes.length) return;
		const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + more));
		this.bytes.copy(grown, 0, 0, this.length);
		this.bytes = grown;
	}
}

/** What an answer gets whose image is no base64. */
export function notBase64(): ImageError {
	return new ImageError({
		kind: 'invalid_response',
		code: 'invalid_base64',
		message:
			'The server answered with image data that is not valid base64. The request may have been billed.',
		maybeBilled: true,
	});
}
