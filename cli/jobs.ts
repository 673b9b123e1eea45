import type { NamedJob } from '../engine/jobs/fileNames';
import type { ImageJob, ImageParameters } from '../engine/jobs/job';
import type { ImageSource } from '../engine/jobs/source';
import { variationPrompt } from '../engine/jobs/variationPrompt';
import { DEFAULT_MODEL } from '../engine/models/catalogue';
import type { JobDescription } from '../engine/sources/description';
import { jobIds, kindOf, namingOf } from '../engine/sources/naming';
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
	const ids = jobIds(descriptions);
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
	const { label, prompt, model, n, parameters } = description;
	const kind = kindOf(description);
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
		...namingOf(description, template),
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
