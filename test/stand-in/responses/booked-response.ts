import type { BookedRequest } from '../books';
import { ApiError } from '../errors';
import { isFields } from '../parameters';
import type { Fields } from '../parameters';
import { instructionsOf, readInput } from './input-items';

/**
 * Whether a request to the Responses API is for text only: it has no tools, or none but functions. Anything else is
 * for the image tool, or is to be refused.
 */
export function isForText({ tools }: Fields): boolean {
	if (tools === undefined || tools === null) return true;
	if (!Array.isArray(tools)) return false;
	return (tools as unknown[]).every((tool) => isFields(tool) && tool.type === 'function');
}

/** What a request to the Responses API says of itself; null where it is for text only. */
export function responseRequest(body: unknown): BookedRequest | null {
	const fields = isFields(body) ? body : {};
	if (isForText(fields)) return null;
	const [tool] = Array.isArray(fields.tools) ? (fields.tools as unknown[]) : [];
	const { previous_response_id: previous } = fields;
	return {
		model: isFields(tool) && typeof tool.model === 'string' ? tool.model : 'gpt-image-2',
		prompt: newestInstruction(fields),
		n: 1,
		conversation: {
			conversationModel: typeof fields.model === 'string' ? fields.model : '',
			previousResponseId: typeof previous === 'string' ? previous : null,
			responseId: null,
			instructions: [],
			startedFrom: [],
			imageUsd: 0,
			conversationUsd: 0,
		},
	};
}

function newestInstruction(fields: Fields): string {
	try {
		return instructionsOf(readInput(fields)).at(-1) ?? '';
	} catch (error) {
		if (error instanceof ApiError) return '';
		throw error;
	}
}
