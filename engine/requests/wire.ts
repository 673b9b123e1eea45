import type { RequestImage } from './inputs';

/** A file that is sent. */
export interface FileContent {
	fileName: string;
	contentType: string;
	/** Bytes. */
	size: number;
	/** The bytes in pieces, from the beginning each time. */
	content(): AsyncIterable<Uint8Array>;
}

/** One part of a multipart body. */
export type MultipartPart = { name: string; value: string } | ({ name: string } & FileContent);

/** What a request carries: one of the two, or nothing. */
export interface WireBody {
	/** Sent as JSON. */
	json?: object;
	/** Sent as multipart/form-data. */
	multipart?: readonly MultipartPart[];
}

/** Parts for the fields of a form. */
export function textParts(fields: object): MultipartPart[] {
	return Object.entries(fields)
		.filter(([, value]) => value !== undefined && value !== null)
		.map(([name, value]) => ({
			name,
			value: typeof value === 'object' ? JSON.stringify(value) : String(value),
		}));
}

/** A part for an image at hand; `undefined` for one that the server is to fetch, which a form has no way to name. */
export function filePart(name: string, image: RequestImage): MultipartPart | undefined {
	if (image.kind !== 'bytes') return undefined;
	const { kind: _, ...file } = image;
	return { name, ...file };
}

/** A request as the engine hands it to whoever carries it: n8n's HTTP helper, the SDK, a test. */
export interface WireRequest extends WireBody {
	method: 'GET' | 'POST' | 'DELETE';
	/** Below the base URL, with a leading slash: `/images/generations`. */
	path: string;
	/** For the whole exchange, until the last byte of the answer, milliseconds. */
	timeoutMs: number;
	/** Aborts the exchange, also while the answer is being read. */
	signal: AbortSignal;
}

export interface WireResponse {
	/** HTTP status; every status is an answer, none an exception. */
	status: number;
	/** Names in lower case. */
	headers: Readonly<Record<string, string>>;
	/**
	 * The answer as it arrives. Each piece is there until the next one is asked for: its memory may be given back then. Iterating throws an ImageError `interrupted`, `timeout` or `cancelled` when it breaks off.
	 */
	body: AsyncIterable<Uint8Array>;
}

/** Carries requests with the user's credential. */
export interface Transport {
	/** @throws ImageError `connection` (nothing was sent), `interrupted`, `timeout` or `cancelled` */
	send(request: WireRequest): Promise<WireResponse>;
	/**
	 * Fetches an image that the server answered with as a URL. Goes out without the credential.
	 * @throws ImageError as `send` does
	 */
	download(url: string, timeoutMs: number, signal: AbortSignal): Promise<WireResponse>;
	/** Takes the user's secrets out of a text that came from outside. */
	redact(text: string): string;
}
