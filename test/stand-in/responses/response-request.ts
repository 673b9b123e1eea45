import { invalidRequest } from '../errors';
import type { ConversationModel } from '../conversation-models';
import type { Models } from '../models';
import {
	fieldsIn,
	invalidType,
	isFields,
	readBoolean,
	readChoice,
	readInteger,
	readNumber,
	readObject,
	readRequiredString,
	readString,
	refuseLonger,
	refuseUnknown,
} from '../parameters';
import type { Fields } from '../parameters';
import { readInput } from './input-items';
import type { InputItem } from './input-items';

/** A request to the Responses API with the image tool, found well-formed. What it refers to was not looked up. */
export interface ResponseRequest {
	model: ConversationModel;
	items: InputItem[];
	/** The tool's fields, as they came. */
	tool: Fields;
	/** Whether the tool must be called, may be, or must not be. */
	toolUse: 'must' | 'may' | 'must not';
	previousResponseId: string | null;
	instructions: string | null;
	store: boolean;
	stream: boolean;
	/** What the conversation model is to spend on reasoning. */
	effort: string | null;
	/** All fields, for the answer to repeat. */
	fields: Fields;
}

const fieldNames = [
	'include',
	'input',
	'instructions',
	'max_output_tokens',
	'metadata',
	'model',
	'parallel_tool_calls',
	'previous_response_id',
	'prompt_cache_key',
	'reasoning',
	'safety_identifier',
	'service_tier',
	'store',
	'stream',
	'temperature',
	'tool_choice',
	'tools',
	'top_p',
	'truncation',
	'user',
];

/** What the real API has besides. */
const missingHere = [
	'access_programs',
	'background',
	'context_management',
	'conversation',
	'image',
	'max_tool_calls',
	'moderation',
	'prompt',
	'prompt_cache_options',
	'prompt_cache_retention',
	'stream_options',
	'text',
	'top_logprobs',
];

const includable = [
	'code_interpreter_call.outputs',
	'computer_call_output.output.image_url',
	'file_search_call.results',
	'message.input_image.image_url',
	'message.output_text.logprobs',
	'reasoning.encrypted_content',
	'web_search_call.action.sources',
	'web_search_call.results',
];

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/**
 * Reads the body of a request, but for the tool's own parameters.
 *
 * @throws ApiError 400
 */
export function readResponseRequest(fields: Fields, models: Models): ResponseRequest {
	const missing = Object.keys(fields).find((name) => missingHere.includes(name));
	if (missing !== undefined) {
		throw invalidRequest(`The stand-in does not have '${missing}'.`, missing, 'unsupported_parameter');
	}
	refuseUnknown(fields, fieldNames);
	const model = readConversationModel(fields, models);
	const tool = readTool(fields, model);
	const items = readInput(fields);
	readSettings(fields);
	return {
		model,
		items,
		tool,
		toolUse: readToolChoice(fields),
		previousResponseId: readString(fields, 'previous_response_id') ?? null,
		instructions: readString(fields, 'instructions') ?? null,
		store: readBoolean(fields, 'store') ?? true,
		stream: readBoolean(fields, 'stream') ?? false,
		effort: readEffort(fields, model),
		fields,
	};
}

/** @throws ApiError 400 `model_not_found` */
export function readConversationModel(fields: Fields, models: Models): ConversationModel {
	const id = readRequiredString(fields, 'model');
	const model = models.findConversation(id);
	if (model) return model;
	throw invalidRequest(`The requested model '${id}' does not exist.`, 'model', 'model_not_found');
}

function readTool(fields: Fields, model: ConversationModel): Fields {
	const { tools } = fields;
	if (!Array.isArray(tools)) throw invalidType('tools', 'an array of objects', tools);
	for (const [index, tool] of (tools as unknown[]).entries()) {
		const place = `tools[${index}]`;
		if (!isFields(tool)) throw invalidType(place, 'an object', tool);
		readRequiredString(fieldsIn(tool, place), `${place}.type`);
		readChoice(fieldsIn(tool, place), `${place}.type`, ['image_generation']);
	}
	const [tool, another] = tools as [Fields, Fields | undefined];
	if (another) {
		throw invalidRequest('The stand-in takes one image_generation tool.', 'tools', 'invalid_value');
	}
	if (model.imageTool) return tool;
	throw invalidRequest(`Hosted tool 'image_generation' is not supported with ${model.id}.`, 'tools', null);
}

