import { createHmac } from 'node:crypto';

export const REPOSITORY = 'tea-shop/website';

/** A comment on issue 12, and whose it is. */
export interface Comment {
	id: number;
	body: string;
	association?: 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE';
	action?: 'created' | 'edited' | 'deleted';
	userType?: 'User' | 'Bot';
}

/** What GitHub sends of a comment, as far as it matters. */
export function issueComment({
	id,
	body,
	association = 'COLLABORATOR',
	action = 'created',
	userType = 'User',
}: Comment): object {
	return {
		action,
		issue: { number: 12, title: 'Pictures for the menu' },
		comment: { id, body, author_association: association, user: { login: 'ada', type: userType } },
		repository: { full_name: REPOSITORY, private: false },
		sender: { login: 'ada', type: userType },
	};
}

/** A comment that asks for a batch of these jobs. */
export function batchComment(jobs: unknown): string {
	return `/batch please, for the menu:\r\n\r\n\`\`\`json\r\n${JSON.stringify({ jobs }, null, 2)}\r\n\`\`\`\r\n`;
}

/** What GitHub puts into `x-hub-signature-256`. */
export function signatureOf(body: string, secret: string): string {
	return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** An event as the text of a request: not as JSON.stringify would write it again, for the bytes are what is signed. */
export function textOf(payload: object): string {
	return JSON.stringify(payload, null, 3).replaceAll('/', '\\/');
}

/**
 * Sends an event as GitHub does.
 * @param signature none if not given
 * @returns the status and text of the answer
 */
export async function deliver(
	url: string,
	body: string,
	signature: string | undefined,
	event = 'issue_comment',
): Promise<{ status: number; text: string }> {
	const response = await fetch(url, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			'user-agent': 'GitHub-Hookshot/044aadd',
			'x-github-event': event,
			...(signature === undefined ? {} : { 'x-hub-signature-256': signature }),
		},
		body,
	});
	return { status: response.status, text: await response.text() };
}
