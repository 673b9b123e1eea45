import type { IExecuteFunctions } from 'n8n-workflow';
import { operationOf, type ImageJob, type ImageParameters } from '../../engine/jobs/job';
import type { ImageSource } from '../../engine/jobs/source';
import { variationPrompt } from '../../engine/jobs/variationPrompt';
import { findModel } from '../../engine/models/find';
import { safeName } from '../../engine/jobs/fileNames';
import type { JobDescription, JobKind } from '../../engine/sources/description';
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
	const ids = jobIds(source.jobs);
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

/** A job's name where it is its own, else its place. */
function jobIds(jobs: readonly SourcedJob[]): string[] {
	const times = new Map<string, number>();
	for (const { description } of jobs) {
		const { name = '' } = description;
		times.set(name, (times.get(name) ?? 0) + 1);
	}
	const digits = String(jobs.length).length;
	return jobs.map(({ description: { name } }, index) => {
		if (name !== undefined && times.get(name) === 1) return name;
		let id = `job-${String(index + 1).padStart(digits, '0')}`;
		while (times.has(id)) id += '-1';
		return id;
	});
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
		...named(description, defaults.fileName || fileName),
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

function kindOf({ kind, images }: JobDescription): JobKind {
	return kind ?? (images ? 'edit' : 'generate');
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

/** A path of the job's own goes before the template. */
function named(
	{ name, outputPath, folder: base }: JobDescription,
	template: string | undefined,
): Pick<NodeJob, 'name' | 'folder' | 'fileName'> {
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
