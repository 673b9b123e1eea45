/**
 * The buffers of images that are stored, for the next ones. Without them the memory of each image lies about until the garbage
 * collector comes by, which goes through all that the host holds for a few megabytes.
 */
export class SpareBuffers {
	private readonly spare: Buffer[] = [];
	private held = 0;

	/** @param size bytes that it must have at least */
	take(size: number): Buffer | undefined {
		const place = this.spare.findIndex(({ length }) => length >= size);
		if (place === -1) return undefined;
		const [buffer] = this.spare.splice(place, 1);
		this.held -= buffer?.length ?? 0;
		return buffer;
	}

	/** @param image one with a memory of its own that nobody looks at any more */
	give({ buffer }: Buffer): void {
		if (this.held + buffer.byteLength > MOST) return;
		this.spare.push(Buffer.from(buffer as ArrayBuffer));
		this.held += buffer.byteLength;
	}
}

/** Bytes in all: eight images of 8 MB. */
const MOST = 64 * 1024 * 1024;
