import type { Response } from 'openai/resources/responses/responses';
import type { Charge } from '../books';
import type { Wishes } from '../directives';
import type { Picture } from '../drawing/picture';
import { authorUsage, tokenPrice, usageOf } from '../image-response';
import { pictureText } from '../picture-text';
import type { Usage } from '../prices';
import type { Context } from './context';
import { conversationPrice, conversationTokens } from './conversation-tokens';
import { newId } from './ids';
import type { Outcome } from './outcome';
import { completedCall, failedCall, messageItem, reasoningItem, revisedPrompt } from './output-items';
import { endedResponse, withImageText } from './response-body';
import type { OutputItem, ResponseBody } from './response-body';
import type { ResponseRequest } from './response-request';
import type { StoredResponse } from './response-store';

/** All that a response is made of. */
export interface Making {
	begun: ResponseBody;
	request: ResponseRequest;
	context: Context;
	outcome: Outcome;
	/** Null where none was drawn. */
	picture: Picture | null;
	/** The newest, without directives. */
	instruction: string;
	wishes: Wishes;
	requestId: string;
}

/** A response, what it costs and what is kept of it. */
export interface MadeResponse {
	begun: ResponseBody;
	/** Made anew each time: a picture's text is long, and only its bytes are kept. */
	body(): ResponseBody;
	charge: Charge | null;
	/** Null where it is not to be stored. */
	stored: Omit<StoredResponse, 'key'> | null;
}

const afterwards = 'Here is the image.';

/** Makes the response of an outcome. */
export function makeResponse(making: Making): MadeResponse {
	const { begun, request, context, outcome, picture, wishes } = making;
	const callId = outcome.kind === 'image' || outcome.kind === 'call failed' ? newId('ig') : null;
	const toolPrompt = callId === null ? null : revisedPrompt(making.instruction, context.action);
	const order = { ...context.order, prompt: toolPrompt ?? '' };
	const message = messageOf(outcome, request);
	const { usage, tokens } = conversationTokens(request, context, {
		toolPrompt,
		message,
		picture: picture !== null,
	});
	const imageUsage = picture ? usageOf(order) : nothingUsed;
	const svgUsage = picture ? authorUsage(order, [picture]) : null;
	const failed = outcome.kind === 'failed';
	const ended = endedResponse(begun, {
		...endOf(outcome),
		output: outputOf(making, callId, { ...context, order }, message),
		...(failed || wishes.has('no-usage') ? {} : { usage }),
		...(failed || wishes.has('no-tool-usage')
			? {}
			: { tool_usage: { image_gen: imageUsage, web_search: { num_requests: 0 } } }),
	});
	const text = picture && pictureText.bind(null, picture.bytes, picture.mimeType, wishes);
	const body = () => withImageText(ended, text ? text() : null);
	const imageCost = picture ? tokenPrice(order.model, imageUsage, svgUsage) : 0;
	const made =
		picture && callId
			? { callId, bytes: picture.bytes, mimeType: picture.mimeType, instructions: context.instructions }
			: null;
	return {
		begun,
		body,
		charge: failed
			? null
			: {
					images: picture ? 1 : 0,
					nanoDollars: imageCost,
					conversationNanoDollars: conversationPrice(request.model, usage),
				},
		stored: request.store
			? {
					id: begun.id,
					body,
					conversation: {
						instructions: context.instructions,
						given: [...(context.previous?.given ?? []), ...context.given],
						picture: made ?? context.previous?.picture ?? null,
						tokens,
						sentTokens: usage.input_tokens,
					},
					call: callId === null ? null : { id: callId, picture: made },
				}
			: null,
	};
}

const nothingUsed: Usage & NonNullable<Response['tool_usage']>['image_gen'] = {
	input_tokens: 0,
	input_tokens_details: { image_tokens: 0, text_tokens: 0 },
	output_tokens: 0,
	output_tokens_details: { image_tokens: 0, text_tokens: 0 },
	total_tokens: 0,
};

/** The status and what belongs to it. */
function endOf(
	outcome: Outcome,
): Pick<ResponseBody, 'status'> &
	Partial<Pick<ResponseBody, 'error' | 'incomplete_details' | 'completed_at'>> {
	if (outcome.kind === 'failed') {
		const message = 'The model failed to generate a response. Please try again.';
		return { status: 'failed', error: { code: outcome.code, message } };
	}
	if (outcome.kind === 'incomplete') {
		return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
	}
	return { status: 'completed', completed_at: Math.floor(Date.now() / 1000) };
}

/** A picture comes with a word unless the tool had to be called: then there is nothing else to say. */
function messageOf(outcome: Outcome, { toolUse }: ResponseRequest): string | null {
	if (outcome.kind === 'message') return outcome.text;
	return outcome.kind === 'image' && toolUse === 'may' ? afterwards : null;
}

/** The picture's text is put in later. */
function outputOf(
	{ request, outcome, picture, wishes, requestId }: Making,
	callId: string | null,
	{ order, action }: Context,
	message: string | null,
): OutputItem[] {
	if (outcome.kind === 'failed' || outcome.kind === 'nothing') return [];
	const reasons = request.model.reasons && request.effort !== 'none';
	const incomplete = outcome.kind === 'incomplete';
	const svgUsage = picture && !wishes.has('no-tool-usage') ? authorUsage(order, [picture]) : null;
	return [
		...(reasons ? [reasoningItem(incomplete ? 'incomplete' : 'completed')] : []),
		...(callId === null
			? []
			: [
					outcome.kind === 'image'
						? completedCall(callId, order, action, svgUsage)
						: failedCall(callId, order, action, requestId),
				]),
		...(message === null ? [] : [messageItem(outcome.kind === 'message' ? outcome.part : 'text', message)]),
	];
}
