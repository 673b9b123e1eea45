import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A comment that was posted. */
export interface PostedComment {
	issue: number;
	body: string;
}

/** A file that was put on a branch. */
export interface PutFile {
	path: string;
	branch: string;
	message: string;
	bytes: Buffer;
}

/** GitHub's REST API, as far as a batch by a comment needs it. */
export interface GitHub {
	/** The API's base URL. */
	url: string;
	/** In the order they came. */
	comments: PostedComment[];
	files: PutFile[];
	/** Paths that are refused with a 500. */
	broken: RegExp | undefined;
	/** What was refused, one line each. */
	refused: string[];
	/**
	 * Waits for the next comment that nobody has waited for.
	 * @throws after two minutes, with what came instead
	 */
	nextComment(): Promise<PostedComment>;
	/** Forgets what came and what was waited for. */
	reset(): void;
	close(): Promise<void>;
}

export interface GitHubOptions {
	/** `OWNER/NAME`. */
	repository: string;
	token: string;
	branch: string;
}

/** The longest comment, characters: https://docs.github.com/en/rest/issues/comments */
const LONGEST_COMMENT = 65_536;

/** How long a comment may take on a slow machine, ms. */
const LONGEST_WAIT = 120_000;

class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/**
 * Starts a server with two endpoints: `POST /repos/R/issues/N/comments` and `PUT /repos/R/contents/PATH`. As GitHub, it
 * wants a user agent, a token, known fields, the branch to be there, a `sha` for a file that is there already, and one
 * file after the other: two at once are a 409.
 */
export async function startGitHub({ repository, token, branch }: GitHubOptions): Promise<GitHub> {
	const comments: PostedComment[] = [];
	const files: PutFile[] = [];
	const refused: string[] = [];
	let waitedFor = 0;
	let writing = 0;

	function postComment(issue: number, body: Record<string, unknown>): object {
		if (typeof body.body !== 'string' || body.body.trim() === '') throw new Refusal(422, 'body is missing');
		if (body.body.length > LONGEST_COMMENT)
			throw new Refusal(422, 'body is too long (maximum is 65536 characters)');
		const comment = { issue, body: body.body };
		comments.push(comment);
		return { id: comments.length, body: comment.body };
	}

	async function putFile(path: string, body: Record<string, unknown>): Promise<object> {
		if (writing > 0) throw new Refusal(409, 'is at another commit but expected this one');
		writing++;
		// As long as a commit takes.
		await sleep(50);
		writing--;
		const { message, content } = body;
		if (typeof message !== 'string' || typeof content !== 'string')
			throw new Refusal(422, 'Invalid request.');
		if (body.branch !== branch) throw new Refusal(404, `Branch ${String(body.branch)} not found`);
		if (github.broken?.test(path)) throw new Refusal(500, 'Server Error');
		if (files.some((file) => file.path === path)) throw new Refusal(422, '"sha" wasn\'t supplied.');
		const bytes = Buffer.from(content, 'base64');
		if (bytes.toString('base64') !== content) throw new Refusal(422, 'content is not valid Base64');
		files.push({ path, branch, message, bytes });
		return {
			content: { path, html_url: `https://github.com/${repository}/blob/${branch}/${path}` },
			commit: {},
		};
	}

	async function answer(request: IncomingMessage): Promise<object> {
		const { headers, method, url = '' } = request;
		if (!headers['user-agent']) throw new Refusal(403, 'Request forbidden by administrative rules.');
		if (headers.authorization !== `Bearer ${token}`) throw new Refusal(401, 'Bad credentials');
		const [, issue] = /^\/issues\/(\d+)\/comments$/.exec(restOf(url)) ?? [];
		const [, path] = /^\/contents\/(.+)$/.exec(restOf(url)) ?? [];
		const body = JSON.parse(await text(request)) as Record<string, unknown>;
		if (method === 'POST' && issue !== undefined) return postComment(Number(issue), body);
		if (method === 'PUT' && path !== undefined) return await putFile(decodeURIComponent(path), body);
		throw new Refusal(404, 'Not Found');
	}

	function restOf(url: string): string {
		const start = `/repos/${repository}`;
		if (!url.startsWith(`${start}/`)) throw new Refusal(404, 'Not Found');
		return url.slice(start.length);
	}

	const server = createServer((request, response) => {
		const send = (status: number, body: object) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		answer(request).then(
			(body) => send(201, body),
			(error: Error) => {
				const status = error instanceof Refusal ? error.status : 400;
				refused.push(`${request.method} ${request.url}: ${status} ${error.message}`);
				send(status, { message: error.message });
			},
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const github: GitHub = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		comments,
		files,
		refused,
		broken: undefined,
		async nextComment() {
			const place = waitedFor++;
			const deadline = Date.now() + LONGEST_WAIT;
			while (Date.now() < deadline) {
				const comment = comments[place];
				if (comment) return comment;
				await sleep(100);
			}
			const came = [`${files.length} files and ${comments.length} comments were taken`, ...refused];
			throw new Error(`Comment ${place + 1} has not come within ${LONGEST_WAIT} ms. ${came.join('\n')}`);
		},
		reset() {
			for (const list of [comments, files, refused]) list.length = 0;
			waitedFor = 0;
			github.broken = undefined;
		},
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
	return github;
}
