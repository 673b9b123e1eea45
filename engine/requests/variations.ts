import type { ImageCreateVariationParams } from 'openai/resources/images';
import type { ImageJob } from '../jobs/job';
import { findModel } from '../models/find';
import type { RequestInputs } from './inputs';
import { filePart, textParts, type MultipartPart, type WireBody } from './wire';

/** The body of `POST /images/variations`, which only servers other than OpenAI's still have. It takes no prompt. */
export function variationsBody(job: ImageJob, n: number, { images }: RequestInputs): WireBody {
	const fields = {
		model: job.model,
		...(n > 1 ? { n } : {}),
		...findModel(job.model)?.alwaysSend,
		...(job.parameters as Pick<ImageCreateVariationParams, 'size'>),
	} satisfies Omit<ImageCreateVariationParams, 'image'>;
	return {
		multipart: [
			...textParts({ ...fields, ...job.additional }),
			...images.map((image) => filePart('image', image)),
		].filter((part): part is MultipartPart => part !== undefined),
	};
}
