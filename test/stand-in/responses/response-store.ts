import { ApiError, invalidRequest } from '../errors';
import type { GivenInput } from '../inputs/input';
import type { ResponseBody } from './response-body';

/** What a user asked for, without directives. The same object wherever it is remembered. */
export interface Instruction {
	text: string;
}

/** A picture that was made in a conversation. */
export interface MadePicture {
	/** `ig_...` */
	callId: string;
	bytes: Buffer;
	mimeType: string;
	/** What was written on it. */
	instructions: readonly Instruction[];
}

/** What was said and shown so far. */
export interface Conversation {
	instructions: readonly Instruction[];
	/** Images that the user gave, in their order. */
	given: readonly GivenInput[];
	/** The newest that the model made; null before the first. */
	picture: MadePicture | null;
	/** Tokens of all that was said so far, to the model and by it. */
	tokens: number;
	/** Input tokens of the last request, which the next one may find in the cache. */
	sentTokens: number;
}

/** A response that can be gone back to. */
export interface StoredResponse {
	id: string;
	/** The key that made it, and alone can see it. */
	key: string;
	/** As it was answered. */
	body(): ResponseBody;
	/** Up to and with this response. */
	conversation: Conversation;
	/** Its image call, where there was one; the picture is null where the call failed. */
	call: { id: string; picture: MadePicture | null } | null;
}

/** The responses that were not made with `store: false`. */
export class ResponseStore {
	private readonly responses = new Map<string, StoredResponse & { expiresAt: number }>();

	/** @param lifetimeMs how long a response can be found; Infinity for as long as the stand-in runs */
	constructor(private readonly lifetimeMs: number) {}

	add(response: StoredResponse): void {
		this.responses.set(response.id, { ...response, expiresAt: Date.now() + this.lifetimeMs });
	}

	/** @throws ApiError 404 where there is none, it has expired or is another key's */
	get(key: string, id: string): StoredResponse {
		const response = this.find(key, id);
		if (!response) throw notFound(`Response with id '${id}' not found.`, null);
		return response;
	}

	/**
	 * The conversation that goes on from a response.
	 *
	 * @throws ApiError 400 `previous_response_not_found` where there is none, it has expired or is another key's
	 */
	conversation(key: string, previousResponseId: string): Conversation {
		const response = this.find(key, previousResponseId);
		if (response) return response.conversation;
		throw invalidRequest(
			`Previous response with id '${previousResponseId}' not found.`,
			'previous_response_id',
			'previous_response_not_found',
		);
	}

	/** The picture of an image call, null where there is no such call. */
	findPicture(key: string, callId: string): MadePicture | null {
		return this.callOf(key, callId)?.picture ?? null;
	}

	/**
	 * @throws ApiError 404 where there is no such call, 400 `invalid_value` where it has no picture because it failed
	 */
	picture(key: string, callId: string): MadePicture {
		const call = this.callOf(key, callId);
		if (!call) throw notFound(`Item with id '${callId}' not found.`, 'input');
		if (call.picture) return call.picture;
		throw invalidRequest(`Item with id '${callId}' has no image.`, 'input', 'invalid_value');
	}

	/** @throws ApiError 404 */
	delete(key: string, id: string): void {
		this.get(key, id);
		this.responses.delete(id);
	}

	reset(): void {
		this.responses.clear();
	}

	private callOf(key: string, callId: string): StoredResponse['call'] {
		for (const { id, call } of this.responses.values()) {
			if (call?.id === callId) return this.find(key, id) ? call : null;
		}
		return null;
	}

	private find(key: string, id: string): StoredResponse | null {
		const response = this.responses.get(id);
		if (response?.key !== key) return null;
		if (Date.now() < response.expiresAt) return response;
		this.responses.delete(id);
		return null;
	}
}

function notFound(message: string, param: string | null): ApiError {
	return new ApiError(404, { message, type: 'invalid_request_error', param, code: null });
}
