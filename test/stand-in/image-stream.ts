import type {
	ImageEditStreamEvent,
	ImageGenStreamEvent,
	ImageGenCompletedEvent,
	ImageGenPartialImageEvent,
} from 'openai/resources/images';
import type { Commission } from './commission';
import type { Wishes } from './directives';
import { streamError } from './errors';
import type { MadeImages } from './image-response';
import type { ImageOrder } from './orders/order';
import type { EventStream, StreamEvent } from './streams/event-stream';

type Fields = Pick<ImageGenCompletedEvent, 'background' | 'output_format' | 'quality' | 'size'>;
type Partial = Omit<ImageGenPartialImageEvent, 'type'>;
type Completed = Omit<ImageGenCompletedEvent, 'type'>;

/** The events of the Images API: the partial pictures, evenly over the time, and the picture with its usage. */
export function imageStream(
	order: ImageOrder,
	made: Commission,
	{ body, charge }: MadeImages,
	wishes: Wishes,
	requestId: string,
): EventStream {
	const [picture] = made.pictures;
	const partials = picture?.partials ?? [];
	const events = partials.map((bytes, index) =>
		eventOf(
			partialImage(order, {
				b64_json: bytes.toString('base64'),
				...fieldsOf(order),
				created_at: now(),
				partial_image_index: index,
			}),
			made.at((index + 1) / (partials.length + 1)),
		),
	);
	const stream = { headers: made.headers, wishes, onAbandoned: made.giveBack };
	if (wishes.has('stream-error')) {
		const error = streamError(wishes.text('stream-error'), requestId);
		events.push({ name: 'error', data: { error }, atMs: made.at(1) });
		return { ...stream, events, onLast: made.giveBack };
	}
	if (wishes.has('empty')) return { ...stream, events, charge };
	const final = completed(order, {
		b64_json: body.data[0]?.b64_json ?? '',
		...fieldsOf(order),
		created_at: now(),
		...(body.usage ? { usage: body.usage } : {}),
		...(order.safetyIdentifier === null ? {} : { safety_identifier: order.safetyIdentifier }),
	} as Completed);
	return { ...stream, events: [...events, eventOf(final, made.at(1))], charge };
}

function partialImage(order: ImageOrder, event: Partial): ImageGenStreamEvent | ImageEditStreamEvent {
	return order.inputs
		? { type: 'image_edit.partial_image', ...event }
		: { type: 'image_generation.partial_image', ...event };
}

function completed(order: ImageOrder, event: Completed): ImageGenStreamEvent | ImageEditStreamEvent {
	return order.inputs
		? { type: 'image_edit.completed', ...event }
		: { type: 'image_generation.completed', ...event };
}

function fieldsOf({ background, outputFormat, quality, width, height }: ImageOrder): Fields {
	return { background, output_format: outputFormat, quality, size: `${width}x${height}` } as Fields;
}

function eventOf(data: ImageGenStreamEvent | ImageEditStreamEvent, atMs: number): StreamEvent {
	return { name: data.type, data, atMs };
}

/** Seconds since 1970. */
function now(): number {
	return Math.floor(Date.now() / 1000);
}
