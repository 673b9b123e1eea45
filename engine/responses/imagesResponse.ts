import type { WireResponse } from '../requests/wire';
import {
	brokenOffAfter,
	noImageInAnswer,
	servedIn,
	streamBrokenOff,
	svgAuthors,
	type ImagesAnswer,
	type Reading,
} from './answer';
import { likelyBytes } from './capacity';
import { apiErrorIn, errorFromBody } from './errorResponse';
import { errorInEvent, eventsOf, typeOfEvent } from './events';
import { takeEach, takePartial } from './takers';
import { recordOf, recordsOf, textOf } from './fields';
import { IMAGES_API_KEYS, JsonImageReader } from './jsonImages';
import { readUsage } from './usage';

/**
 * Reads an answer of the Images API as it arrives. Each image is handed over as soon as it is complete and is not held
 * afterwards. An answer that breaks off after an image is one with that image and an `error`.
 * @throws ImageError whatever ends the reading before the first image
 */
export async function readImagesResponse(response: WireResponse, reading: Reading): Promise<ImagesAnswer> {
	const { takers, redact, now, expected, spare } = reading;
	const reader = new JsonImageReader(IMAGES_API_KEYS, likelyBytes(response.headers, expected), spare);
	let taken = 0;
	try {
		for await (const piece of response.body) {
			taken = await takeEach(reader.push(piece), taken, takers.image);
		}
		const document = reader.end(redact);
		const error = apiErrorIn(document);
		if (error) throw errorFromBody(error, response, now);
		return imagesAnswerIn(document);
	} catch (error) {
		return brokenOffAfter(
			Array.from({ length: taken }, (_, image) => ({ image, revisedPrompt: null })),
			error,
		);
	}
}

/**
 * The same for a stream of events, which is about one image: partial ones may come before it.
 * @throws ImageError whatever ends the stream before the image
 */
export async function readImagesStream(response: WireResponse, reading: Reading): Promise<ImagesAnswer> {
	const { takers, now } = reading;
	for await (const event of eventsOf(response.body, IMAGES_API_KEYS, reading)) {
		const error = errorInEvent(event);
		if (error) throw errorFromBody(error, response, now);
		const data = recordOf(event.data);
		const type = typeOfEvent(event);
		if (event.images.length === 0) continue;
		if (type.endsWith('.partial_image')) await takePartial(event, takers);
		else if (type.endsWith('.completed')) {
			await takeEach(event.images, 0, takers.image);
			return imagesAnswerIn({ ...data, data: [data] });
		}
	}
	throw streamBrokenOff();
}

/**
 * An answer of the Images API whose images were taken out of it.
 * @throws ImageError `invalid_response` where it had none and does not say what it cost
 */
export function imagesAnswerIn(document: unknown): ImagesAnswer {
	const body = recordOf(document);
	const data = recordsOf(body.data);
	const usage = readUsage(body.usage);
	if (data.length === 0 && !usage) throw noImageInAnswer();
	return {
		entries: data.map((entry) => ({
			...(typeof entry.b64_json === 'string' ? { image: Number(entry.b64_json) } : {}),
			...(typeof entry.url === 'string' ? { url: entry.url } : {}),
			revisedPrompt: textOf(entry.revised_prompt),
		})),
		served: servedIn(body),
		usage,
		authors: svgAuthors(body.svg_usage),
		...(data.length === 0 ? { error: noImageInAnswer() } : {}),
	};
}
