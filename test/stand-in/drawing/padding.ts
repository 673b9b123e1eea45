import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { OutputFormat } from '../orders/order';

/**
 * Makes a picture's file about so large, by something that every reader skips: an ancillary chunk, a comment. What is
 * larger already stays as it is.
 */
export function pad(bytes: Buffer, format: OutputFormat, wanted: number): Buffer {
	const missing = wanted - bytes.length;
	if (missing <= 64) return bytes;
	switch (format) {
		case 'png':
			return before(bytes, bytes.length - 12, pngChunk(missing - 12));
		case 'jpeg':
			return before(bytes, 2, jpegComments(missing));
		case 'webp':
			return webpWithChunk(bytes, missing - 8);
		case 'gif':
			return before(bytes, bytes.length - 1, gifComment(missing));
		case 'svg':
			return Buffer.concat([
				bytes,
				Buffer.from(
					`<!--${noise(missing)
						.toString('hex')
						.slice(0, missing - 7)}-->`,
				),
			]);
	}
}

/**
 * Noise, so that it neither compresses nor repeats. Made once, for it takes longer than drawing; the same each time, so
 * that a picture that is drawn again has the same bytes.
 */
let store: Buffer = Buffer.alloc(0);
function noise(length: number): Buffer {
	const missing = length - store.length;
	if (missing > 0) store = Buffer.concat([store, randomBytes(missing)]);
	return store.subarray(0, length);
}

function before(bytes: Buffer, at: number, inserted: Buffer): Buffer {
	return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
}

/** A chunk of a private type, which PNG readers have to pass over. */
function pngChunk(length: number): Buffer {
	const typed = Buffer.concat([Buffer.from('paDd'), noise(length)]);
	const size = Buffer.alloc(4);
	size.writeUInt32BE(length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(typed));
	return Buffer.concat([size, typed, sum]);
}

function jpegComments(length: number): Buffer {
	const longest = 0xffff - 2;
	const segments: Buffer[] = [];
	for (let left = length; left > 4; left -= longest + 4) {
		const text = noise(Math.min(longest, left - 4));
		const head = Buffer.from([0xff, 0xfe, 0, 0]);
		head.writeUInt16BE(text.length + 2, 2);
		segments.push(head, text);
	}
	return Buffer.concat(segments);
}

function webpWithChunk(bytes: Buffer, length: number): Buffer {
	const even = length - (length % 2);
	const head = Buffer.from('paDd\0\0\0\0', 'latin1');
	head.writeUInt32LE(even, 4);
	const whole = Buffer.concat([bytes, head, noise(even)]);
	whole.writeUInt32LE(whole.length - 8, 4);
	return whole;
}

function gifComment(length: number): Buffer {
	const blocks: Buffer[] = [Buffer.from([0x21, 0xfe])];
	for (let left = length - 3; left > 1; left -= 256) {
		const text = noise(Math.min(255, left - 1));
		blocks.push(Buffer.from([text.length]), text);
	}
	blocks.push(Buffer.from([0]));
	return Buffer.concat(blocks);
}
