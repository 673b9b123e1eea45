import sharp from 'sharp';
import { imageUserError, invalidRequest, renamed } from '../errors';
import type { Exchange } from '../exchange';
import type { GivenInput } from '../inputs/input';
import { fetchReference, given } from '../inputs/references';
import { editRules, invalidImageFile } from '../inputs/rules';
import type { ImageOrder } from '../orders/order';
import { enter, withImages } from '../orders/with-images';
import { maskPlace, toolNames } from './image-tool';
import type { ImageTool } from './image-tool';
import type { CallItem } from './input-items';
import type { ResponseRequest } from './response-request';
import type { Conversation, Instruction } from './response-store';

/** What a request has to go by. */
export interface Context {
	action: 'generate' | 'edit';
	order: ImageOrder;
	/** All so far, in their order. */
	instructions: Instruction[];
	/** Ids of the image calls whose pictures are edited. */
	startedFrom: string[];
	/** Images that came with this request. */
	given: GivenInput[];
	/** What it goes on from. */
	previous: Conversation | null;
}

/** What can be edited, and whose instructions it carries. */
interface Editable {
	input: GivenInput;
	callId: string | null;
	instructions: readonly Instruction[];
}

const previousPlace = 'previous_response_id';

/**
 * Looks up what a request refers to and decides what is drawn from what.
 *
 * Pictures that the request points at are edited and images that it brings, in the order they stand in. Where it points
 * at none, the conversation's newest picture comes first, or before there is one, the images that the user gave.
 *
 * @param newest the instructions of this request, without directives
 * @throws ApiError 400, 404 for an image call or a file that is not there
 */
export async function gather(
	exchange: Exchange,
	request: ResponseRequest,
	tool: ImageTool,
	newest: string[],
): Promise<Context> {
	const { service, key, entry } = exchange;
	const { previousResponseId } = request;
	const previous =
		previousResponseId === null ? null : service.responses.conversation(key, previousResponseId);
	const named = await lookUp(exchange, request);
	const pointsAtCall = request.items.some(({ type }) => type === 'image_generation_call');
	const editable = [...(pointsAtCall ? [] : await carriedOver(previous)), ...named];
	const action = chosenAction(tool, editable.length > 0);
	const edited = action === 'edit' ? editable : [];

	const context = {
		action,
		instructions: joined([
			...(previous?.instructions ?? []),
			...edited.flatMap(({ instructions }) => instructions),
			...newest.map((text) => ({ text })),
		]),
		startedFrom: edited.flatMap(({ callId }) => callId ?? []),
		given: named.flatMap(({ callId, input }) => (callId === null ? [input] : [])),
		previous,
	};
	if (entry) {
		entry.instructions = context.instructions.map(({ text }) => text);
		entry.startedFrom = context.startedFrom;
	}
	try {
		return { ...context, order: await orderOf(exchange, tool, action, action === 'edit' ? edited : named) };
	} catch (error) {
		throw renamed(error, toolNames);
	}
}

/** What the request itself names, in its order. */
async function lookUp(exchange: Exchange, { items }: ResponseRequest): Promise<Editable[]> {
	const found = items.map(async (item): Promise<Editable[]> => {
		if (item.type === 'image_generation_call') return [await callOf(exchange, item)];
		const inputs = await Promise.all(item.images.map((reference) => fetchReference(reference, exchange)));
		return inputs.map((input) => ({ input, callId: null, instructions: [] }));
	});
	return (await Promise.all(found)).flat();
}

async function callOf({ service, key }: Exchange, { id, result, place }: CallItem): Promise<Editable> {
	if (result === null) {
		const { bytes, mimeType, instructions } = service.responses.picture(key, id);
		return { input: await madeInput(bytes, mimeType, place), callId: id, instructions };
	}
	const known = service.responses.findPicture(key, id);
	const input = await madeInput(Buffer.from(result, 'base64'), null, place);
	return { input, callId: id, instructions: known?.instructions ?? [] };
}

async function carriedOver(previous: Conversation | null): Promise<Editable[]> {
	if (!previous) return [];
	const { picture } = previous;
	if (picture) {
		const input = await madeInput(picture.bytes, picture.mimeType, previousPlace);
		// What was written on it are the conversation's own instructions.
		return [{ input, callId: picture.callId, instructions: [] }];
	}
	return previous.given.map((input) => ({
		input: { ...input, field: previousPlace, param: previousPlace },
		callId: null,
		instructions: [],
	}));
}

/** A picture of the stand-in's own. What no edit takes becomes a PNG: an SVG, and the first frame of a GIF. */
async function madeInput(bytes: Buffer, mimeType: string | null, place: string): Promise<GivenInput> {
	const needsRedrawing = mimeType === 'image/gif' || mimeType === 'image/svg+xml';
	return given({
		role: 'image',
		field: place,
		param: place,
		fileName: null,
		contentType: needsRedrawing ? 'image/png' : mimeType,
		bytes: needsRedrawing ? await sharp(bytes, { unlimited: true }).png().toBuffer() : bytes,
		tooLong: false,
		source: 'image_call',
	});
}

function chosenAction({ action, order, mask }: ImageTool, hasImages: boolean): Context['action'] {
	if (action === 'edit' && !hasImages) {
		throw invalidRequest(
			"Invalid value: 'edit'. There is no image in the context to edit.",
			'tools[0].action',
			'invalid_value',
		);
	}
	const chosen = action === 'auto' ? (hasImages ? 'edit' : 'generate') : action;
	if (chosen === 'generate' && mask) {
		throw imageUserError(`'${maskPlace}' needs an image to edit.`, maskPlace);
	}
	if (chosen === 'edit' && order.outputFormat === 'svg') {
		throw imageUserError('Edits do not support output_format=svg.', 'tools[0].output_format');
	}
	return chosen;
}

async function orderOf(
	exchange: Exchange,
	{ order, mask, fidelity }: ImageTool,
	action: Context['action'],
	images: Editable[],
): Promise<ImageOrder> {
	const masks = mask ? [await fetchReference(mask, exchange)] : [];
	const measured = await enter([...images.map(({ input }) => input), ...masks], exchange.entry);
	if (action === 'edit') {
		const rules = editRules(order.model);
		if (!rules) throw new Error(`The image tool has no ${order.model.id}`);
		return await withImages(order, measured, rules, fidelity, 'image');
	}
	// Not to be edited, but the conversation model sees them.
	const broken = measured.findIndex(({ measures }) => measures === null);
	if (broken !== -1) throw invalidImageFile(broken);
	return order;
}

/** Each once, in the order of their first coming. */
function joined(instructions: Instruction[]): Instruction[] {
	return [...new Set(instructions)];
}
