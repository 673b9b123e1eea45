import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConnections, INode, IRun } from 'n8n-workflow';
import { run, type ChildOptions, type Finished } from './children';
import { environment } from './environment';
import { installN8n, type Installation, type Progress } from './install';
import { installPackage, packPackage } from './package-under-test';

/** A workflow as n8n's "Download" menu writes it; `id` is what it is run by. */
export interface WorkflowFile {
	id: string;
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: Record<string, unknown>;
	[other: string]: unknown;
}

/** A credential as `n8n import:credentials` reads it; n8n encrypts `data` on the way in. */
export interface CredentialFile {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** The credential type's fields. */
export interface OpenAiCredential {
	apiKey: string;
	baseUrl: string;
}

export interface N8nOptions {
	/** Where n8n keeps its database, its key and the installed package. A new temporary folder if not given. */
	stateDir?: string | undefined;
	/** Folders that the workflows may read and write; none if not given. */
	allowedFolders?: string[] | undefined;
	/** A packed package to install; if not given, this repository's is built and packed. */
	tarball?: string | undefined;
	/** More environment for n8n, such as `N8N_DEFAULT_BINARY_DATA_MODE`. */
	env?: Record<string, string> | undefined;
	progress?: Progress | undefined;
}

/** A run without a browser. */
export interface Execution {
	/** n8n's own record of it; `data.resultData.error` is set where it failed. */
	run: IRun;
	/** The same as the record, in what n8n printed: its log. */
	log: string;
}

/**
 * A real n8n with the packed package in it, in a folder of its own; the user's own n8n is never touched.
 * Each call below starts n8n and waits for its end: 3 to 5 seconds, some more the first time.
 */
export class N8n {
	private constructor(
		readonly installation: Installation,
		/** n8n's user folder; its `.n8n` is in it. */
		readonly userFolder: string,
		private readonly temporary: boolean,
		private readonly options: N8nOptions,
	) {}

	/** Installs n8n where it is not yet, builds, packs and installs the package. */
	static async prepare(options: N8nOptions = {}): Promise<N8n> {
		const progress = options.progress ?? (() => {});
		const installation = await installN8n(progress);
		const temporary = options.stateDir === undefined;
		const folder = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'n8n-nodes-openai-image-')));
		await mkdir(folder, { recursive: true });
		// n8n refuses paths with a symbolic link in them, and temporary folders are links on some systems.
		const userFolder = await realpath(folder);
		const n8n = new N8n(installation, userFolder, temporary, options);
		try {
			const tarball = options.tarball ?? (await packPackage(join(userFolder, 'package'), progress));
			progress('Installing the package in n8n ...');
			await installPackage(tarball, userFolder);
			return n8n;
		} catch (error) {
			await n8n.remove();
			throw error;
		}
	}

	/** The environment that n8n gets; see `environment.ts`. */
	async environment(): Promise<NodeJS.ProcessEnv> {
		const { path } = this.installation;
		const allowed = await Promise.all(
			(this.options.allowedFolders ?? []).map(async (it) => await realpath(it)),
		);
		return { ...(await environment(this.userFolder, path, allowed)), ...this.options.env };
	}

	/** Brings credentials in; one with a known id is replaced. @throws with n8n's output where it fails */
	async importCredentials(credentials: CredentialFile[]): Promise<void> {
		await this.import('credentials', credentials);
	}

	/** Brings workflows in; one with a known id is replaced. @throws with n8n's output where it fails */
	async importWorkflows(workflows: WorkflowFile[]): Promise<void> {
		await this.import('workflow', workflows);
	}

	/**
	 * Runs a workflow from its manual trigger and waits for its end. A workflow that fails is no error here:
	 * see the record.
	 * @throws with n8n's output where n8n itself failed, and when `signal` cut it short
	 */
	async execute(workflowId: string, signal?: AbortSignal): Promise<Execution> {
		const stdoutFile = join(this.userFolder, `execution-${randomUUID()}.log`);
		const args = ['execute', `--id=${workflowId}`, '--rawOutput'];
		const finished = await this.command(args, { ...(signal && { signal }), stdoutFile });
		await rm(stdoutFile, { force: true });
		signal?.throwIfAborted();
		const messages = logMessages(finished.stdout);
		const record = messages.map(parseRun).find((found) => found !== undefined);
		const log = messages.filter((message) => parseRun(message) === undefined).join('\n');
		if (!record) throw failure(`execute --id=${workflowId}`, finished);
		return { run: record, log };
	}

	/** Removes the folder, if it was a temporary one. */
	async remove(): Promise<void> {
		if (this.temporary) await rm(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	private async import(what: 'credentials' | 'workflow', content: Array<{ id: string }>) {
		const file = join(this.userFolder, `import-${what}.json`);
		await writeFile(file, JSON.stringify(content), { mode: 0o600 });
		try {
			const finished = await this.command([`import:${what}`, `--input=${file}`]);
			// n8n exits with 0 where an import failed, too.
			if (!/Successfully imported/.test(finished.stdout)) throw failure(`import:${what}`, finished);
		} finally {
			await rm(file);
		}
	}

	private async command(args: string[], options: Partial<ChildOptions> = {}): Promise<Finished> {
		const { node, n8n } = this.installation;
		const env = await this.environment();
		return await run(node, [n8n, ...args], { cwd: this.userFolder, env, ...options });
	}
}

/** The credential of this package, for OpenAI or a server like it. */
export function openAiCredential({ apiKey, baseUrl }: OpenAiCredential, id = 'openAiImages'): CredentialFile {
	return {
		id,
		name: 'OpenAI Images',
		type: 'openAiImageApi',
		data: { provider: 'openai', apiKey, baseUrl, organizationId: '', projectId: '', customHeaders: {} },
	};
}

/** What n8n said, from its log of one JSON object a line. */
export function logMessages(output: string): string[] {
	return output
		.split('\n')
		.filter((line) => line.trim() !== '')
		.map((line) => {
			try {
				return String((JSON.parse(line) as { message?: unknown }).message ?? line);
			} catch {
				return line;
			}
		});
}

function parseRun(message: string): IRun | undefined {
	if (!message.startsWith('{')) return undefined;
	try {
		const parsed = JSON.parse(message) as Partial<IRun>;
		return parsed.data?.resultData ? (parsed as IRun) : undefined;
	} catch {
		return undefined;
	}
}

function failure(what: string, { code, output }: Finished): Error {
	return new Error(
		`"n8n ${what}" failed (exit status ${code}). n8n said:\n\n${logMessages(output).join('\n')}`,
	);
}
