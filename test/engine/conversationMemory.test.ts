import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Endpoint } from '../../engine/models/model';
import { readAnswer } from '../../engine/responses/readAnswer';
import type { FoundImage } from '../../engine/responses/jsonImages';
import { PNG } from './world';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Larger than what Node puts together in one buffer. */
const SIZE = 256 * 1024;
const TEXT = Buffer.concat([PNG, Buffer.alloc(SIZE)], SIZE).toString('base64');

const event = (type: string, fields: object) =>
	`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const call = (id: string) => ({ id, type: 'image_generation_call', result: 'IMAGE' });
const responseOf = (...ids: string[]) => ({
	id: 'resp_1',
	object: 'response',
	status: 'completed',
	output: ids.map(call),
});

/** An answer, in which `IMAGE` stands for the text of an image. */
interface Answer {
	name: string;
	endpoint: Endpoint;
	text: string;
	/** How many images are handed over, partial ones included. */
	taken: number;
}

const wholes: Answer[] = [
	{
		name: 'whole, of the Images API',
		endpoint: 'generations',
		text: JSON.stringify({ data: Array(3).fill({ b64_json: 'IMAGE' }) }),
		taken: 3,
	},
	{
		name: 'whole, of the Responses API',
		endpoint: 'responses',
		text: JSON.stringify(responseOf('ig_1', 'ig_2', 'ig_3')),
		taken: 3,
	},
];

const streams: Answer[] = [
	{
		name: 'a stream of the Images API',
		endpoint: 'generations',
		text:
			event('image_generation.partial_image', { partial_image_index: 0, b64_json: 'IMAGE' }).repeat(3) +
			event('image_generation.completed', { b64_json: 'IMAGE' }),
		taken: 4,
	},
	{
		name: 'a stream of the Responses API',
		endpoint: 'responses',
		text:
			event('response.image_generation_call.partial_image', {
				partial_image_index: 0,
				partial_image_b64: 'IMAGE',
			}).repeat(2) +
			// The image comes with its item, and once more with the whole.
			event('response.output_item.done', { item: call('ig_1') }) +
			event('response.completed', { response: responseOf('ig_1') }),
		taken: 3,
	},
];

/** How many of the images handed over are still held, in the middle of each one that follows. */
async function heldBeside({ endpoint, text, taken }: Answer): Promise<number[]> {
	const images: Array<WeakRef<ArrayBufferLike>> = [];
	const held: number[] = [];
	async function* body(): AsyncGenerator<Uint8Array> {
		const [first = '', ...rest] = text.split('IMAGE');
		yield Buffer.from(first);
		for (const after of rest) {
			yield Buffer.from(TEXT.slice(0, TEXT.length / 2));
			// Until then nothing that was looked at is let go.
			await nextTurn();
			collectGarbage();
			held.push(images.filter((image) => image.deref() !== undefined).length);
			yield Buffer.from(TEXT.slice(TEXT.length / 2));
			yield Buffer.from(after);
		}
	}
	const take = (found: FoundImage): Promise<void> => {
		if (!('bytes' in found)) throw found.error;
		expect(found.bytes).toHaveLength(SIZE);
		images.push(new WeakRef(found.bytes.buffer));
		return Promise.resolve();
	};
	const type = text.startsWith('{') ? 'application/json' : 'text/event-stream';
	await readAnswer(
		endpoint,
		{ status: 200, headers: { 'content-type': type }, body: body() },
		{ takers: { image: take, partial: take }, redact: (said) => said, now: 0, expected: 1 },
	);
	expect(images).toHaveLength(taken);
	expect(held.length).toBeGreaterThanOrEqual(taken);
	return held;
}

describe('an image is let go before the next one arrives', () => {
	it.each([...wholes, ...streams])('$name', async (answer) => {
		const held = await heldBeside(answer);
		expect(held).toEqual(held.map(() => 0));
	});
});
