import type { ImageJob } from '../jobs/job';
import { editsBody } from './edits';
import { generationsBody } from './generations';
import { readInputs, type RequestInputs } from './inputs';
import { responsesBody } from './responses';
import { variationsBody } from './variations';
import type { WireBody, WireRequest } from './wire';

const REQUESTS: Record<
	ImageJob['endpoint'],
	{ path: string; body: (job: ImageJob, n: number, inputs: RequestInputs) => WireBody | Promise<WireBody> }
> = {
	generations: { path: '/images/generations', body: (job, n) => ({ json: generationsBody(job, n) }) },
	edits: { path: '/images/edits', body: editsBody },
	variations: { path: '/images/variations', body: variationsBody },
	responses: {
		path: '/responses',
		body: async (job, _n, inputs) => await responsesBody(job, inputs),
	},
};

/**
 * The request for `n` of a job's images.
 * @param check is shown the job with all that is known of its images, and throws where one does not do
 */
export async function requestForJob(
	job: ImageJob,
	n: number,
	check: (job: ImageJob) => void,
): Promise<Pick<WireRequest, 'method' | 'path' | 'json' | 'multipart'>> {
	const inputs = await readInputs(job, check);
	const { path, body } = REQUESTS[job.endpoint];
	return { method: 'POST', path, ...(await body(job, n, inputs)) };
}
