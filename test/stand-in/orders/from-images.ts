import { imageUserError, invalidRequest } from '../errors';
import type { Exchange } from '../exchange';
import { formInputs } from '../inputs/form-inputs';
import { referencedInputs, referenceFields } from '../inputs/references';
import { editRules, variationRules } from '../inputs/rules';
import type { InputRules } from '../inputs/rules';
import type { ImageModel } from '../models';
import type { Fields } from '../parameters';
import { readDallEOrder, readDallEVariation } from './dall-e';
import { fieldsOf } from './form-fields';
import { readGptImageOrder } from './gpt-image';
import { readInputFidelity } from './input-fidelity';
import { readModel } from './model';
import type { ImageOrder } from './order';
import { readUnknownModelOrder, readUnknownModelVariation } from './unknown-model';
import { enter, withImages } from './with-images';

/** Of a request, what an order is read from. */
type Ordering = Pick<Exchange, 'service' | 'key' | 'body' | 'signal' | 'entry'>;

/**
 * An edit: its fields first, then its images, which are entered in the books as soon as they are there.
 *
 * @throws ApiError 400 for a field or an image, 404 for a model or an uploaded file
 */
export async function readEdit(exchange: Ordering): Promise<ImageOrder> {
	const all = fieldsOf(exchange.body);
	const isForm = exchange.body.type === 'multipart/form-data';
	const model = readModel(all, exchange.service.models);
	const rules = editRules(model);
	if (!rules) throw noSuchModelHere(model);
	if (!isForm && model.family === 'dall-e-2') {
		throw invalidRequest(
			"JSON edits support GPT Image models only: 'dall-e-2' requires 'multipart/form-data'.",
			null,
			'unsupported_content_type',
		);
	}
	const [fields, references] = isForm ? [without(all, formFields), {}] : split(all, referenceFields);
	const order = editOrder(fields, model);
	const fidelity = model.family === 'gpt' ? readInputFidelity(fields, model) : 'low';
	return await withInputs(exchange, order, references, rules, fidelity);
}

/**
 * A variation, on servers that still have it.
 *
 * @throws ApiError 400 for a field or the image
 */
export async function readVariation(exchange: Exchange): Promise<ImageOrder> {
	const all = fieldsOf(exchange.body);
	const model = readModel({ model: 'dall-e-2', ...all }, exchange.service.models);
	const rules = variationRules(model);
	if (!rules) throw noSuchModelHere(model);
	const fields = without(all, formFields);
	const order =
		model.family === 'unknown' ? readUnknownModelVariation(fields, model) : readDallEVariation(fields, model);
	return await withInputs(exchange, order, {}, rules, 'low');
}

/** Names under which a form has files: a text under one of them is refused with the images. */
const formFields = ['image', 'image[]', 'mask', 'markup'];

function editOrder(fields: Fields, model: ImageModel): ImageOrder {
	if (model.family === 'gpt') return readGptImageOrder(fields, model, 'edits');
	return model.family === 'unknown' ? readUnknownModelOrder(fields, model) : readDallEOrder(fields, model);
}

async function withInputs(
	exchange: Ordering,
	order: ImageOrder,
	references: Fields,
	rules: InputRules,
	fidelity: 'low' | 'high',
): Promise<ImageOrder> {
	const { body, service, entry } = exchange;
	const isForm = body.type === 'multipart/form-data';
	const given = isForm
		? formInputs(body, service.provider === 'compatible')
		: await referencedInputs(references, exchange);
	// Forms may have the mask before the images, as the SDK's have.
	const sorted = (['image', 'mask', 'markup'] as const).flatMap((role) =>
		given.filter((input) => input.role === role),
	);
	const missing = isForm || rules.kind === 'variation' ? 'image' : 'images';
	return await withImages(order, await enter(sorted, entry), rules, fidelity, missing);
}

function without(fields: Fields, names: readonly string[]): Fields {
	return split(fields, names)[0];
}

/** @returns the fields of other names, and those of these */
function split(fields: Fields, names: readonly string[]): [others: Fields, these: Fields] {
	const entries = Object.entries(fields);
	const pick = (wanted: boolean) =>
		Object.fromEntries(entries.filter(([name]) => names.includes(name) === wanted));
	return [pick(false), pick(true)];
}

function noSuchModelHere(model: ImageModel) {
	return imageUserError(`The model '${model.id}' is not supported by this endpoint.`, 'model');
}
