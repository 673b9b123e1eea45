import type { IExecuteFunctions } from 'n8n-workflow';
import { operationOf, type ImageJob, type ImageParameters } from '../../engine/jobs/job';
import type { ImageSource } from '../../engine/jobs/source';
import { variationPrompt } from '../../engine/jobs/variationPrompt';
import { findModel } from '../../engine/models/find';
import type { JobDescription } from '../../engine/sources/description';
import { jobIds, kindOf, namingOf } from '../../engine/sources/naming';
import { commonParametersOrProblem, type CommonParameters, type NodeJob } from '../shared/jobsFromParameters';
import { namedSource } from '../shared/imageSources';
import type { BatchSource, SourcedJob } from './sources';

/** A job of a batch. */
export interface BatchJob extends NodeJob {
	/** Its own within the batch. */
	id: string;
	/** The input item that it comes from. */
	item: number;
	description: JobDescription;
}

/** Makes jobs of what a source describes: what a job does not say itself, the node's parameters say. */
export async function batchJobs(context: IExecuteFunctions, source: BatchSource): Promise<BatchJob[]> {
	const defaults = new Map<number, CommonParameters>();
	const defaultsOf = (item: number) => {
		const known = defaults.get(item) ?? commonParametersOrProblem(context, item);
		defaults.set(item, known);
		return known;
	};
	const ids = jobIds(source.jobs.map(({ description }) => description));
	const jobs: BatchJob[] = [];
	for (const [index, sourced] of source.jobs.entries()) {
		jobs.push({
			...(await batchJob(context, sourced, defaultsOf(sourced.item), source)),
			index,
			id: ids[index] ?? '',
		});
	}
	return jobs;
}

async function batchJob(
	context: IExecuteFunctions,
	{ description, item, problems }: SourcedJob,
	defaults: CommonParameters,
	{ fileName }: BatchSource,
): Promise<Omit<BatchJob, 'index' | 'id'>> {
	const found: NonNullable<ImageJob['problems']>[number][] = [
		...problems.map(({ path, field, message }) => ({ field: field ?? path, message })),
		...(defaults.problems ?? []),
	];
	const read = async (field: string, name: string, label: string): Promise<ImageSource[]> => {
		try {
			return [await namedSource(context, item, name, label)];
		} catch (error) {
			found.push({ field, message: error instanceof Error ? error.message : String(error) });
			return [];
		}
	};
	const kind = kindOf(description);
	const images: ImageSource[] = [];
	for (const [place, name] of (description.images ?? []).entries())
		images.push(...(await read('images', name, `image ${place + 1}`)));
	const [mask] = description.mask === undefined ? [] : await read('mask', description.mask, 'mask');
	const model = description.model ?? defaults.model;
	const endpoint = kind === 'generate' ? 'generations' : 'edits';
	return {
		...defaults,
		...namingOf(description, defaults.fileName || fileName),
		label: description.label,
		item,
		description,
		endpoint,
		model,
		prompt: kind === 'variation' ? variationPrompt('moderate', description.prompt) : description.prompt,
		n: description.n ?? defaults.n,
		...(kind === 'generate' ? {} : { images }),
		...(mask ? { mask } : {}),
		parameters: merged(description.parameters, defaults.parameters, { endpoint, model }),
		problems: found,
	};
}

/** `auto` is the API's default and takes a default of the node back; what an endpoint does not have is no default for it. */
function merged(
	own: ImageParameters,
	defaults: ImageParameters,
	{ endpoint, model }: Pick<ImageJob, 'endpoint' | 'model'>,
): ImageParameters {
	const rules = findModel(model)?.parameters ?? {};
	const fits = (name: string) => rules[name]?.endpoints?.includes(operationOf({ endpoint })) ?? true;
	const all = { ...Object.fromEntries(Object.entries(defaults).filter(([name]) => fits(name))), ...own };
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 'auto')) as ImageParameters;
}
