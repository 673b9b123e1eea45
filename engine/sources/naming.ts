import { safeName, type NamedJob } from '../jobs/fileNames';
import type { JobDescription, JobKind } from './description';

/** How a prompt list's files are called. */
export const LIST_FILES = 'image.{name}.{NN}.{quality}';

/** Each job's id: its name where it is its own, else its place. */
export function jobIds(descriptions: readonly JobDescription[]): string[] {
	const times = new Map<string, number>();
	for (const { name = '' } of descriptions) times.set(name, (times.get(name) ?? 0) + 1);
	const digits = String(descriptions.length).length;
	return descriptions.map(({ name }, index) => {
		if (name !== undefined && times.get(name) === 1) return name;
		let id = `job-${String(index + 1).padStart(digits, '0')}`;
		while (times.has(id)) id += '-1';
		return id;
	});
}

/** Ids that are made of a job's place, because it had no name of its own. */
export function isPlaceId(id: string): boolean {
	return /^job-\d+(-1)*$/.test(id);
}

/** How a job's files are called. A path of its own goes before the template. */
export function namingOf(
	{ name, outputPath, folder: base }: JobDescription,
	template: string | undefined,
): Pick<NamedJob, 'name' | 'folder' | 'fileName'> {
	const folders = outputPath?.split('/') ?? [];
	const file = folders.pop();
	const folder = [...(base === undefined ? [] : [base]), ...folders].join('/');
	return {
		// A name becomes part of a file's name.
		...(name === undefined ? {} : { name: safeName(name) }),
		...(folder === '' ? {} : { folder }),
		fileName: file === undefined ? (template ?? '') : file.replace(/[{}]/g, '-'),
	};
}

/** What a job is to do: an edit where there are images, unless it says otherwise. */
export function kindOf({ kind, images }: JobDescription): JobKind {
	return kind ?? (images ? 'edit' : 'generate');
}
