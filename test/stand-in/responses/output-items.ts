import type { ResponseOutputMessage, ResponseReasoningItem } from 'openai/resources/responses/responses';
import { moderationBlocked } from '../errors';
import type { SvgUsage } from '../image-response';
import type { ImageOrder } from '../orders/order';
import type { Context } from './context';
import type { ImageCall } from './response-body';
import { newId } from './ids';

/** What of the model's reasoning is seen: nothing, as long as no summary is made. */
export function reasoningItem(status: 'completed' | 'incomplete'): ResponseReasoningItem {
	return { id: newId('rs'), type: 'reasoning', status, summary: [] };
}

/** The prompt as the conversation model rewrites it for the image model. */
export function revisedPrompt(instruction: string, action: Context['action']): string {
	return action === 'edit'
		? `Change the given image as follows and keep all else as it is: ${instruction}`
		: `Make an image in natural light, clearly composed, of the following: ${instruction}`;
}

/** A call that made a picture, which is still to be put in. */
export function completedCall(
	id: string,
	order: ImageOrder,
	action: Context['action'],
	svgUsage: SvgUsage | null,
): ImageCall {
	return {
		...callFields(id, order, action),
		status: 'completed',
		result: null,
		revised_prompt: order.prompt,
		...(svgUsage ? { svg_usage: svgUsage } : {}),
	};
}

/** A call that the safety system stopped. */
export function failedCall(
	id: string,
	order: ImageOrder,
	action: Context['action'],
	requestId: string,
): ImageCall {
	const { code, message, type, moderation_details: details } = moderationBlocked(requestId).body;
	return {
		...callFields(id, order, action),
		status: 'failed',
		result: null,
		error: { code, message, param: null, type, ...(details ? { moderation_details: details } : {}) },
	};
}

export function messageItem(part: 'text' | 'refusal', text: string): ResponseOutputMessage {
	return {
		id: newId('msg'),
		type: 'message',
		role: 'assistant',
		status: 'completed',
		content: [
			part === 'text'
				? { type: 'output_text', text, annotations: [], logprobs: [] }
				: { type: 'refusal', refusal: text },
		],
	};
}

function callFields(id: string, order: ImageOrder, action: Context['action']) {
	const { background, outputFormat, quality, width, height } = order;
	return {
		id,
		type: 'image_generation_call' as const,
		action,
		background,
		output_format: outputFormat,
		// DALL-E's qualities are not the tool's.
		quality: quality as ImageCall['quality'],
		size: `${width}x${height}`,
	};
}
