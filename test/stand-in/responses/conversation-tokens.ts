import type { ResponseUsage } from 'openai/resources/responses/responses';
import type { ConversationModel } from '../conversation-models';
import { textTokens } from '../tokens';
import type { Context } from './context';
import type { ResponseRequest } from './response-request';

/** What a conversation model is told of the image tool, with every request. */
const toolTokens = 1280;
/** What stands around each message. */
const messageTokens = 4;
/** An image that the model sees, whoever made it. */
const imageTokens = 765;
/** What the call of the tool takes besides its prompt. */
const callTokens = 16;
/** The cache holds whole pieces of so many tokens. */
const cachePiece = 128;

const reasoningTokens: Record<string, number> = {
	none: 0,
	minimal: 32,
	low: 64,
	medium: 128,
	high: 256,
	xhigh: 512,
	max: 1024,
};

/** What the model said, for it to be counted. */
export interface Said {
	/** The prompt of the image call, null where the tool was not called. */
	toolPrompt: string | null;
	message: string | null;
	/** Whether there is a picture that it sees from now on. */
	picture: boolean;
}

/** A conversation model's tokens, as `usage` has them, and what the next request starts with. */
export interface ConversationTokens {
	usage: ResponseUsage;
	/** Tokens of the conversation up to and with the answer. */
	tokens: number;
}

/**
 * Counts a conversation model's tokens, by rules of the stand-in's own: the tool, the instructions and the whole
 * conversation go in each time; from the second turn on what was sent the time before comes from the cache, in whole
 * pieces; reasoning, the tool's prompt and the message go out.
 */
export function conversationTokens(
	request: ResponseRequest,
	{ previous }: Context,
	said: Said,
): ConversationTokens {
	const heard = request.items.reduce(
		(sum, item) =>
			sum +
			(item.type === 'message'
				? messageTokens + textTokens(item.text) + imageTokens * item.images.length
				: imageTokens),
		0,
	);
	const before = previous?.tokens ?? 0;
	const input = toolTokens + textOf(request.instructions) + before + heard;
	const reasoning = reasoningOf(request);
	const called = said.toolPrompt === null ? 0 : callTokens + textTokens(said.toolPrompt);
	const spoken = called + textOf(said.message);
	const cached = wholePieces(Math.min(previous?.sentTokens ?? 0, input));
	return {
		usage: {
			input_tokens: input,
			input_tokens_details: {
				cached_tokens: cached,
				cache_write_tokens: wholePieces(input) - cached,
			},
			output_tokens: reasoning + spoken,
			output_tokens_details: { reasoning_tokens: reasoning },
			total_tokens: input + reasoning + spoken,
		},
		tokens: before + heard + spoken + (said.picture ? imageTokens : 0),
	};
}

/** What these tokens cost, in nano-dollars. Writing to the cache costs nothing besides. */
export function conversationPrice({ price }: ConversationModel, usage: ResponseUsage): number {
	const { cached_tokens: cached } = usage.input_tokens_details;
	return (usage.input_tokens - cached) * price.in + cached * price.cached + usage.output_tokens * price.out;
}

/** Tokens of reasoning; 0 where the model does none. */
function reasoningOf({ model, effort }: ResponseRequest): number {
	return model.reasons ? (reasoningTokens[effort ?? 'medium'] ?? 0) : 0;
}

function textOf(text: string | null): number {
	return text === null ? 0 : messageTokens + textTokens(text);
}

function wholePieces(tokens: number): number {
	return Math.floor(tokens / cachePiece) * cachePiece;
}
