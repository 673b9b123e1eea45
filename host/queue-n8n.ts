import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type Running } from './children';
import { Editor } from './editor';
import type { Progress } from './install';
import { logMessages, N8n } from './n8n';
import { packPackage } from './package-under-test';
import { freePort } from './ports';
import { installPrograms } from './queue-programs';
import { startPostgres, startRedis, type QueueServer } from './queue-servers';

export interface QueueOptions {
	/** How many `n8n worker` there are. */
	workers: number;
	/** Executions at once in each of them. */
	concurrency: number;
	/** More environment, for all. */
	env?: Record<string, string>;
	progress?: Progress;
}

const DEADLINE = 180_000;

/** An `n8n worker` that runs. */
export class QueueWorker {
	private constructor(private readonly running: Running) {}

	/** Starts it and waits until it takes executions. @throws with n8n's output where it does not within 3 minutes */
	static async start(n8n: N8n, concurrency: number): Promise<QueueWorker> {
		const port = String(await freePort());
		const env = {
			...(await n8n.environment()),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: port,
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		};
		const { node, n8n: script } = n8n.installation;
		const args = [script, 'worker', `--concurrency=${concurrency}`];
		const worker = new QueueWorker(await start(node, args, { cwd: n8n.userFolder, env }));
		let ended = false;
		void worker.running.finished.then(() => (ended = true));
		const deadline = Date.now() + DEADLINE;
		while (!(await isReady(port))) {
			if (ended || Date.now() > deadline) {
				await worker.stop();
				throw new Error(`An n8n worker did not start. It said:\n\n${worker.messages().join('\n')}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 250));
		}
		return worker;
	}

	/** The executions that it has begun, by their ids, in that order. */
	executions(): string[] {
		return this.messages().flatMap((message) => /^Worker started execution (\d+) /.exec(message)?.[1] ?? []);
	}

	/** What it has said, a message each. */
	messages(): string[] {
		return logMessages(this.running.output());
	}

	/** Ends it from one moment to the next, with all that it started, as a power cut does. */
	async kill(): Promise<void> {
		process.kill(-this.running.pid, 'SIGKILL');
		await this.running.finished;
	}

	/** Asks it to end, kills it after `graceMs` milliseconds, and waits for its end. */
	async stop(graceMs?: number): Promise<void> {
		await this.running.stop(graceMs);
	}
}

/**
 * A real n8n in queue mode: one main, several workers, a Redis and a PostgreSQL of its own, one encryption key. Each has a
 * user folder of its own with the package installed in it, as on a machine of its own.
 */
export class QueueN8n {
	private constructor(
		private readonly folder: string,
		/** Takes credentials and workflows, before it is started. */
		readonly main: N8n,
		private readonly prepared: N8n[],
		private readonly servers: QueueServer[],
		private readonly options: QueueOptions,
		private readonly started: Array<Pick<QueueWorker, 'stop'>> = [],
	) {}

	/** Installs what is not there yet, and starts Redis and PostgreSQL. @throws with what they said where they do not start */
	static async prepare(options: QueueOptions): Promise<QueueN8n> {
		const progress = options.progress ?? (() => {});
		await installPrograms(progress);
		const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-queue-')));
		const servers: QueueServer[] = [];
		try {
			const tarball = await packPackage(join(folder, 'package'), progress);
			servers.push(await startRedis());
			servers.push(await startPostgres());
			const env: Record<string, string> = {
				EXECUTIONS_MODE: 'queue',
				N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
				...options.env,
			};
			for (const server of servers) Object.assign(env, server.env);
			const prepared: N8n[] = [];
			for (const name of ['main', ...Array.from({ length: options.workers }, (_, at) => `worker-${at + 1}`)])
				prepared.push(await N8n.prepare({ stateDir: join(folder, name), tarball, env, progress }));
			return new QueueN8n(folder, prepared.shift()!, prepared, servers, options);
		} catch (error) {
			await remove(folder, servers);
			throw error;
		}
	}

	/** Starts the main and waits until it answers. Only once. */
	async startMain(): Promise<Editor> {
		const editor = await Editor.open(this.main);
		this.started.push({ stop: async () => await editor.close() });
		return editor;
	}

	/** Starts all workers and waits until they take executions. The main must be there: it prepares the database. */
	async startWorkers(): Promise<QueueWorker[]> {
		const { concurrency } = this.options;
		const workers = await Promise.allSettled(
			this.prepared.map(async (n8n) => {
				const worker = await QueueWorker.start(n8n, concurrency);
				this.started.push(worker);
				return worker;
			}),
		);
		return workers.map((worker) => {
			if (worker.status === 'rejected') throw worker.reason;
			return worker.value;
		});
	}

	/** Ends all that was started and removes all that was written. */
	async remove(): Promise<void> {
		await Promise.all(this.started.map(async (one) => await one.stop()));
		await remove(this.folder, this.servers);
	}
}

async function isReady(port: string): Promise<boolean> {
	const answer = await fetch(`http://127.0.0.1:${port}/healthz/readiness`).catch(() => undefined);
	return answer?.ok ?? false;
}

async function remove(folder: string, servers: QueueServer[]): Promise<void> {
	await Promise.all(servers.map(async (server) => await server.stop()));
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
