import type { StreamEvent } from './eventStream';
import type { Takers } from './answer';
import { recordOf } from './fields';
import type { FoundImage } from './jsonImages';

/*
 * A loop that waits for more of an answer still holds what its variables had last. So images are handed over by functions
 * that end before that, and are taken out of the lists and events that brought them.
 */

/**
 * Hands images over, and empties their list.
 * @param from the number of the first one
 * @returns the number of the next one
 */
export async function takeEach(
	images: FoundImage[],
	from: number,
	take: (found: FoundImage, number: number) => Promise<void>,
): Promise<number> {
	let number = from;
	for (let image = images.shift(); image; image = images.shift()) await take(image, number++);
	return number;
}

/** Hands an event's partial image over, where it has one. */
export async function takePartial({ data, images }: StreamEvent, { partial }: Takers): Promise<void> {
	const image = images.shift();
	if (image) await partial(image, Number(recordOf(data).partial_image_index ?? 0));
}