/** Checks what the stand-in only repeats. */
function readSettings(fields: Fields): void {
	readMetadata(fields);
	readInclude(fields);
	readInteger(fields, 'max_output_tokens', 16, Number.MAX_SAFE_INTEGER);
	readBoolean(fields, 'parallel_tool_calls');
	readString(fields, 'prompt_cache_key', 64);
	readString(fields, 'safety_identifier', 128);
	readChoice(fields, 'service_tier', ['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']);
	readNumber(fields, 'temperature', 0, 2);
	readNumber(fields, 'top_p', 0, 1);
	readChoice(fields, 'truncation', ['auto', 'disabled']);
	readString(fields, 'user');
}

function readMetadata(fields: Fields): void {
	const metadata = readObject(fields, 'metadata') ?? {};
	const entries = fieldsIn(metadata, 'metadata');
	if (Object.keys(entries).length > 16) {
		throw invalidRequest(
			"Invalid 'metadata': too many properties. Expected an object with at most 16 properties.",
			'metadata',
			'object_above_max_properties',
		);
	}
	for (const name of Object.keys(metadata)) {
		refuseLonger(name, 'metadata', 64);
		readRequiredString(entries, `metadata.${name}`);
		readString(entries, `metadata.${name}`, 512);
	}
}

function readInclude(fields: Fields): void {
	const include = fields.include ?? [];
	if (!Array.isArray(include)) throw invalidType('include', 'an array of strings', include);
	for (const [index, value] of (include as unknown[]).entries()) {
		readChoice({ [`include[${index}]`]: value }, `include[${index}]`, includable);
	}
}

function readEffort(fields: Fields, model: ConversationModel): string | null {
	const reasoning = readObject(fields, 'reasoning');
	if (!reasoning) return null;
	const inside = fieldsIn(reasoning, 'reasoning');
	const names = ['context', 'effort', 'generate_summary', 'mode', 'summary'];
	refuseUnknown(
		inside,
		names.map((name) => `reasoning.${name}`),
	);
	const summaries = ['auto', 'concise', 'detailed'] as const;
	readChoice(inside, 'reasoning.summary', summaries);
	readChoice(inside, 'reasoning.generate_summary', summaries);
	readChoice(inside, 'reasoning.context', ['auto', 'current_turn', 'all_turns']);
	readString(inside, 'reasoning.mode');
	const effort = readChoice(inside, 'reasoning.effort', efforts) ?? null;
	if (effort === null || model.reasons || model.released === '') return effort;
	throw invalidRequest(
		"Unsupported parameter: 'reasoning.effort' is not supported with this model.",
		'reasoning.effort',
		'unsupported_parameter',
	);
}

function readToolChoice(fields: Fields): ResponseRequest['toolUse'] {
	const { tool_choice: choice } = fields;
	const forced: Record<string, ResponseRequest['toolUse']> = {
		auto: 'may',
		none: 'must not',
		required: 'must',
	};
	if (!isFields(choice)) return forced[readChoice(fields, 'tool_choice', Object.keys(forced)) ?? 'auto']!;
	const inside = fieldsIn(choice, 'tool_choice');
	readRequiredString(inside, 'tool_choice.type');
	const type = readChoice(inside, 'tool_choice.type', ['image_generation', 'allowed_tools']);
	if (type === 'image_generation') {
		refuseUnknown(inside, ['tool_choice.type']);
		return 'must';
	}
	refuseUnknown(inside, ['tool_choice.type', 'tool_choice.mode', 'tool_choice.tools']);
	readRequiredString(inside, 'tool_choice.mode');
	const mode = readChoice(inside, 'tool_choice.mode', ['auto', 'required']);
	const allowed = Array.isArray(choice.tools) ? (choice.tools as unknown[]) : [];
	if (allowed.some((tool) => isFields(tool) && tool.type === 'image_generation')) {
		return mode === 'required' ? 'must' : 'may';
	}
	throw invalidRequest(
		"Tool choice 'image_generation' not found in 'tool_choice.tools'.",
		'tool_choice.tools',
		'invalid_value',
	);
}
