/** Where Node keeps what its fetch sends through. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/**
 * Options for Node's fetch that let a server be silent for as long as the request's own time allows. By itself it gives
 * up after five minutes, and a large image of high quality may take longer. Node offers no way to say so but the class
 * of its own dispatcher; where there is none, the five minutes hold.
 */
export function patientFetchOptions(): { dispatcher?: object } {
	// Brings the dispatcher into being.
	void new Headers();
	const dispatcher = (globalThis as Record<symbol, unknown>)[DISPATCHER];
	if (typeof dispatcher !== 'object' || dispatcher === null) return {};
	const Agent = dispatcher.constructor as new (options: object) => object;
	return { dispatcher: new Agent({ headersTimeout: 0, bodyTimeout: 0 }) };
}
