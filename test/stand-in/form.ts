import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import busboy from 'busboy';

/** The most of one file that is kept where a route does not say otherwise, in bytes: OpenAI's 50 MB for an image. */
export const longestFile = 50 * 1024 * 1024;

/** A file of a form, byte for byte. */
export interface FormFile {
	/** The part's name, such as `image[]`. */
	field: string;
	fileName: string | null;
	/** As the part says; `text/plain` where it says nothing, as the standard for forms has it. */
	contentType: string;
	/** Empty where the file was longer than it may be. */
	bytes: Buffer;
	/** Of `bytes`, hexadecimal. */
	sha256: string;
	/** Longer than it may be. */
	tooLong: boolean;
}

/** A multipart form, taken apart. */
export interface Form {
	/** The parts without a file. Of those with the same name the last. */
	fields: Record<string, string>;
	/** Names that came more than once in `fields`. */
	repeated: string[];
	/** In the order they came. */
	files: FormFile[];
}

/**
 * Reads a multipart form as it arrives.
 *
 * @param mostBytes of one file
 * @throws Error where it is malformed, breaks off or has no boundary; the request is read to its end all the same,
 *   for a client that is still sending takes an early answer for a lost connection
 */
export async function readForm(request: IncomingMessage, mostBytes = longestFile): Promise<Form> {
	const files: Promise<FormFile>[] = [];
	try {
		const texts = await parse(request, mostBytes, (file) => {
			// Where a form breaks off its files fail too; it is the form's failure that is told.
			file.catch(() => undefined);
			files.push(file);
		});
		return { ...texts, files: await Promise.all(files) };
	} catch (error) {
		request.unpipe();
		request.resume();
		await finished(request).catch(() => undefined);
		throw error;
	}
}

async function parse(
	request: IncomingMessage,
	fileSize: number,
	onFile: (file: Promise<FormFile>) => void,
): Promise<Pick<Form, 'fields' | 'repeated'>> {
	const fields: Record<string, string> = {};
	const repeated: string[] = [];
	const parser = busboy({
		headers: request.headers,
		defParamCharset: 'utf8',
		limits: { fileSize },
	});
	parser.on('field', (name, value) => {
		if (Object.hasOwn(fields, name)) repeated.push(name);
		fields[name] = value;
	});
	parser.on('file', (field, stream, { filename, mimeType }) => {
		const about = { field, fileName: filename ?? null, contentType: mimeType };
		onFile(readFile(stream).then((read) => ({ ...about, ...read })));
	});
	// Not a pipeline, which would drop the connection where the form is malformed.
	request.on('error', (error) => parser.destroy(error));
	request.pipe(parser);
	await finished(parser);
	return { fields, repeated };
}

async function readFile(stream: Readable): Promise<Pick<FormFile, 'bytes' | 'sha256' | 'tooLong'>> {
	let pieces: Buffer[] = [];
	let tooLong = false;
	stream.on('limit', () => {
		tooLong = true;
		pieces = [];
	});
	for await (const piece of stream) if (!tooLong) pieces.push(piece as Buffer);
	const bytes = tooLong ? Buffer.alloc(0) : Buffer.concat(pieces);
	return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), tooLong };
}
