import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readForm, type Post } from '../../host/webhook';

/** A message in a channel. */
export interface Message {
	content: string;
	files: Post['files'];
}

/** A stand-in for Discord's webhooks, on loopback. */
export interface Discord {
	/** The webhook's address. */
	url: string;
	/** In the order they came. */
	messages: Message[];
	/** While it is, every post is answered with 503. */
	isDown: boolean;
	/** How many posts there were, taken or not. */
	readonly posts: number;
	close(): Promise<void>;
}

/** What a request is refused with: status, Discord's own code and message. */
class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly code: number,
		message: string,
	) {
		super(message);
	}
}

const PATH = '/api/webhooks/1200000000000000001/a-token-of-the-webhook';

/** Discord's limit of a message, in characters. */
const LONGEST = 2000;

/** Starts a webhook that is as strict as Discord's about method, address, form and message. */
export async function startDiscord(): Promise<Discord> {
	let posts = 0;
	const server = createServer((request, response) => {
		const answer = (status: number, body: object) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		posts += 1;
		read(request, discord.isDown).then(
			(message) => {
				discord.messages.push(message);
				const { content, files } = message;
				const attachments = files.map(({ fileName, bytes }) => ({ filename: fileName, size: bytes.length }));
				answer(200, { id: String(discord.messages.length), content, attachments });
			},
			({ status = 400, code = 0, message }: Refusal) => answer(status, { message, code }),
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const discord: Discord = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
		messages: [],
		isDown: false,
		get posts() {
			return posts;
		},
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
	return discord;
}

/** @throws Refusal where Discord would not take it */
async function read(request: IncomingMessage, isDown: boolean): Promise<Message> {
	const { fields, files } = await readForm(request);
	if (isDown) throw new Refusal(503, 0, 'upstream connect error');
	const { pathname, searchParams } = new URL(String(request.url), 'http://localhost');
	if (request.method !== 'POST') throw new Refusal(405, 0, '405: Method Not Allowed');
	if (pathname !== PATH) throw new Refusal(404, 10015, 'Unknown Webhook');
	// Without it Discord answers before it has looked at the message.
	if (searchParams.get('wait') !== 'true') throw new Refusal(400, 50035, 'Ask to wait for the message.');
	const unknown = Object.keys(fields).find((name) => name !== 'payload_json');
	if (unknown !== undefined) throw new Refusal(400, 50035, `Invalid Form Body: ${unknown}`);
	const { content } = JSON.parse(fields.payload_json ?? '{}') as { content?: unknown };
	if (typeof content !== 'string' || content === '') {
		throw new Refusal(400, 50006, 'Cannot send an empty message');
	}
	if (content.length > LONGEST) throw new Refusal(400, 50035, `Must be ${LONGEST} or fewer in length.`);
	for (const [index, { field, fileName, bytes }] of files.entries()) {
		if (field !== `files[${index}]` || !fileName || bytes.length === 0) {
			throw new Refusal(400, 50035, `Invalid Form Body: ${field}`);
		}
	}
	return { content, files };
}
