import type { Answer } from './answer';
import type { Wishes } from './directives';
import type { MadeImages } from './image-response';

/** Writes an answer's JSON out, in the manner the prompt asked for. */
export function imageAnswer(made: MadeImages, headers: Record<string, string>, wishes: Wishes): Answer {
	const plain = JSON.stringify(made.body, null, wishes.has('pretty') ? 2 : undefined);
	// As PHP's json_encode (\/) and .NET's (\u002B) do. Neither sign stands in JSON but within strings.
	const text = wishes.has('escaped') ? plain.replaceAll('/', '\\/').replaceAll('+', '\\u002B') : plain;
	const body = Buffer.from(text);
	return {
		status: 200,
		contentType: 'application/json',
		body,
		headers,
		charge: made.charge,
		...(wishes.has('chunked') ? { pieceBytes: wishes.number('chunked') ?? 1 } : {}),
		...(wishes.has('cut') ? { cutAt: cutAt(body, made.body.data.length) } : {}),
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
