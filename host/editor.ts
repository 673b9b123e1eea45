import { randomUUID } from 'node:crypto';
import { parse as parseFlatted } from 'flatted';
import type { IRunExecutionData } from 'n8n-workflow';
import { start, type Running } from './children';
import { logMessages, type N8n, type WorkflowFile } from './n8n';

/** The login of the instance's owner. The instance listens on 127.0.0.1 only and is thrown away afterwards. */
export const OWNER = {
	email: 'owner@n8n.example',
	password: 'Image-Nodes-1',
	firstName: 'Olive',
	lastName: 'Owner',
} as const;

/** What became of an execution so far. */
export interface ExecutionState {
	status: 'new' | 'running' | 'success' | 'error' | 'canceled' | 'crashed' | 'waiting' | 'unknown';
	data: IRunExecutionData | undefined;
}

const START_TIMEOUT = 120_000;

/** n8n's server with its editor, the owner set up and signed in. */
export class Editor {
	private constructor(
		/** Where a browser finds it, without a slash at the end. */
		readonly url: string,
		private readonly server: Running,
		private readonly headers: Record<string, string>,
	) {}

	/** Starts the server and waits until it answers. @throws with n8n's output where it does not within 2 minutes */
	static async open(n8n: N8n): Promise<Editor> {
		const env = await n8n.environment();
		const { node, n8n: script } = n8n.installation;
		const server = await start(node, [script, 'start'], { cwd: n8n.userFolder, env });
		const url = `http://127.0.0.1:${env.N8N_PORT}`;
		let ended = false;
		void server.finished.then(() => (ended = true));
		const deadline = Date.now() + START_TIMEOUT;
		while (!(await answers(url))) {
			if (ended || Date.now() > deadline) {
				const said = logMessages(server.output()).join('\n');
				await server.stop();
				throw new Error(`n8n's server did not start. n8n said:\n\n${said}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 250));
		}
		try {
			return new Editor(url, server, await signIn(url));
		} catch (error) {
			await server.stop();
			throw error;
		}
	}

	/** The address of a workflow in the editor. */
	workflowUrl(workflowId: string): string {
		return `${this.url}/workflow/${workflowId}`;
	}

	/** Runs a workflow as the "Execute workflow" button does. @returns the execution's id */
	async run(workflow: WorkflowFile, trigger: string): Promise<string> {
		const body = { triggerToStartFrom: { name: trigger } };
		const answer = await this.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, body);
		return answer.executionId;
	}

	/** Stops an execution as the editor's "Stop" button does. */
	async stop(executionId: string): Promise<void> {
		await this.call('POST', `/executions/${executionId}/stop`);
	}

	/** What became of an execution so far. */
	async execution(executionId: string): Promise<ExecutionState> {
		const { status, data } = await this.call<{ status: ExecutionState['status']; data?: string }>(
			'GET',
			`/executions/${executionId}`,
		);
		return { status, data: data === undefined ? undefined : (parseFlatted(data) as IRunExecutionData) };
	}

	/** Resolves when the server ends by itself. */
	async ended(): Promise<void> {
		await this.server.finished;
	}

	/** Ends the server. */
	async close(): Promise<void> {
		await this.server.stop();
	}

	private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		return await rest<T>(this.url, method, path, this.headers, body);
	}
}

async function answers(url: string): Promise<boolean> {
	const response = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
	return response?.ok ?? false;
}

/** Makes the owner's account, or signs in to it where the state folder has it from before. */
async function signIn(url: string): Promise<Record<string, string>> {
	const headers = { 'browser-id': randomUUID() };
	const settings = await rest<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
		url,
		'GET',
		'/settings',
		headers,
	);
	const first = settings.userManagement.showSetupOnFirstLoad;
	const response = await request(
		url,
		'POST',
		first ? '/owner/setup' : '/login',
		headers,
		first ? OWNER : { emailOrLdapLoginId: OWNER.email, password: OWNER.password },
	);
	const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
	return { ...headers, cookie: cookies.join('; ') };
}

async function rest<T>(
	url: string,
	method: string,
	path: string,
	headers: Record<string, string>,
	body?: unknown,
) {
	const { data } = (await (await request(url, method, path, headers, body)).json()) as { data: T };
	return data;
}

async function request(
	url: string,
	method: string,
	path: string,
	headers: Record<string, string>,
	body: unknown,
): Promise<Response> {
	const send = async () =>
		await fetch(`${url}/rest${path}`, {
			method,
			headers: { ...headers, 'content-type': 'application/json' },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
	// n8n may close a connection just as it is used again, and looking twice does no harm.
	const response = method === 'GET' ? await send().catch(send) : await send();
	if (!response.ok)
		throw new Error(`n8n answered ${method} ${path} with ${response.status}: ${await response.text()}`);
	return response;
}
