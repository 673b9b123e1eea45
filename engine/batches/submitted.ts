import { PARAMETER_NAMES, type ImageJob, type ImageParameters } from '../jobs/job';
import type { Portion } from '../jobs/portions';
import type { ImageReference } from '../jobs/source';
import { findModel } from '../models/find';
import { countOf, recordOf, recordsOf, textOf } from '../responses/fields';
import { readCustomId } from './customId';
import { readJsonLines } from './jsonLines';
import { BATCH_ENDPOINTS, type BatchableJob } from './lines';

/** A job as a batch's own file of requests tells it. */
export interface SubmittedJob extends BatchableJob {
	/** Folders and name of its files, without an ending; empty where that is to be made anew. */
	path: string;
}

/** The requests of a batch. */
export interface SubmittedRequests<Job extends ImageJob = SubmittedJob> {
	/** In the order of their places in the submission. */
	jobs: Job[];
	/** By the `custom_id` of their lines. */
	portions: Map<string, Portion & { job: Job }>;
	/** Lines that are not ours. */
	foreign: number;
}

/** What OpenAI's Batch API costs, as a share of the price, where the catalogue does not say otherwise. */
const USUAL_SHARE = 0.5;

export function batchShareOf(model: string): number {
	return findModel(model)?.prices.batchShare ?? USUAL_SHARE;
}

/**
 * Reads a batch's file of requests: the prompts, the parameters and, in the `custom_id`s, whose they are.
 * @throws ImageError where the file is broken off
 */
export async function readSubmitted(content: AsyncIterable<Uint8Array>): Promise<SubmittedRequests> {
	const jobs = new Map<number, SubmittedJob>();
	const portions: SubmittedRequests['portions'] = new Map();
	let foreign = 0;
	for await (const line of readJsonLines(content, asTheyAre)) {
		const document = 'broken' in line ? {} : recordOf(line.document);
		const customId = textOf(document.custom_id) ?? '';
		const identity = readCustomId(customId);
		if (!identity) {
			foreign++;
			continue;
		}
		const body = recordOf(document.body);
		const n = countOf(body.n) || 1;
		const job = jobs.get(identity.index) ?? jobFrom(identity, textOf(document.url), body);
		jobs.set(identity.index, job);
		job.n += n;
		portions.set(customId, { job, first: identity.first, n });
	}
	const inOrder = [...jobs.values()].sort((a, b) => a.index - b.index);
	return { jobs: inOrder, portions, foreign };
}

/** The user's own words come back as they were given. */
const asTheyAre = (text: string) => text;

/** Its images are counted as its lines are read. */
function jobFrom(
	{ index, id, path }: { index: number; id: string; path: string },
	url: string | null,
	body: Record<string, unknown>,
): SubmittedJob {
	const { model, prompt, n: _, images, mask, markup, response_format: _format, ...others } = body;
	const isParameter = (name: string) => (PARAMETER_NAMES as readonly string[]).includes(name);
	const entries = Object.entries(others);
	const additional = Object.fromEntries(entries.filter(([name]) => !isParameter(name)));
	const [maskSource, markupSource] = [mask, markup].map((source) => referenceIn(recordOf(source), 'mask'));
	const job: ImageJob = {
		index,
		label: id,
		endpoint: url === BATCH_ENDPOINTS.edits ? 'edits' : 'generations',
		model: textOf(model) ?? '',
		prompt: textOf(prompt) ?? '',
		n: 0,
		parameters: Object.fromEntries(entries.filter(([name]) => isParameter(name))) as ImageParameters,
		priceShare: batchShareOf(textOf(model) ?? ''),
		...(Object.keys(additional).length > 0 ? { additional } : {}),
		...(images === undefined
			? {}
			: {
					images: recordsOf(images).flatMap(
						(source, place) => referenceIn(source, `image ${place + 1}`) ?? [],
					),
				}),
		...(maskSource ? { mask: maskSource } : {}),
		...(markupSource ? { markup: markupSource } : {}),
	};
	return { ...job, id, path };
}

function referenceIn(source: Record<string, unknown>, label: string): ImageReference | undefined {
	const fileId = textOf(source.file_id);
	if (fileId !== null) return { kind: 'file_id', label, value: fileId };
	const url = textOf(source.image_url);
	return url === null ? undefined : { kind: 'url', label, value: url };
}

/** The same requests, of jobs that take the place of those. */
export function withJobs<Job extends ImageJob>(
	{ jobs, portions, foreign }: SubmittedRequests,
	jobFor: (job: SubmittedJob) => Job,
): SubmittedRequests<Job> {
	const byJob = new Map(jobs.map((job) => [job, jobFor(job)]));
	const moved = [...portions].map(
		([customId, portion]) => [customId, { ...portion, job: byJob.get(portion.job) as Job }] as const,
	);
	return { jobs: [...byJob.values()], portions: new Map(moved), foreign };
}
