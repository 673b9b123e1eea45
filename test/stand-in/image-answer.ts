import type { Answer } from './answer';
import type { Charge } from './books';
import type { Wishes } from './directives';
import type { MadeImages } from './image-response';
import { jsonText } from './json-text';

/** Writes an answer of the Images API out, in the manner the prompt asked for. */
export function imageAnswer(made: MadeImages, headers: Record<string, string>, wishes: Wishes): Answer {
	const answer = writtenOut(made.body, made.charge, headers, wishes);
	if (!wishes.has('cut') || !Buffer.isBuffer(answer.body)) return answer;
	return { ...answer, cutAt: cutAt(answer.body, made.body.data.length) };
}

/** A JSON answer in the manner the prompt asked for; one to be cut is cut in its middle. */
export function writtenOut(
	value: object,
	charge: Charge | undefined,
	headers: Record<string, string>,
	wishes: Wishes,
): Answer {
	const body = Buffer.from(jsonText(value, wishes));
	return {
		status: 200,
		contentType: 'application/json',
		body,
		headers,
		...(charge ? { charge } : {}),
		...(wishes.has('chunked') ? { pieceBytes: wishes.number('chunked') ?? 1 } : {}),
		...(wishes.has('cut') ? { cutAt: Math.floor(body.length / 2) } : {}),
	};
}

/** About half of the body; of several images at least the first one whole. */
function cutAt(body: Buffer, images: number): number {
	const half = Math.floor(body.length / 2);
	if (images < 2) return half;
	// No base64, URL or prompt-free field before it has a brace in it.
	const endOfFirst = body.indexOf('}', body.indexOf('"data"')) + 1;
	return Math.max(half, endOfFirst);
}
