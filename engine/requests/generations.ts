import type { ImageGenerateParamsBase } from 'openai/resources/images';
import { isStreamed, type ImageJob, type ImageParameters } from '../jobs/job';
import { findModel } from '../models/find';

/** The body of `POST /images/generations` for `n` of a job's images. */
export function generationsBody(job: ImageJob, n: number): object {
	const body = {
		model: job.model,
		prompt: job.prompt,
		...(n > 1 ? { n } : {}),
		...findModel(job.model)?.alwaysSend,
		// Validation has refused what only edits have.
		...(job.parameters as Omit<ImageParameters, 'input_fidelity'>),
		...(isStreamed(job) ? { stream: true } : {}),
	} satisfies ImageGenerateParamsBase;
	return { ...body, ...job.additional };
}
