import type { FileContent, MultipartPart } from '../engine/requests/wire';

/** A form as the SDK takes it. */
export function formOf(parts: readonly MultipartPart[]): FormData {
	const form = new FormData();
	for (const part of parts) {
		if ('value' in part) form.append(part.name, part.value);
		else form.append(part.name, new StreamedFile(part));
	}
	return form;
}

/** A file of a form whose bytes are read while it is sent: a `Blob` would hold them from the beginning. */
class StreamedFile extends File {
	constructor(private readonly file: FileContent) {
		super([], file.fileName, { type: file.contentType });
		Object.defineProperty(this, 'size', { value: file.size });
	}

	override stream(): ReturnType<File['stream']> {
		return ReadableStream.from(this.pieces()) as unknown as ReturnType<File['stream']>;
	}

	private async *pieces(): AsyncGenerator<Uint8Array> {
		let sent = 0;
		for await (const piece of this.file.content()) {
			sent += piece.length;
			yield piece;
		}
		// The length went out before the bytes: with fewer of them the server would wait for the rest.
		if (sent !== this.file.size)
			throw new TypeError(`${this.file.fileName} was to have ${this.file.size} bytes, and has ${sent}.`);
	}
}
