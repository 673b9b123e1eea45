import { safeName, type NamedJob } from '../engine/jobs/fileNames';
import type { ImageJob, ImageParameters } from '../engine/jobs/job';
import type { ImageSource } from '../engine/jobs/source';
import { variationPrompt } from '../engine/jobs/variationPrompt';
import { DEFAULT_MODEL } from '../engine/models/catalogue';
import type { JobDescription } from '../engine/sources/description';
import { fingerprints } from './fingerprint';
import type { Order } from './order';
import { Pictures } from './pictures';

/** A job of the command line. */
export interface CommandJob extends ImageJob, NamedJob {
	/** Its own within the batch: its name where no other has it, else its place. */
	id: string;
	/** The same for the same job in every run; its own within the batch. */
	fingerprint: string;
}

/** Makes jobs of what was asked for. What is wrong with a job's pictures becomes one of its problems. */
export async function jobsOf({ descriptions, pictures, fileName }: Order): Promise<CommandJob[]> {
	const finder = new Pictures(pictures);
	const ids = idsOf(descriptions);
	const jobs: Array<Omit<CommandJob, 'id' | 'fingerprint'>> = [];
	for (const [index, description] of descriptions.entries())
		jobs.push({ index, ...(await jobOf(description, fileName, finder)) });
	const marks = fingerprints(jobs);
	return jobs.map((job, index) => ({ ...job, id: ids[index] ?? '', fingerprint: marks[index] ?? '' }));
}

async function jobOf(
	description: JobDescription,
	template: string,
	finder: Pictures,
): Promise<Omit<CommandJob, 'index' | 'id' | 'fingerprint'>> {
	const {
		label,
		prompt,
		model,
		n,
		parameters,
		kind = description.images ? 'edit' : 'generate',
	} = description;
	const problems: Array<{ field: string; message: string }> = [];
	const find = async (field: string, name: string, what: string): Promise<ImageSource[]> => {
		try {
			return [await finder.named(name, what)];
		} catch (error) {
			problems.push({ field, message: (error as Error).message });
			return [];
		}
	};
	const images: ImageSource[] = [];
	for (const [place, name] of (description.images ?? []).entries())
		images.push(...(await find('images', name, `image ${place + 1}`)));
	const [mask] = description.mask === undefined ? [] : await find('mask', description.mask, 'mask');
	return {
		...named(description, template),
		label,
		endpoint: kind === 'generate' ? 'generations' : 'edits',
		model: model ?? DEFAULT_MODEL,
		prompt: kind === 'variation' ? variationPrompt('moderate', prompt) : prompt,
		n: n ?? 1,
		...(kind === 'generate' ? {} : { images }),
		...(mask ? { mask } : {}),
		parameters: withoutAuto(parameters),
		problems,
	};
}

/** `auto` is the API's own default. */
function withoutAuto(parameters: ImageParameters): ImageParameters {
	return Object.fromEntries(
		Object.entries(parameters).filter(([, value]) => value !== 'auto'),
	) as ImageParameters;
}

/** A path of the job's own goes before the template. */
function named(
	{ name, outputPath }: JobDescription,
	template: string,
): Pick<NamedJob, 'name' | 'folder' | 'fileName'> {
	const folders = outputPath?.split('/') ?? [];
	const file = folders.pop();
	return {
		...(name === undefined ? {} : { name: safeName(name) }),
		...(folders.length === 0 ? {} : { folder: folders.join('/') }),
		fileName: file === undefined ? template : file.replace(/[{}]/g, '-'),
	};
}

function idsOf(descriptions: readonly JobDescription[]): string[] {
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
