import type { ErrorKind } from '../jobs/error';

/** A kind of error in a few words, and what to do about it. */
export interface Advice {
	title: string;
	/** Plain sentences; which settings are meant is named as in a configuration. */
	whatToDo: string;
}

export const ADVICE: Readonly<Record<ErrorKind, Advice>> = {
	rate_limit: {
		title: 'Rate limit reached',
		whatToDo:
			'The account may not make so many images a minute. Lower the images per minute or the concurrency, ' +
			'allow more retries, or ask for a higher limit, then run these jobs again.',
	},
	server_error: {
		title: 'The server failed',
		whatToDo:
			'This is on the side of the server and mostly passes. Run these jobs again later; ' +
			'where it goes on, give the request ids to the support.',
	},
	connection: {
		title: 'No connection',
		whatToDo:
			'Nothing was sent and nothing was paid for. Check the network, the proxy and the base URL, then run these jobs again.',
	},
	interrupted: {
		title: 'Connection lost while waiting',
		whatToDo:
			'The images may have been made and billed although they never arrived. Running these jobs again is safe, ' +
			'but may pay for them twice. Proxies with a short idle limit are the usual reason.',
	},
	timeout: {
		title: 'No answer in time',
		whatToDo:
			'The images may have been made and billed. Allow a request more time, or ask for less in one: ' +
			'a lower quality, a smaller size, fewer images.',
	},
	validation: {
		title: 'Not possible as it was asked for',
		whatToDo:
			'Found before sending, so nothing was paid for. The message names the field and what is allowed: change the job and run it again.',
	},
	invalid_request: {
		title: 'Refused by the server',
		whatToDo:
			'The server does not take the request as it is, and would refuse it again. The message names what it objects to: change the job.',
	},
	permission: {
		title: 'Not permitted',
		whatToDo:
			'The key may not use this model. Check the permissions of its project; some models need a verified organization.',
	},
	text_answer: {
		title: 'Answered with words',
		whatToDo:
			'The model of the conversation drew nothing. Its words are in the message: say more plainly what to draw.',
	},
	moderation: {
		title: 'Blocked by moderation',
		whatToDo:
			'The same prompt would be blocked again. Reword it: leave out real people, protected characters and anything that ' +
			'may be read as violent or sexual. Setting moderation to low helps where that is fitting.',
	},
	not_found: {
		title: 'Not found',
		whatToDo:
			'The model, file or earlier response does not exist for this key. Check its name and the base URL.',
	},
	invalid_response: {
		title: 'An answer without a usable image',
		whatToDo:
			'The answer held no image that can be read, and may have been billed. Where the server is not OpenAI itself, ' +
			'check that it speaks the same API; else run these jobs again.',
	},
	authentication: {
		title: 'Key refused',
		whatToDo:
			'Check the API key, the organization and the project, then run the jobs that are missing again.',
	},
	quota: {
		title: 'Credit or spending limit used up',
		whatToDo:
			'No waiting cures this. Add credit or raise the spending limit of the account, then run the jobs that are missing again.',
	},
	storage: {
		title: 'The image could not be stored',
		whatToDo:
			'The image was made and paid for, but there was no place to keep it. Check the free space and the rights of the folder, ' +
			'or the binary data settings, before running these jobs again.',
	},
	budget: {
		title: 'Over the budget',
		whatToDo:
			'Not sent, and nothing was paid for. Raise the cost limit of the run, or lower quality, size or the number of images.',
	},
	cancelled: {
		title: 'The run ended first',
		whatToDo:
			'Run these jobs again, once the reason is out of the way. Jobs that were never sent have cost nothing.',
	},
};
