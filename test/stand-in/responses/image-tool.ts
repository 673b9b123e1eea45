import type { Tool } from 'openai/resources/responses/responses';
import { imageUserError, underNames } from '../errors';
import { readReference } from '../inputs/references';
import type { Reference } from '../inputs/references';
import type { Models } from '../models';
import { readGptImageOrder } from '../orders/gpt-image';
import { readInputFidelity } from '../orders/input-fidelity';
import { readModel } from '../orders/model';
import type { ImageOrder } from '../orders/order';
import { readUnknownModelOrder } from '../orders/unknown-model';
import { fieldsIn, readChoice, refuseUnknown } from '../parameters';
import type { Fields } from '../parameters';
import type { ResponseRequest } from './response-request';

/** The image tool as a request has it. */
export interface ImageTool {
	action: 'auto' | 'generate' | 'edit';
	/** What it would draw, were there no images to start from. */
	order: ImageOrder;
	mask: Reference | null;
	fidelity: 'low' | 'high';
	/** For the answer to repeat. */
	listed: Tool.ImageGeneration;
}

const place = 'tools[0]';
export const maskPlace = `${place}.input_image_mask`;

/** The Images API's names for what the tool has as well. */
const shared = [
	'background',
	'complexity',
	'frame_count',
	'frame_duration_ms',
	'input_fidelity',
	'model',
	'moderation',
	'output_compression',
	'output_format',
	'partial_images',
	'quality',
	'size',
	'svg',
];
const own = ['action', 'input_image_mask', 'type'];

/** What the tool draws with where the request does not say (the SDK's comment). */
const defaultModel = 'gpt-image-2';

/** What errors call the parameters of the orders that are shared with the Images API. */
export function toolNames(param: string): string {
	if (param === 'prompt' || param === 'image') return 'input';
	if (param === 'mask') return maskPlace;
	// What is not a field of the tool has its full name already.
	return shared.includes(param.split('.')[0] ?? '') ? `${place}.${param}` : param;
}

/**
 * The tool's parameters, by the rules of the Images API.
 *
 * @param prompt the newest instruction, as it was sent
 * @throws ApiError 400, 404 for an image model that is not there
 */
export function readImageTool(request: ResponseRequest, prompt: string, models: Models): ImageTool {
	const { tool, model: conversationModel, stream } = request;
	const fields = fieldsIn(tool, place);
	refuseUnknown(
		fields,
		[...shared, ...own].map((name) => `${place}.${name}`),
	);
	const action = readChoice(fields, `${place}.action`, ['auto', 'generate', 'edit'] as const) ?? 'auto';
	const { input_image_mask: mask = null } = tool;
	const ordered = underNames(toolNames, () => {
		const asked = Object.fromEntries(Object.entries(tool).filter(([name]) => shared.includes(name)));
		return readOrder({ model: defaultModel, ...asked, prompt, stream }, models, conversationModel.id);
	});
	return {
		action,
		...ordered,
		mask: mask === null ? null : readReference(mask, 'mask', maskPlace),
		listed: listedTool(tool, ordered.order.model.id),
	};
}

function readOrder(
	fields: Fields,
	models: Models,
	conversationModel: string,
): Pick<ImageTool, 'order' | 'fidelity'> {
	const model = readModel(fields, models);
	if (model.family === 'gpt') {
		const order = readGptImageOrder(fields, model, 'tool', conversationModel);
		return { order, fidelity: readInputFidelity(fields, model) };
	}
	if (model.family === 'unknown') return { order: readUnknownModelOrder(fields, model), fidelity: 'low' };
	throw imageUserError(`The model '${model.id}' is not supported by the image_generation tool.`, 'model');
}

/** The tool with its defaults; a mask is not repeated, for it may be large. */
function listedTool({ input_image_mask: _, ...given }: Fields, model: string): Tool.ImageGeneration {
	return {
		type: 'image_generation',
		action: 'auto',
		background: 'auto',
		moderation: 'auto',
		output_compression: 100,
		output_format: 'png',
		quality: 'auto',
		size: 'auto',
		...given,
		model,
	};
}
