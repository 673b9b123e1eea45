import type { FileContent } from '../../engine/requests/wire';

/**
 * A file of a form whose bytes are fetched while it is sent. A `Blob` would hold a copy of them from the beginning,
 * for every request in flight.
 */
export class StreamedFile extends File {
	constructor(private readonly file: FileContent) {
		super([], file.fileName, { type: file.contentType });
		Object.defineProperty(this, 'size', { value: file.size });
	}

	/** What encodes the form iterates over it, which is all that it needs of a stream. */
	override stream(): ReturnType<File['stream']> {
		return this.pieces() as unknown as ReturnType<File['stream']>;
	}

	private async *pieces(): AsyncGenerator<Uint8Array> {
		let sent = 0;
		for await (const piece of this.file.content()) {
			sent += piece.length;
			yield piece;
		}
		// The length went out before the bytes: with fewer of them the server would wait for the rest.
		if (sent !== this.file.size) {
			throw new TypeError(`${this.file.fileName} was to have ${this.file.size} bytes, and has ${sent}.`);
		}
	}
}
