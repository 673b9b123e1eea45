import type { ImageJob } from '../jobs/job';
import type { Portion } from '../jobs/portions';
import type { ImageSource } from '../jobs/source';
import { editsBody } from '../requests/edits';
import { generationsBody } from '../requests/generations';
import type { RequestImage } from '../requests/inputs';
import { customIdOf } from './customId';

/** A job that may go into a batch. */
export interface BatchableJob extends ImageJob {
	/** Its own within the submission. */
	id: string;
}

/** Names an image that the server is to take: the id of an uploaded file, or whatever stands for it. */
export type Naming = (source: ImageSource) => RequestImage;

/** Where results of an endpoint are asked for, within a batch. */
export const BATCH_ENDPOINTS = {
	generations: '/v1/images/generations',
	edits: '/v1/images/edits',
} as const;
export type BatchEndpoint = (typeof BATCH_ENDPOINTS)[keyof typeof BATCH_ENDPOINTS];

export function batchEndpointOf({ endpoint }: Pick<ImageJob, 'endpoint'>): BatchEndpoint {
	return BATCH_ENDPOINTS[endpoint === 'edits' ? 'edits' : 'generations'];
}

/**
 * One line of a batch's input file, with its line feed.
 * @param id the job's
 * @param path folders and name of the job's files, without an ending
 */
export async function lineOf(
	{ job, first, n }: Portion,
	{ id, path, name }: { id: string; path: string; name: Naming },
): Promise<string> {
	const url = batchEndpointOf(job);
	const body = url === BATCH_ENDPOINTS.edits ? await editBody(job, n, name) : generationsBody(job, n);
	const custom_id = customIdOf({ index: job.index, first, id, path });
	return `${JSON.stringify({ custom_id, method: 'POST', url, body })}\n`;
}

/** Every image is named, so the body is JSON. */
async function editBody(job: ImageJob, n: number, name: Naming): Promise<object | undefined> {
	const { images = [], mask, markup } = job;
	const { json } = await editsBody(job, n, {
		images: images.map(name),
		...(mask ? { mask: name(mask) } : {}),
		...(markup ? { markup: name(markup) } : {}),
	});
	return json;
}
