import { randomUUID } from 'node:crypto';
import { OWNER, type Editor } from './editor';

const TRIGGER = 'Chat';

/** A chat with a workflow that has a Chat Trigger, as in the editor's chat panel: one session, whoever else talks. */
export class Chat {
	private constructor(
		private readonly url: string,
		private readonly headers: Record<string, string>,
		private readonly workflowId: string,
		/** A UUID; n8n hands it to the workflow as `sessionId`. */
		readonly session: string,
	) {}

	/**
	 * @param workflowId of a workflow whose Chat Trigger is named "Chat"
	 * @param session of an earlier chat that this one continues; a new one if not given
	 * @throws where the owner cannot sign in
	 */
	static async open({ url }: Editor, workflowId: string, session: string = randomUUID()): Promise<Chat> {
		const headers = { 'browser-id': randomUUID() };
		const { email: emailOrLdapLoginId, password } = OWNER;
		const login = await post(`${url}/rest/login`, headers, { emailOrLdapLoginId, password });
		const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		return new Chat(url, { ...headers, cookie: cookies.join('; ') }, workflowId, session);
	}

	/**
	 * Says something and waits for the answer. One message at a time: each starts the workflow once.
	 * @returns the field `output` of what the workflow's last node gave
	 * @throws with n8n's answer where it has no such field: the workflow failed
	 */
	async say(chatInput: string): Promise<string> {
		const { url, session, workflowId } = this;
		const run = { triggerToStartFrom: { name: TRIGGER }, chatSessionId: session };
		await post(`${url}/rest/workflows/${workflowId}/run`, this.headers, run);
		const message = { action: 'sendMessage', sessionId: session, chatInput };
		const answer = await post(`${url}/webhook-test/${workflowId}/${session}`, {}, message);
		const text = await answer.text();
		const { output } = JSON.parse(text) as { output?: unknown };
		if (typeof output !== 'string') throw new Error(`The workflow gave no answer. n8n said: ${text}`);
		return output;
	}
}

async function post(url: string, headers: Record<string, string>, body: unknown): Promise<Response> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { ...headers, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`n8n answered ${url} with ${response.status}: ${await response.text()}`);
	return response;
}
