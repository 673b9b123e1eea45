/** Codes of failures before a byte of the request was sent, as Node and its HTTP clients have them. */
const CODES = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EADDRNOTAVAIL',
	'EPROTO',
	'ERR_INVALID_URL',
	'ERR_INVALID_PROTOCOL',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'UND_ERR_CONNECT_TIMEOUT',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Whether an error with this code means that the server never saw the request. */
export function wasNotSent(code: string): boolean {
	return CODES.has(code) || code.startsWith('CERT_');
}
