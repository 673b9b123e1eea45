import type { Endpoint } from '../models/model';
import type { WireResponse } from '../requests/wire';
import type { ImagesAnswer, Reading } from './answer';
import { readImagesResponse, readImagesStream } from './imagesResponse';
import { readResponsesResponse, readResponsesStream } from './responsesResponse';

type Reader = (response: WireResponse, reading: Reading) => Promise<ImagesAnswer>;

const IMAGES_API = { document: readImagesResponse, stream: readImagesStream };

const READERS: Record<Endpoint, { document: Reader; stream: Reader }> = {
	generations: IMAGES_API,
	edits: IMAGES_API,
	variations: IMAGES_API,
	responses: { document: readResponsesResponse, stream: readResponsesStream },
};

/**
 * Reads a successful answer as the server sends it, whatever was asked for: some servers do not stream.
 * @throws ImageError where it brings no image and nothing that was paid for
 */
export async function readAnswer(
	endpoint: Endpoint,
	response: WireResponse,
	reading: Reading,
): Promise<ImagesAnswer> {
	const isStream = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
	return await READERS[endpoint][isStream ? 'stream' : 'document'](response, reading);
}
