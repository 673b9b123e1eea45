import { randomUUID } from 'node:crypto';
import type {
	Response,
	ResponseFunctionToolCall,
	ResponseOutputMessage,
} from 'openai/resources/responses/responses';
import { json } from '../answer';
import type { Reply } from '../answer';
import { Wishes } from '../directives';
import { invalidRequest } from '../errors';
import type { Models } from '../models';
import { isFields, readBoolean, readString } from '../parameters';
import type { Fields } from '../parameters';
import { newId } from '../responses/ids';
import { messageItem } from '../responses/output-items';
import { asResponse } from '../responses/response-body';
import type { ResponseBody } from '../responses/response-body';
import { Script, tellMessage } from '../responses/response-events';
import { readConversationModel } from '../responses/response-request';
import type { StreamEvent } from '../streams/event-stream';
import { textTokens } from '../tokens';
import { readFunctionTool, replyTo, textOf } from './reply';
import type { FunctionReply, LastMessage } from './reply';

type Item = ResponseOutputMessage | ResponseFunctionToolCall;

/**
 * A response without images: to a request that has functions for tools, or none. Of the body only what decides the
 * answer is looked at; nothing is booked or remembered.
 *
 * @throws ApiError 400
 */
export function answerTextResponse(fields: Fields, models: Models): Reply {
	const model = readConversationModel(fields, models);
	const tools = Array.isArray(fields.tools) ? (fields.tools as unknown[]) : [];
	const reply = replyTo(lastMessage(fields), tools.flatMap(readFunctionTool));
	const item = itemOf(reply);
	const input = textTokens(JSON.stringify(fields.input));
	const output = textTokens(reply.kind === 'text' ? reply.text : reply.arguments);
	const begun: ResponseBody = {
		id: newId('resp'),
		object: 'response',
		created_at: Math.floor(Date.now() / 1000),
		status: 'in_progress',
		access_programs: null,
		error: null,
		incomplete_details: null,
		instructions: readString(fields, 'instructions') ?? null,
		metadata: {},
		model: model.id,
		output: [],
		parallel_tool_calls: true,
		store: false,
		temperature: 1,
		tool_choice: 'auto',
		tools: tools as Response['tools'],
		top_p: 1,
	};
	const ended: ResponseBody = {
		...begun,
		status: 'completed',
		output: [item],
		usage: {
			input_tokens: input,
			input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
			output_tokens: output,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: input + output,
		},
	};
	if (readBoolean(fields, 'stream') !== true) return json(200, ended);
	return { events: eventsOf(begun, ended, item), wishes: new Wishes([], 1) };
}

function lastMessage({ input }: Fields): LastMessage {
	if (typeof input === 'string') return { from: 'user', text: input };
	const last: unknown = Array.isArray(input) ? (input as unknown[]).at(-1) : undefined;
	if (!isFields(last)) {
		throw invalidRequest("Missing required parameter: 'input'.", 'input', 'missing_required_parameter');
	}
	if (last.type === 'function_call_output') return { from: 'function', text: textOf(last.output) };
	return { from: 'user', text: textOf(last.content) };
}

function itemOf(reply: FunctionReply): Item {
	if (reply.kind === 'text') return messageItem('text', reply.text);
	return {
		id: newId('fc'),
		type: 'function_call',
		status: 'completed',
		call_id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
		name: reply.name,
		arguments: reply.arguments,
	};
}

function eventsOf(begun: ResponseBody, ended: ResponseBody, item: Item): StreamEvent[] {
	const script = new Script();
	script.add({ type: 'response.created', response: asResponse(begun) }, 0);
	script.add({ type: 'response.in_progress', response: asResponse(begun) }, 0);
	if (item.type === 'message') tellMessage(script, item, 0, 0);
	else tellCall(script, item);
	script.add({ type: 'response.completed', response: asResponse(ended) }, 0);
	return script.events;
}

function tellCall(script: Script, item: ResponseFunctionToolCall): void {
	const place = { item_id: item.id ?? '', output_index: 0 };
	const added = { ...item, status: 'in_progress', arguments: '' } as const;
	script.add({ type: 'response.output_item.added', output_index: 0, item: added }, 0);
	script.add({ type: 'response.function_call_arguments.delta', ...place, delta: item.arguments }, 0);
	script.add({ type: 'response.function_call_arguments.done', ...place, arguments: item.arguments }, 0);
	script.add({ type: 'response.output_item.done', output_index: 0, item }, 0);
}
