import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { slugOf } from '../engine/jobs/fileNames';
import type { Order } from './order';
import { isWithin } from './pictures';
import { UsageError } from './usageError';

/** Where a run's files go. */
export interface OutputFolder {
	/** Absolute, with links followed. */
	path: string;
	/** As it was given, for the eyes of the user; empty for the folder that they are in. */
	shown: string;
}

/**
 * The folder that is meant: flag over environment over configuration. Several prompts go into a folder named after them,
 * a single one goes where the user is.
 * @param base the folder that relative paths count from
 */
export function folderFor(
	flag: string | undefined,
	fromEnvironment: string | undefined,
	{ outputDir, descriptions, configuration }: Order,
	base: string,
): OutputFolder {
	const named = flag ?? fromEnvironment ?? outputDir ?? (configuration ? '' : promptsFolder(descriptions));
	return { path: resolve(base, named), shown: named === '.' ? '' : named };
}

function promptsFolder(prompts: Order['descriptions']): string {
	if (prompts.length < 2) return '';
	return `${slugOf(prompts[0]?.prompt ?? '')}-${prompts.length}-prompts`;
}

/**
 * Makes the folder and those of the jobs in it, so that no image arrives that has no place. None of them leads out of it
 * through a link.
 * @returns the folder with links followed
 * @throws UsageError where one cannot be made, or leads out of it
 */
export async function makeFolder(
	folder: OutputFolder,
	jobs: ReadonlyArray<{ folder?: string }>,
): Promise<OutputFolder> {
	await make(folder.path);
	const path = await realpath(folder.path);
	for (const below of new Set(jobs.map((job) => job.folder ?? ''))) {
		if (!(await staysWithin(path, join(path, below))))
			throw new UsageError(`Nothing was sent. The folder ${below} leads out of ${path} through a link.`);
		await make(join(path, below));
	}
	return { ...folder, path };
}

async function make(path: string): Promise<void> {
	try {
		await mkdir(path, { recursive: true });
	} catch (error) {
		throw new UsageError(
			`Nothing was sent. The folder ${path} could not be made: ${(error as Error).message}`,
		);
	}
}

/** Whether a folder that may not be there yet will lie within another one, with links followed. */
export async function staysWithin(root: string, folder: string): Promise<boolean> {
	const real = await realpath(folder).catch(() => undefined);
	if (real !== undefined) return isWithin(root, real);
	return folder !== dirname(folder) && (await staysWithin(root, dirname(folder)));
}

/** A file's path as it is shown: usable from where the user is. */
export function shownPath({ shown }: OutputFolder, file: string): string {
	return shown === '' ? file : `${shown.replace(/[\\/]+$/, '')}/${file}`;
}
