import { createHash } from 'node:crypto';

/** A row of numbers from 0 up to 1 that is always the same for the same text. */
export class Randomness {
	private at = 0;
	private readonly bytes: Buffer;

	constructor(text: string) {
		this.bytes = createHash('sha512').update(text).digest();
	}

	/** The next number, at least `from` and less than `to`. The row repeats after 32. */
	between(from: number, to: number): number {
		const value = this.bytes.readUInt16BE((this.at % 32) * 2) / 0x10000;
		this.at += 1;
		return from + value * (to - from);
	}

	/** One of these. */
	pick<Thing>(things: readonly [Thing, ...Thing[]]): Thing {
		return things[Math.floor(this.between(0, things.length))] ?? things[0];
	}
}
