import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from '../../cli/main';
import type { StandIn } from '../stand-in';

const TSX = pathToFileURL(require.resolve('tsx')).href;
const PROGRAM = join(__dirname, '../../cli/index.ts');
export const EXAMPLES = join(__dirname, '../../examples');

/** What a run of the command line came to. */
export interface Ran {
	/** `null` where a signal ended it. */
	status: number | null;
	stdout: string;
	stderr: string;
}

type Variables = Record<string, string | undefined>;

/** Nothing of the tests' own environment reaches the program. */
export function variables(standIn: StandIn | undefined, more: Variables = {}): Variables {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(OPENAI_|npm_|INIT_CWD|NODE_OPTIONS)/.test(name),
	);
	const account = standIn ? { OPENAI_API_KEY: standIn.key, OPENAI_BASE_URL: standIn.url } : {};
	return { ...Object.fromEntries(kept), ...account, ...more };
}

/** Starts the program as a process of its own. */
export function start(
	args: readonly string[],
	{ cwd, env }: { cwd: string; env: Variables },
): { child: ChildProcess; ended: Promise<Ran> } {
	const child = spawn(process.execPath, ['--import', TSX, PROGRAM, ...args], {
		cwd,
		env: env as NodeJS.ProcessEnv,
	});
	let [stdout, stderr] = ['', ''];
	child.stdout.on('data', (piece) => (stdout += String(piece)));
	child.stderr.on('data', (piece) => (stderr += String(piece)));
	child.stdin.end();
	const ended = new Promise<Ran>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (status) => resolve({ status, stdout, stderr }));
	});
	return { child, ended };
}

/** Runs the program within this process. */
export async function run(
	args: readonly string[],
	{ cwd, env, signal }: { cwd: string; env: Variables; signal?: AbortSignal },
): Promise<Ran> {
	let [stdout, stderr] = ['', ''];
	const status = await main(args, {
		variables: env,
		base: cwd,
		out: (text) => (stdout += text),
		err: (text) => (stderr += text),
		interruptible: () => ({ signal: signal ?? new AbortController().signal, end: () => undefined }),
	});
	return { status, stdout, stderr };
}

const folders: string[] = [];

/** An empty folder, taken away after the tests. */
export function emptyFolder(): string {
	const parent = mkdtempSync(join(tmpdir(), 'cli-'));
	folders.push(parent);
	// What gets out of it is taken away as well.
	const folder = join(parent, 'here');
	mkdirSync(folder);
	return folder;
}

afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The images in a folder and below, in order. */
export function imagesIn(folder: string): string[] {
	return filesIn(folder).filter((file) => /\.(png|jpg|webp|gif)$/.test(file));
}

/** All files in a folder and below, in order. */
export function filesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.sort();
}

/** Waits for something to become true. */
export async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
