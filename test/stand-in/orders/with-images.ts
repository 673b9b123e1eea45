import type { BookEntry } from '../books';
import { inputTokens } from '../input-tokens';
import { booked, measure } from '../inputs/input';
import type { GivenInput, MeasuredInput } from '../inputs/input';
import { checkInputs, refuseOutput } from '../inputs/rules';
import type { InputRules } from '../inputs/rules';
import type { ImageOrder } from './order';

/** Looks at the headers of images and enters them in the books, good or not. */
export async function enter(given: GivenInput[], entry: BookEntry | null): Promise<MeasuredInput[]> {
	const measured = await Promise.all(given.map(measure));
	if (entry && measured.length > 0) entry.inputs = measured.map(booked);
	return measured;
}

/**
 * An order that starts from images.
 *
 * @param missing what errors call the images where there is none: `image` of a form, `images` of JSON
 * @throws ApiError 400 for an image that will not do
 */
export async function withImages(
	order: ImageOrder,
	measured: MeasuredInput[],
	rules: InputRules,
	fidelity: 'low' | 'high',
	missing: 'image' | 'images',
): Promise<ImageOrder> {
	const inputs = await checkInputs(measured, rules, order.model, missing);
	refuseOutput(order, inputs);
	const sizes = inputs.images.map(({ measures }) => measures);
	return { ...order, inputs, inputTokens: inputTokens(order.model, sizes, fidelity) };
}
