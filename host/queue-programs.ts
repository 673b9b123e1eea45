import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './children';
import type { Progress } from './install';

/** A server that queue mode needs, by the package of Debian and Ubuntu that has it. */
const PACKAGES = { 'redis-server': 'redis-server', initdb: 'postgresql', postgres: 'postgresql' } as const;

/** Its name as it is called. */
export type Program = keyof typeof PACKAGES;

/** Debian keeps PostgreSQL's programs out of PATH, in a folder for each major version. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/**
 * Makes sure that Redis and PostgreSQL are there, by `apt-get install` where they are not and this may be done: by
 * root, or in CI with a sudo that asks for no password.
 * @throws with what is to be installed where it may not, or apt-get failed
 */
export async function installPrograms(progress: Progress): Promise<void> {
	const missing = (Object.keys(PACKAGES) as Program[]).filter((program) => find(program) === undefined);
	if (missing.length === 0) return;
	const packages = [...new Set(missing.map((program) => PACKAGES[program]))];
	const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
	const prefix = asRoot();
	if (prefix === undefined || !existsSync('/usr/bin/apt-get'))
		throw new Error(
			`Queue mode needs ${missing.join(', ')}: install them, on Debian with "${install.join(' ')}".`,
		);
	progress(`Installing ${packages.join(' and ')} ...`);
	// The run level keeps the services themselves from being started.
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
	const asPrivileged = async (command: string[]) => {
		const [program = '', ...args] = [...prefix, ...command];
		return await run(program, args, { cwd: '/', env });
	};
	// Where a list cannot be fetched, the others may do.
	await asPrivileged(['apt-get', 'update']);
	const { code, output } = await asPrivileged(install);
	if (code !== 0) throw new Error(`"${install.join(' ')}" failed:\n\n${output.trim()}`);
}

/** Where a program is. @throws where it is not */
export function pathOf(program: Program): string {
	const path = find(program);
	if (path === undefined) throw new Error(`There is no ${program}.`);
	return path;
}

function find(program: Program): string | undefined {
	const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS) : [];
	const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
	const folders = [
		...newestFirst.map((version) => join(POSTGRES_VERSIONS, version, 'bin')),
		...(process.env.PATH ?? '').split(delimiter),
	];
	return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** What comes before a command that only root may run; `undefined` where there is no way. */
function asRoot(): string[] | undefined {
	if (process.getuid?.() === 0) return [];
	return process.env.CI && existsSync('/usr/bin/sudo') ? ['sudo', '-n'] : undefined;
}
