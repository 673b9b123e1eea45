import { execFile } from 'node:child_process';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run, start, type Running } from './children';
import { freePort } from './ports';
import { pathOf } from './queue-programs';

/** A server that runs, and what tells n8n where it is. */
export interface QueueServer {
	/** More environment for n8n. */
	env: Record<string, string>;
	stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: one of these does it then. */
const UNPRIVILEGED = ['postgres', 'nobody'];

const DEADLINE = 60_000;

/** Starts a Redis of our own, in memory, on a free port of 127.0.0.1. @throws with what it said where it does not start */
export async function startRedis(): Promise<QueueServer> {
	const port = String(await freePort());
	const args = ['--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no'];
	const redis = await start(pathOf('redis-server'), args, { cwd: tmpdir(), env: {} });
	await says(redis, /Ready to accept connections/);
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: port },
		stop: async () => await redis.stop(),
	};
}

/**
 * Starts a PostgreSQL of our own, with its data in a temporary folder, and a socket there that only its user and root can
 * open.
 * @throws with what it said where it does not start
 */
export async function startPostgres(): Promise<QueueServer> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-postgres-')));
	const remove = async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	try {
		const server = await startPostgresIn(folder);
		return {
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: folder,
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: 'n8n',
			},
			async stop() {
				await server.stop();
				await remove();
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

async function startPostgresIn(folder: string): Promise<Running> {
	const prefix = await unprivileged(folder);
	const data = join(folder, 'data');
	const options = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } };
	const makes = ['--pgdata', data, '--username', 'n8n', '--auth', 'trust', '--no-sync'];
	const [initdb = '', ...initArgs] = [...prefix, pathOf('initdb'), ...makes];
	const { code, output } = await run(initdb, initArgs, options);
	if (code !== 0) throw new Error(`initdb failed:\n\n${output}`);
	const settings = {
		listen_addresses: '',
		unix_socket_directories: folder,
		dynamic_shared_memory_type: 'mmap',
		// What is thrown away need not survive a power cut.
		fsync: 'off',
	};
	const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const [postgres = '', ...args] = [...prefix, pathOf('postgres'), '-D', data, ...set];
	const server = await start(postgres, args, options);
	await says(server, /database system is ready to accept connections/);
	return server;
}

/** What comes before a command for it to run as nobody of importance; the folder is theirs then. */
async function unprivileged(folder: string): Promise<string[]> {
	if (process.getuid?.() !== 0) return [];
	for (const user of UNPRIVILEGED) {
		const id = async (of: string) => Number((await promisify(execFile)('id', [of, user])).stdout);
		try {
			const [uid, gid] = [await id('-u'), await id('-g')];
			await chown(folder, uid, gid);
			return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
		} catch {
			// There is no such user.
		}
	}
	throw new Error(`PostgreSQL needs a user other than root; there is none of ${UNPRIVILEGED.join(', ')}.`);
}

/** Waits until a server says that it is ready. @throws with what it said where it ends, or is not within a minute */
async function says(server: Running, ready: RegExp): Promise<void> {
	let ended = false;
	void server.finished.then(() => (ended = true));
	const deadline = Date.now() + DEADLINE;
	while (!ready.test(server.output())) {
		if (ended || Date.now() > deadline) {
			await server.stop();
			throw new Error(`A server of queue mode did not start. It said:\n\n${server.output()}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
