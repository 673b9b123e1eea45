import { randomUUID } from 'node:crypto';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Reply } from '../answer';
import { json } from '../answer';
import { Wishes } from '../directives';
import { invalidRequest, modelNotFound } from '../errors';
import type { Models } from '../models';
import { isFields, readBoolean, readRequiredString } from '../parameters';
import type { Fields } from '../parameters';
import type { StreamEvent } from '../streams/event-stream';
import { textTokens } from '../tokens';
import { readFunctionTool, replyTo, textOf } from './reply';
import type { FunctionReply, LastMessage } from './reply';

type Common = Pick<ChatCompletion, 'id' | 'created' | 'model'>;
type Delta = ChatCompletionChunk.Choice.Delta;

/**
 * A chat completion, for agents that have an image node for a tool. Of the body only what decides the answer is
 * looked at; nothing is booked.
 *
 * @throws ApiError 400 without messages, 404 for an unknown model
 */
export function answerChat(fields: Fields, models: Models): Reply {
	const model = readRequiredString(fields, 'model');
	if (!models.findConversation(model)) throw modelNotFound(model);
	const tools = Array.isArray(fields.tools) ? (fields.tools as unknown[]) : [];
	const reply = replyTo(lastMessage(fields), tools.flatMap(readFunctionTool));
	const common = {
		id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
		created: Math.floor(Date.now() / 1000),
		model,
	};
	const usage = usageOf(fields, reply);
	if (readBoolean(fields, 'stream') !== true) return json(200, completion(common, reply, usage));
	const options = isFields(fields.stream_options) ? fields.stream_options : {};
	const counted = options.include_usage === true ? usage : null;
	return { events: chunks(common, reply, counted), wishes: new Wishes([], 1) };
}

function lastMessage({ messages }: Fields): LastMessage {
	const last: unknown = Array.isArray(messages) ? (messages as unknown[]).at(-1) : undefined;
	if (!isFields(last)) {
		throw invalidRequest("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
	}
	return { from: last.role === 'tool' ? 'function' : 'user', text: textOf(last.content) };
}

function completion(
	common: Common,
	reply: FunctionReply,
	usage: NonNullable<ChatCompletion['usage']>,
): ChatCompletion {
	const calls = reply.kind === 'call' ? [toolCall(reply)] : undefined;
	return {
		...common,
		object: 'chat.completion',
		choices: [
			{
				index: 0,
				message: {
					role: 'assistant',
					content: reply.kind === 'text' ? reply.text : null,
					refusal: null,
					...(calls ? { tool_calls: calls } : {}),
				},
				logprobs: null,
				finish_reason: finishReason(reply),
			},
		],
		usage,
	};
}

function chunks(
	common: Common,
	reply: FunctionReply,
	usage: NonNullable<ChatCompletion['usage']> | null,
): StreamEvent[] {
	const chunk = (delta: Delta, finish: ReturnType<typeof finishReason> | null): ChatCompletionChunk => ({
		...common,
		object: 'chat.completion.chunk',
		choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
	});
	const said: Delta =
		reply.kind === 'text' ? { content: reply.text } : { tool_calls: [{ index: 0, ...toolCall(reply) }] };
	const sent: Array<ChatCompletionChunk | '[DONE]'> = [
		chunk({ role: 'assistant', content: reply.kind === 'text' ? '' : null }, null),
		chunk(said, null),
		chunk({}, finishReason(reply)),
		...(usage ? [{ ...common, object: 'chat.completion.chunk' as const, choices: [], usage }] : []),
		'[DONE]',
	];
	return sent.map((data) => ({ name: null, data, atMs: 0 }));
}

function toolCall({ name, arguments: given }: Extract<FunctionReply, { kind: 'call' }>) {
	const id = `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
	return { id, type: 'function' as const, function: { name, arguments: given } };
}

function finishReason({ kind }: FunctionReply): 'tool_calls' | 'stop' {
	return kind === 'call' ? 'tool_calls' : 'stop';
}

function usageOf({ messages }: Fields, reply: FunctionReply): NonNullable<ChatCompletion['usage']> {
	const prompt = textTokens(JSON.stringify(messages));
	const answer = textTokens(reply.kind === 'text' ? reply.text : reply.arguments);
	return { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer };
}
