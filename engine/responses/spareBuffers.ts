/**
 * The buffers of images that are stored, for the next ones. Without them the memory of each image lies about until the garbage
 * collector comes by, which among megabytes outside of its heap it does late.
 */
export class SpareBuffers {
	private readonly spare: Buffer[] = [];

	take(): Buffer | undefined {
		return this.spare.pop();
	}

	/** @param image one with a memory of its own that nobody looks at any more */
	give({ buffer }: Buffer): void {
		if (this.spare.length < MOST && buffer.byteLength <= LARGEST)
			this.spare.push(Buffer.from(buffer as ArrayBuffer));
	}
}

/** As many as one request makes. */
const MOST = 10;
/** Bytes. */
const LARGEST = 32 * 1024 * 1024;
