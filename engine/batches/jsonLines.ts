import { ImageError } from '../jobs/error';
import type { SpareBuffers } from '../responses/spareBuffers';
import { IMAGES_API_KEYS, JsonImageReader, type FoundImage } from '../responses/jsonImages';

const LF = 0x0a;

/** A line's document, with numbers in the images' places; `broken` where it is no JSON. */
export type JsonLine = { document: unknown; images: FoundImage[] } | { broken: true };

/**
 * Reads a file of JSON lines as it arrives, cut anywhere. Of a line of any length only its images and the document
 * without them are held; empty lines are skipped.
 * @param spare buffers to use again
 */
export async function* readJsonLines(
	content: AsyncIterable<Uint8Array>,
	redact: (text: string) => string,
	spare?: SpareBuffers,
): AsyncGenerator<JsonLine> {
	let line = new Line(redact, spare);
	for await (const piece of content) {
		const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
		let from = 0;
		for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
			line.push(chunk.subarray(from, end));
			if (!line.isEmpty) yield line.end();
			line = new Line(redact, spare);
			from = end + 1;
		}
		line.push(chunk.subarray(from));
	}
	if (!line.isEmpty) yield line.end();
}

class Line {
	private readonly reader: JsonImageReader;
	private readonly images: FoundImage[] = [];
	private broken = false;

	constructor(
		private readonly redact: (text: string) => string,
		spare: SpareBuffers | undefined,
	) {
		this.reader = new JsonImageReader(IMAGES_API_KEYS, undefined, spare);
	}

	get isEmpty(): boolean {
		return !this.broken && this.reader.isWord('');
	}

	push(part: Buffer): void {
		if (this.broken) return;
		try {
			this.images.push(...this.reader.push(part));
		} catch (error) {
			this.fail(error);
		}
	}

	end(): JsonLine {
		if (this.broken) return { broken: true };
		try {
			return { document: this.reader.end(this.redact), images: this.images };
		} catch (error) {
			this.fail(error);
			return { broken: true };
		}
	}

	/** A broken line spoils itself alone. */
	private fail(error: unknown): void {
		if (!(error instanceof ImageError)) throw error;
		this.broken = true;
		this.images.length = 0;
	}
}
