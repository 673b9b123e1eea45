import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './usageError';

/** The lock's name, in the folder of the images. */
export const LOCK = 'batch-journal.lock';

interface Holder {
	pid: number;
	host: string;
}

/**
 * Keeps a folder to one run: two that go on with the same batch would pay twice. A run that was killed keeps nothing.
 * @returns what gives the folder free again
 * @throws UsageError where another run is at work in it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
	const path = join(folder, LOCK);
	const holder: Holder = { pid: process.pid, host: hostname() };
	for (let tries = 0; ; tries++) {
		try {
			await writeFile(path, JSON.stringify(holder), { flag: 'wx' });
			return async () => await rm(path, { force: true });
		} catch (error) {
			const { code, message } = error as NodeJS.ErrnoException;
			if (code !== 'EEXIST')
				throw new UsageError(`Nothing was sent. The folder ${folder} cannot be written: ${message}`);
		}
		const other = await holderOf(path);
		if (tries > 0 || (other && isAtWork(other))) {
			const who = other ? ` (process ${other.pid} on ${other.host})` : '';
			throw new UsageError(
				`Another run${who} is at work in this folder. Wait for it, or give another one with --output-dir. ` +
					`If there is none, delete ${path}.`,
			);
		}
		await rm(path, { force: true });
	}
}

async function holderOf(path: string): Promise<Holder | undefined> {
	try {
		const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
		return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
	} catch {
		// Gone by now, or torn when its run was killed.
		return undefined;
	}
}

/** Of another machine nothing can be known. */
function isAtWork({ pid, host }: Holder): boolean {
	if (host !== hostname()) return true;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
