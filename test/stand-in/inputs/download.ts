import { basename } from 'node:path';
import { invalidRequest } from '../errors';
import type { ApiError } from '../errors';
import { longestFile } from '../form';

/** Where the stand-in fetches from: it must never reach out of the machine. */
const allowedHosts = ['127.0.0.1', 'localhost'];

const mostRedirects = 5;
const patienceMs = 20_000;

/** A file fetched from an address. */
export interface Download {
	fileName: string | null;
	/** As the server said. */
	contentType: string | null;
	/** Empty where there were too many. */
	bytes: Buffer;
	/** Longer than 50 MB. */
	tooLong: boolean;
}

/**
 * Fetches what an `image_url` points at, without any key, following redirects.
 *
 * @param param what errors call it
 * @throws ApiError 400 `invalid_value` where it is no address, lies elsewhere than on loopback or cannot be had
 */
export async function download(url: string, param: string, signal: AbortSignal): Promise<Download> {
	const fail = (reason: string): ApiError =>
		invalidRequest(`Error while downloading ${url.slice(0, 200)}. ${reason}`, param, 'invalid_value');
	const deadline = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
	let address = readAddress(url, fail);
	for (let redirects = 0; redirects <= mostRedirects; redirects++) {
		const response = await fetch(address, { redirect: 'manual', signal: deadline }).catch(() => {
			throw fail('The server could not be reached.');
		});
		const location = response.headers.get('location');
		if (response.status >= 300 && response.status < 400 && location !== null) {
			await response.body?.cancel();
			address = readAddress(location, fail, address);
			continue;
		}
		if (!response.ok) {
			await response.body?.cancel();
			throw fail(`Upstream status code: ${response.status}.`);
		}
		const contentType = response.headers.get('content-type')?.split(';')[0]?.trim() || null;
		const bytes = await readAtMost(response, longestFile).catch(() => {
			throw fail('The connection was lost.');
		});
		const fileName = basename(address.pathname) || null;
		return { fileName, contentType, bytes: bytes ?? Buffer.alloc(0), tooLong: bytes === null };
	}
	throw fail('Too many redirects.');
}

function readAddress(text: string, fail: (reason: string) => ApiError, base?: URL): URL {
	if (!URL.canParse(text, base?.href)) throw fail('It is not a valid URL.');
	const address = new URL(text, base);
	if (address.protocol !== 'https:' && address.protocol !== 'http:') throw fail('It is not a valid URL.');
	if (!allowedHosts.includes(address.hostname)) {
		throw fail(`The stand-in fetches from ${allowedHosts.join(' and ')} only.`);
	}
	return address;
}

/** @returns null where there is more; the rest is not fetched */
async function readAtMost(response: Response, most: number): Promise<Buffer | null> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	// Leaving the loop closes the connection.
	for await (const piece of response.body ?? []) {
		length += piece.length;
		if (length > most) return null;
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}
