/** A request as the engine hands it to whoever carries it: n8n's HTTP helper, the SDK, a test. */
export interface WireRequest {
	method: 'GET' | 'POST';
	/** Below the base URL, with a leading slash: `/images/generations`. */
	path: string;
	/** Sent as JSON. */
	json?: object;
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
	 * The answer as it arrives. Iterating throws an ImageError `interrupted`, `timeout` or `cancelled` when it breaks off.
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
