import { isFields } from '../parameters';
import type { Fields } from '../parameters';

/** A function that the model may call. */
export interface FunctionTool {
	name: string;
	/** JSON schema of its arguments. */
	parameters: Fields;
}

/** What was said last: by the user, or by a function that was called. */
export interface LastMessage {
	from: 'user' | 'function';
	text: string;
}

/** What the model says to it. */
export type FunctionReply =
	{ kind: 'call'; name: string; arguments: string } | { kind: 'text'; text: string };

/**
 * A model of one mind: what the user says is done by the first function there is, and what a function says is told to
 * the user word for word.
 */
export function replyTo({ from, text }: LastMessage, tools: FunctionTool[]): FunctionReply {
	if (from === 'function') return { kind: 'text', text: `Done. The tool says: ${text}` };
	const [tool] = tools;
	if (!tool) return { kind: 'text', text: `You said: ${text}` };
	return { kind: 'call', name: tool.name, arguments: JSON.stringify(argumentsFor(tool.parameters, text)) };
}

/** A tool as both APIs have it, its function's fields inside `function` or beside `type`. */
export function readFunctionTool(tool: unknown): FunctionTool[] {
	const outer = isFields(tool) ? tool : {};
	const { name, parameters } = isFields(outer.function) ? outer.function : outer;
	if (typeof name !== 'string') return [];
	return [{ name, parameters: isFields(parameters) ? parameters : {} }];
}

/** The text of a message's content: itself, or that of its parts. */
export function textOf(content: unknown): string {
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return '';
	return (content as unknown[])
		.flatMap((part) => (isFields(part) && typeof part.text === 'string' ? [part.text] : []))
		.join('\n');
}

/** Every required property, and what takes a prompt. */
function argumentsFor(schema: Fields, text: string): Fields {
	const properties = isFields(schema.properties) ? schema.properties : {};
	const required = Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
	const names = Object.keys(properties).filter((name) => required.includes(name) || takesText(name));
	return Object.fromEntries(names.map((name) => [name, valueFor(name, properties[name], text)]));
}

function valueFor(name: string, property: unknown, text: string): unknown {
	const { type, enum: choices, default: standard, minimum } = isFields(property) ? property : {};
	if (Array.isArray(choices) && choices.length > 0) return choices[0] as unknown;
	if (standard !== undefined) return standard;
	switch (type) {
		case 'number':
		case 'integer':
			return typeof minimum === 'number' ? minimum : 1;
		case 'boolean':
			return false;
		case 'array':
			return [];
		case 'object':
			return {};
		default:
			return takesText(name) ? text : text.slice(0, 40).trim();
	}
}

function takesText(name: string): boolean {
	return /prompt|input|query|text|description|instruction/i.test(name);
}
