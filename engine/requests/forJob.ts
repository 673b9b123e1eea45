import type { ImageJob } from '../jobs/job';
import { editsBody } from './edits';
import { generationsBody } from './generations';
import { readInputs, type RequestInputs } from './inputs';
import { variationsBody } from './variations';
import type { WireBody, WireRequest } from './wire';

const BODIES: Record<
	ImageJob['endpoint'],
	(job: ImageJob, n: number, inputs: RequestInputs) => WireBody | Promise<WireBody>
> = {
	generations: (job, n) => ({ json: generationsBody(job, n) }),
	edits: editsBody,
	variations: variationsBody,
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
	return { method: 'POST', path: `/images/${job.endpoint}`, ...(await BODIES[job.endpoint](job, n, inputs)) };
}
