import type { Route } from '../exchange';
import { answerChat } from '../functions/chat-completion';
import { isFields } from '../parameters';

export const chatRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/chat/completions',
		key: true,
		booked: null,
		answer: ({ body, service }) => answerChat(isFields(body.value) ? body.value : {}, service.models),
	},
];
