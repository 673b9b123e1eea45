import type { Exchange } from './exchange';
import { invalidRequest } from './errors';

/** How often a key came where none has any business: with the fetching of a picture. */
export class Leaks {
	count = 0;

	/**
	 * Refuses a request that carries a key, as a storage service does with a signed URL, and counts it.
	 *
	 * @throws ApiError 400 `invalid_authentication_header`
	 */
	refuseKey(headers: Exchange['headers']): void {
		if (headers.authorization === undefined && headers['api-key'] === undefined) return;
		this.count += 1;
		throw invalidRequest('A file is fetched without a key.', null, 'invalid_authentication_header');
	}

	reset(): void {
		this.count = 0;
	}
}
