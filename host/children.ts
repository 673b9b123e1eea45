import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';

/** How to start a program. Output goes to `onLine` line by line as it comes, and is kept. */
export interface ChildOptions {
	cwd: string;
	/** The whole environment; nothing is inherited. */
	env: NodeJS.ProcessEnv;
	onLine?: (line: string) => void;
	/** Takes stdout instead of a pipe: some programs end before a pipe has taken all that they said. */
	stdoutFile?: string;
	/** Kills the program and all that it started. */
	signal?: AbortSignal;
}

/** A program that has ended. `code` is `null` where a signal ended it. */
export interface Finished {
	code: number | null;
	stdout: string;
	/** Both streams, in the order in which they came. */
	output: string;
}

/** A program that runs. */
export interface Running {
	pid: number;
	/** Resolves when it has ended; never rejects. */
	finished: Promise<Finished>;
	/** What it has said so far, both streams. */
	output(): string;
	/** Asks it to end, kills it (and all that it started) after `graceMs` milliseconds, and waits for its end. */
	stop(graceMs?: number): Promise<void>;
}

const alive = new Set<ChildProcess>();
let guarded = false;

/**
 * Starts a program in a process group of its own, so that what it starts in turn can be ended with it.
 * Whatever still runs when this process ends, by Ctrl-C or a failure too, is killed.
 * @throws when the program cannot be started at all
 */
export async function start(command: string, args: string[], options: ChildOptions): Promise<Running> {
	options.signal?.throwIfAborted();
	guardExit();
	const { stdoutFile } = options;
	const file = stdoutFile === undefined ? undefined : await open(stdoutFile, 'w');
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: options.env,
		detached: true,
		stdio: ['ignore', file?.fd ?? 'pipe', 'pipe'],
	});
	let stdout = '';
	let output = '';
	const collect = (stream: NodeJS.ReadableStream | null, own: boolean) => {
		if (!stream) return;
		let rest = '';
		stream.setEncoding('utf8');
		stream.on('data', (text: string) => {
			output += text;
			if (own) stdout += text;
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) options.onLine?.(line);
		});
		stream.on('end', () => rest && options.onLine?.(rest));
	};
	collect(child.stdout, true);
	collect(child.stderr, false);
	try {
		await new Promise<void>((resolve, reject) => {
			child.once('spawn', resolve);
			child.once('error', reject);
		});
	} finally {
		await file?.close();
	}
	alive.add(child);
	const abort = () => kill(child, 'SIGKILL');
	options.signal?.addEventListener('abort', abort);
	const finished = new Promise<Finished>((resolve) => {
		child.once('exit', () => {
			alive.delete(child);
			options.signal?.removeEventListener('abort', abort);
			// A grandchild that outlives its parent would keep the pipes open and this process waiting.
			kill(child, 'SIGKILL');
		});
		child.once('close', (code) => resolve({ code, stdout, output }));
	}).then(async (ended) => {
		if (stdoutFile === undefined) return ended;
		const said = await readFile(stdoutFile, 'utf8');
		return { ...ended, stdout: said, output: said + ended.output };
	});
	return {
		pid: child.pid as number,
		finished,
		output: () => output,
		async stop(graceMs = 5000) {
			kill(child, 'SIGTERM');
			const timer = setTimeout(() => kill(child, 'SIGKILL'), graceMs);
			await finished;
			clearTimeout(timer);
		},
	};
}

/** Starts a program and waits for its end, whatever its exit status. */
export async function run(command: string, args: string[], options: ChildOptions): Promise<Finished> {
	return await (
		await start(command, args, options)
	).finished;
}

function kill(child: ChildProcess, signal: NodeJS.Signals) {
	try {
		if (child.pid !== undefined) process.kill(-child.pid, signal);
	} catch {
		// The group is gone already.
	}
}

function guardExit() {
	if (guarded) return;
	guarded = true;
	const killAll = () => alive.forEach((child) => kill(child, 'SIGKILL'));
	process.once('exit', killAll);
	const status = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
	for (const signal of Object.keys(status) as Array<keyof typeof status>) {
		process.once(signal, () => {
			// Before the handlers of `exit`: one of them may remove the folder that a child writes to.
			killAll();
			process.exit(status[signal]);
		});
	}
}
