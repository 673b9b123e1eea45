import { invalidRequest } from '../errors';
import { readReference } from '../inputs/references';
import type { Reference } from '../inputs/references';
import {
	fieldsIn,
	invalidType,
	isFields,
	readChoice,
	readRequiredString,
	readString,
	refuseUnknown,
} from '../parameters';
import type { Fields } from '../parameters';

/** What was said. */
export interface Message {
	type: 'message';
	role: 'user' | 'assistant' | 'system' | 'developer';
	/** Its text parts, one to a line. */
	text: string;
	images: Reference[];
}

/** An image call that is pointed at. */
export interface CallItem {
	type: 'image_generation_call';
	/** Its place in the body. */
	place: string;
	id: string;
	/** Base64, where the item was sent back whole. */
	result: string | null;
}

export type InputItem = Message | CallItem;

const roles = ['user', 'assistant', 'system', 'developer'] as const;
const itemTypes = ['message', 'image_generation_call', 'reasoning'] as const;

/** Besides `type`; those of an image call are all that an answer's has. */
const messageFields = ['content', 'id', 'phase', 'role', 'status'];
const callFields = [
	'action',
	'background',
	'error',
	'id',
	'output_format',
	'quality',
	'result',
	'revised_prompt',
	'size',
	'status',
	'svg_usage',
];

/** What a part may have, by its type. */
const partFields = {
	input_text: ['text'],
	input_image: ['detail', 'file_id', 'image_url'],
	output_text: ['annotations', 'logprobs', 'text'],
	refusal: ['refusal'],
} as const;

/**
 * `input`: a text, or messages and image calls. Reasoning that is sent back is passed over.
 *
 * @throws ApiError 400
 */
export function readInput(fields: Fields): InputItem[] {
	const { input } = fields;
	if (input === undefined || input === null) {
		throw invalidRequest("Missing required parameter: 'input'.", 'input', 'missing_required_parameter');
	}
	if (typeof input === 'string') return [{ type: 'message', role: 'user', text: input, images: [] }];
	if (!Array.isArray(input)) throw invalidType('input', 'one of a string or array of input items', input);
	return (input as unknown[]).flatMap((item, index) => readItem(item, `input[${index}]`));
}

/**
 * What the user asks for, in the order it was said.
 *
 * @throws ApiError 400 where there is nothing
 */
export function instructionsOf(items: InputItem[]): [string, ...string[]] {
	const [first, ...others] = items.flatMap((item) =>
		item.type === 'message' && item.role === 'user' && item.text !== '' ? [item.text] : [],
	);
	if (first !== undefined) return [first, ...others];
	throw invalidRequest(
		"Invalid 'input': the stand-in needs an instruction, a text that is not empty in a message of the user.",
		'input',
		'invalid_value',
	);
}

function readItem(item: unknown, place: string): InputItem[] {
	if (!isFields(item)) throw invalidType(place, 'an object', item);
	const fields = fieldsIn(item, place);
	const type = readChoice(fields, `${place}.type`, itemTypes) ?? 'message';
	if (type === 'reasoning') return [];
	return [type === 'message' ? readMessage(fields, place) : readCall(fields, place)];
}

function readCall(fields: Fields, place: string): CallItem {
	refuseUnknown(fields, named(place, ['type', ...callFields]));
	const id = readRequiredString(fields, `${place}.id`);
	const result = readString(fields, `${place}.result`) ?? null;
	return { type: 'image_generation_call', place, id, result };
}

function readMessage(fields: Fields, place: string): Message {
	refuseUnknown(fields, named(place, ['type', ...messageFields]));
	readRequiredString(fields, `${place}.role`);
	const role = readChoice(fields, `${place}.role`, roles) ?? 'user';
	const contentPlace = `${place}.content`;
	const content = fields[contentPlace];
	if (typeof content === 'string') return { type: 'message', role, text: content, images: [] };
	if (content === undefined) {
		throw invalidRequest(
			`Missing required parameter: '${contentPlace}'.`,
			contentPlace,
			'missing_required_parameter',
		);
	}
	if (!Array.isArray(content)) throw invalidType(contentPlace, 'one of a string or array of parts', content);
	const parts = (content as unknown[]).map((part, index) =>
		readPart(part, role, `${contentPlace}[${index}]`),
	);
	return {
		type: 'message',
		role,
		text: parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n'),
		images: parts.flatMap(({ image }) => image ?? []),
	};
}

function readPart(part: unknown, role: Message['role'], place: string): { text?: string; image?: Reference } {
	if (!isFields(part)) throw invalidType(place, 'an object', part);
	const fields = fieldsIn(part, place);
	readRequiredString(fields, `${place}.type`);
	const types =
		role === 'assistant' ? (['output_text', 'refusal'] as const) : (['input_text', 'input_image'] as const);
	const type = readChoice(fields, `${place}.type`, types) ?? types[0];
	refuseUnknown(fields, named(place, ['type', ...partFields[type]]));
	if (type === 'refusal') return { text: readRequiredString(fields, `${place}.refusal`) };
	if (type !== 'input_image') return { text: readRequiredString(fields, `${place}.text`) };
	readChoice(fields, `${place}.detail`, ['low', 'high', 'auto', 'original']);
	const { image_url: imageUrl = null, file_id: fileId = null } = part;
	return { image: readReference({ image_url: imageUrl, file_id: fileId }, 'image', place) };
}

function named(place: string, names: readonly string[]): string[] {
	return names.map((name) => `${place}.${name}`);
}
