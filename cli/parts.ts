import { readdir, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';

const PART = /^\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.part$/;

/**
 * Takes away what killed runs left half written.
 * @param folders below the root; empty for the root itself
 * @param needed part files, below the root, that are not to be touched
 */
export async function sweepParts(
	root: string,
	folders: Iterable<string>,
	needed: ReadonlySet<string>,
): Promise<void> {
	for (const folder of new Set(folders)) {
		const names = await readdir(join(root, folder)).catch(() => []);
		const parts = names.filter((name) => PART.test(name)).map((name) => posix.join(folder, name));
		for (const part of parts) if (!needed.has(part)) await rm(join(root, part), { force: true });
	}
}
