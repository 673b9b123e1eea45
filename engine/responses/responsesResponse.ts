import { ImageError } from '../jobs/error';
import type { WireResponse } from '../requests/wire';
import {
	brokenOffAfter,
	noImageInAnswer,
	NOTHING_SERVED,
	servedIn,
	streamBrokenOff,
	svgAuthors,
	type AnswerEntry,
	type ImagesAnswer,
	type Reading,
	type TextAuthor,
} from './answer';
import { likelyBytes } from './capacity';
import { apiErrorIn, errorFromBody } from './errorResponse';
import { errorInEvent, eventsOf, typeOfEvent } from './events';
import { takeEach, takePartial } from './takers';
import { recordOf, recordsOf, textOf } from './fields';
import { JsonImageReader, type FoundImage } from './jsonImages';
import { readTextUsage, readUsage } from './usage';

/** The names of the strings that hold images, on the Responses API. */
export const RESPONSES_API_KEYS: ReadonlySet<string> = new Set(['result', 'partial_image_b64']);

type Document = Record<string, unknown>;

/**
 * Reads an answer of the Responses API as it arrives, and hands its images over.
 * @throws ImageError whatever ends the reading before the first image; what the server itself reports of the conversation
 * (a text instead of an image, a moderated call) is an answer with an `error`, for it has cost tokens
 */
export async function readResponsesResponse(
	response: WireResponse,
	{ takers, redact, now, expected, spare }: Reading,
): Promise<ImagesAnswer> {
	const reader = new JsonImageReader(RESPONSES_API_KEYS, likelyBytes(response.headers, expected), spare);
	let taken = 0;
	try {
		for await (const piece of response.body) {
			taken = await takeEach(reader.push(piece), taken, takers.image);
		}
		const document = recordOf(reader.end(redact));
		const error = document.object === 'response' ? undefined : apiErrorIn(document);
		if (error) throw errorFromBody(error, response, now);
		return answerFrom(document, ({ result }) => numberIn(result), { response, now });
	} catch (error) {
		const entries = Array.from({ length: taken }, (_, image) => ({ image, revisedPrompt: null }));
		return brokenOffAfter(entries, error, [UNKNOWN_TALKER]);
	}
}

/**
 * The same for a stream of events.
 * An image is handed over with the first event that has it; the last event, which has it again, brings what it cost.
 */
export async function readResponsesStream(response: WireResponse, reading: Reading): Promise<ImagesAnswer> {
	const { takers, now } = reading;
	const taken = new Map<string, AnswerEntry & { image: number }>();
	let begun: Document = {};
	const take = async (call: Document, images: FoundImage[]) => {
		const place = numberIn(call.result) ?? -1;
		const id = textOf(call.id) ?? '';
		if (!images[place] || taken.has(id)) return;
		const image = taken.size;
		taken.set(id, { image, ...entryOf(call, begun) });
		await takeEach([images[place]], image, takers.image);
	};
	try {
		for await (const event of eventsOf(response.body, RESPONSES_API_KEYS, reading)) {
			const error = errorInEvent(event);
			if (error) throw errorFromBody(error, response, now);
			const data = recordOf(event.data);
			const type = typeOfEvent(event);
			if (type === 'response.created') begun = recordOf(data.response);
			else if (type.endsWith('.partial_image')) {
				await takePartial(event, takers);
			} else if (type === 'response.output_item.done') {
				await take(recordOf(data.item), event.images);
				event.images.length = 0;
			} else if (LAST_EVENTS.has(type)) {
				const document = recordOf(data.response);
				for (const call of callsIn(document)) await take(call, event.images);
				return answerFrom(document, ({ id }) => taken.get(textOf(id) ?? '')?.image, { response, now });
			}
		}
		throw streamBrokenOff();
	} catch (error) {
		const talker = { ...UNKNOWN_TALKER, model: textOf(begun.model) ?? '' };
		return brokenOffAfter([...taken.values()], error, [talker]);
	}
}

/** The model of a conversation whose answer broke off before its tokens. */
const UNKNOWN_TALKER: TextAuthor = { role: 'conversation', model: '', usage: null };

const LAST_EVENTS = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** What an image's text was replaced by: its number in the document. */
function numberIn(result: unknown): number | undefined {
	return typeof result === 'string' ? Number(result) : undefined;
}

function callsIn(document: Document): Document[] {
	return recordsOf(document.output).filter(({ type }) => type === 'image_generation_call');
}

function entryOf(call: Document, document: Document): AnswerEntry {
	return {
		revisedPrompt: textOf(call.revised_prompt),
		turn: {
			responseId: textOf(document.id),
			imageCallId: textOf(call.id),
			action: textOf(call.action),
		},
	};
}

interface Exchange {
	response: WireResponse;
	now: number;
}

/** @param imageOf the number of a call's image among those that were handed over */
function answerFrom(
	document: Document,
	imageOf: (call: Document) => number | undefined,
	exchange: Exchange,
): ImagesAnswer {
	const calls = callsIn(document);
	const drawn = calls.filter((call) => imageOf(call) !== undefined);
	const [first] = drawn;
	const missing = drawn.length < Math.max(calls.length, 1);
	const talker: TextAuthor = {
		role: 'conversation',
		model: textOf(document.model) ?? '',
		usage: readTextUsage(document.usage),
	};
	return {
		entries: drawn.map((call) => ({ image: imageOf(call) as number, ...entryOf(call, document) })),
		served: first ? servedIn(first) : NOTHING_SERVED,
		usage: readUsage(recordOf(document.tool_usage).image_gen),
		authors: [talker, ...calls.flatMap(({ svg_usage }) => svgAuthors(svg_usage))],
		...(missing ? { error: reasonOf(document, calls, exchange) } : {}),
	};
}

/** Why a response has no image, or fewer than calls. */
function reasonOf(document: Document, calls: readonly Document[], { response, now }: Exchange): ImageError {
	const failed = calls.find(({ error }) => apiErrorIn({ error }) !== undefined);
	const reported = apiErrorIn(document) ?? (failed && apiErrorIn(failed));
	if (reported) return errorFromBody(reported, response, now);
	if (document.status === 'incomplete') {
		const reason = textOf(recordOf(document.incomplete_details).reason) ?? 'unknown reason';
		return new ImageError({
			kind: 'invalid_response',
			code: 'incomplete',
			message: `The response ended before the image was made (${reason}).`,
			maybeBilled: true,
		});
	}
	const text = textIn(document);
	return text === '' ? noImageInAnswer() : textInstead(text, textOf(document.id));
}

/** What the model said, refusals included. */
function textIn(document: Document): string {
	return recordsOf(document.output)
		.flatMap(({ content }) => recordsOf(content))
		.map(({ text, refusal }) => textOf(text) ?? textOf(refusal) ?? '')
		.join(' ')
		.trim();
}

const LONGEST_QUOTE = 600;

function textInstead(text: string, responseId: string | null): ImageError {
	const quote = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
	return new ImageError({
		kind: 'text_answer',
		code: 'text_instead_of_image',
		message: `The model answered with words instead of an image: "${quote}" Say in the prompt what to draw.`,
		responseId,
	});
}
