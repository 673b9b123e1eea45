import type { ResponseError } from 'openai/resources/responses/responses';
import type { Wishes } from '../directives';
import type { ResponseRequest } from './response-request';

/** What the model makes of a request. */
export type Outcome =
	| { kind: 'image' }
	/** The tool was called and refused. */
	| { kind: 'call failed' }
	| { kind: 'message'; part: 'text' | 'refusal'; text: string }
	/** The model failed: nothing is billed. */
	| { kind: 'failed'; code: ResponseError['code'] }
	| { kind: 'incomplete' }
	/** The response is completed and has no output. */
	| { kind: 'nothing' };

/** The directives that decide it. The first that holds does. */
const deciding = ['text-answer', 'refusal', 'call-failed', 'response-failed', 'incomplete', 'empty'] as const;

const question = 'I have not made an image yet. What exactly should it show?';
const refusal = "I'm sorry, but I can't help with that image.";
const notAllowed = 'I was not allowed to call the image tool, so this is only a text.';

/** Draws, unless the prompt asks for something else or the tool must not be called: where it may be, it is. */
export function decide(wishes: Wishes, { toolUse }: Pick<ResponseRequest, 'toolUse'>): Outcome {
	const wish = wishes.first(deciding);
	switch (wish?.name) {
		case 'text-answer':
			return { kind: 'message', part: 'text', text: wish.text ?? question };
		case 'refusal':
			return { kind: 'message', part: 'refusal', text: refusal };
		case 'call-failed':
			return { kind: 'call failed' };
		case 'response-failed':
			// Whatever word the prompt has: clients must bear codes that they do not know.
			return { kind: 'failed', code: (wish.text ?? 'server_error') as ResponseError['code'] };
		case 'incomplete':
			return { kind: 'incomplete' };
		case 'empty':
			return { kind: 'nothing' };
		case undefined:
			if (toolUse === 'must not') return { kind: 'message', part: 'text', text: notAllowed };
			return { kind: 'image' };
	}
}
