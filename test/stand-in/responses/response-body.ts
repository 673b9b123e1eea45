import type {
	Response,
	ResponseOutputItem,
	ResponseOutputMessage,
	ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import type { Fields } from '../parameters';
import type { ImageTool } from './image-tool';
import type { ResponseRequest } from './response-request';

/** A response as it goes over the wire: `output_text` is the SDK's own, `store` is in no type of it. */
export type ResponseBody = Omit<Response, 'output_text'> & { store: boolean };

export type ImageCall = ResponseOutputItem.ImageGenerationCall;
export type OutputItem = ResponseReasoningItem | ImageCall | ResponseOutputMessage;

/** What a response has that its request does not decide. */
export type Result = Pick<ResponseBody, 'status' | 'output' | 'usage' | 'tool_usage'> &
	Partial<Pick<ResponseBody, 'error' | 'incomplete_details' | 'completed_at'>>;

/**
 * A response that has just begun.
 *
 * @param createdAt seconds since 1970
 */
export function begunResponse(
	id: string,
	createdAt: number,
	{ model, previousResponseId, instructions, store, effort, fields }: ResponseRequest,
	{ listed }: ImageTool,
): ResponseBody {
	return {
		id,
		object: 'response',
		created_at: createdAt,
		status: 'in_progress',
		access_programs: null,
		background: false,
		completed_at: null,
		error: null,
		incomplete_details: null,
		instructions,
		max_output_tokens: repeated(fields, 'max_output_tokens', null),
		max_tool_calls: null,
		metadata: repeated(fields, 'metadata', {}),
		model: model.id,
		output: [],
		parallel_tool_calls: repeated(fields, 'parallel_tool_calls', true),
		previous_response_id: previousResponseId,
		prompt_cache_key: repeated(fields, 'prompt_cache_key', null),
		reasoning: { effort: (model.reasons ? (effort ?? 'medium') : null) as never, summary: null },
		safety_identifier: repeated(fields, 'safety_identifier', null),
		service_tier: 'default',
		store,
		temperature: repeated(fields, 'temperature', 1),
		text: { format: { type: 'text' }, verbosity: 'medium' },
		tool_choice: repeated<ResponseBody['tool_choice']>(fields, 'tool_choice', 'auto'),
		tools: [listed],
		top_logprobs: 0,
		top_p: repeated(fields, 'top_p', 1),
		truncation: repeated<'auto' | 'disabled'>(fields, 'truncation', 'disabled'),
		...(typeof fields.user === 'string' ? { user: fields.user } : {}),
	};
}

/** The same response with its result. */
export function endedResponse(begun: ResponseBody, result: Result): ResponseBody {
	return { ...begun, ...result };
}

/** A response of which the image call has another text for its picture. */
export function withImageText(body: ResponseBody, text: string | null): ResponseBody {
	const output = body.output.map((item) =>
		item.type === 'image_generation_call' ? { ...item, result: text } : item,
	);
	return { ...body, output };
}

/** For the SDK's types of events, which have its own `output_text` in every response. */
export function asResponse(body: ResponseBody): Response {
	return body as unknown as Response;
}

/** A field of the request, which was found good when it was read. */
function repeated<Value>(fields: Fields, name: string, otherwise: Value): Value {
	return (fields[name] ?? otherwise) as Value;
}
