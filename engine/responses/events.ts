import type { Reading } from './answer';
import type { ApiError } from './errorResponse';
import { apiErrorIn } from './errorResponse';
import { EventStreamReader, type StreamEvent } from './eventStream';
import { recordOf, textOf } from './fields';

/** The events of a stream as they arrive. Leaving the loop closes the connection. */
export async function* eventsOf(
	body: AsyncIterable<Uint8Array>,
	imageKeys: ReadonlySet<string>,
	{ redact, spare }: Pick<Reading, 'redact' | 'spare'>,
): AsyncGenerator<StreamEvent> {
	const reader = new EventStreamReader(imageKeys, redact, spare);
	for await (const piece of body) yield* reader.push(piece);
}

/** What an event is about: its data say it, and mostly its name as well. */
export function typeOfEvent({ name, data }: StreamEvent): string {
	return textOf(recordOf(data).type) ?? name;
}

/** The error that an event reports: `{error: {...}}`, or the event itself is one. */
export function errorInEvent(event: StreamEvent): ApiError | undefined {
	const error = apiErrorIn(event.data);
	if (error) return error;
	if (event.name !== 'error' && typeOfEvent(event) !== 'error') return undefined;
	const { type, ...bare } = recordOf(event.data);
	// The event's own type says nothing of the error.
	return type === 'error' ? bare : { type, ...bare };
}
