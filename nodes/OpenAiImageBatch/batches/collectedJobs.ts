import type { IExecuteFunctions } from 'n8n-workflow';
import type { SubmittedBatch } from '../../../engine/batches/batch';
import { withJobs, type SubmittedJob, type SubmittedRequests } from '../../../engine/batches/submitted';
import { safeName } from '../../../engine/jobs/fileNames';
import { isPlaceId } from '../../../engine/sources/naming';
import { lastParameters } from '../../shared/jobsFromParameters';
import type { BatchJob } from '../jobs';
import type { NamedBatch } from './named';

/** A batch that is done, and what it was asked for. */
export interface FinishedBatch<Job extends SubmittedJob | BatchJob = SubmittedJob> {
	named: NamedBatch;
	batch: SubmittedBatch;
	requests: SubmittedRequests<Job>;
}

/**
 * Makes the jobs of batches that are collected together those of one run: of batches of one submission in the order in which
 * they were submitted, of others one batch after the other.
 */
export function asOneRun(
	context: IExecuteFunctions,
	batches: readonly FinishedBatch[],
): { jobs: BatchJob[]; batches: Array<FinishedBatch<BatchJob>> } {
	const places = placesOf(batches);
	const finished = batches.map(({ named, batch, requests }) => {
		const { prices, fileName } = lastParameters(context, named.item);
		const jobFor = (job: SubmittedJob): BatchJob => ({
			...batchJob(job, fileName),
			item: named.item,
			index: places.get(job) ?? 0,
			...(prices ? { prices } : {}),
		});
		return { named, batch, requests: withJobs(requests, jobFor) };
	});
	const jobs = finished.flatMap(({ requests }) => requests.jobs).sort((a, b) => a.index - b.index);
	return { jobs, batches: finished };
}

function placesOf(batches: readonly FinishedBatch[]): Map<SubmittedJob, number> {
	const submissions = new Map<string, SubmittedJob[]>();
	for (const { batch, requests } of batches) {
		const key = batch.metadata.submission ?? batch.id;
		submissions.set(key, [...(submissions.get(key) ?? []), ...requests.jobs]);
	}
	const inOrder = [...submissions.values()].flatMap((jobs) => jobs.sort((a, b) => a.index - b.index));
	return new Map(inOrder.map((job, place) => [job, place]));
}

/** @param template goes before the names that were chosen when the batch was submitted */
function batchJob({ path, ...job }: SubmittedJob, template: string | undefined): BatchJob {
	const folders = path.split('/');
	const stem = folders.pop() ?? '';
	const folder = folders.join('/');
	const name = isPlaceId(job.id) ? {} : { name: safeName(job.id) };
	return {
		...job,
		...name,
		item: 0,
		...(folder === '' ? {} : { folder }),
		fileName: template || stem,
		description: {
			label: job.label,
			prompt: job.prompt,
			...name,
			...(path === '' ? {} : { outputPath: path }),
			model: job.model,
			n: job.n,
			parameters: job.parameters,
			...imagesOf(job),
		},
	};
}

function imagesOf({
	images = [],
	mask,
}: Omit<SubmittedJob, 'path'>): Pick<BatchJob['description'], 'images' | 'mask'> {
	const named = images.flatMap((image) => (image.kind === 'bytes' ? [] : [image.value]));
	return {
		...(named.length > 0 ? { images: named } : {}),
		...(mask && mask.kind !== 'bytes' ? { mask: mask.value } : {}),
	};
}
