import type { ImageEditParamsBase } from 'openai/resources/images';
import { isStreamed, type ImageJob } from '../jobs/job';
import { findModel } from '../models/find';
import { reference, type RequestInputs } from './inputs';
import { filePart, textParts, type MultipartPart, type WireBody } from './wire';

/** The fields of an edit beside its images. */
function fieldsOf(job: ImageJob, n: number) {
	const fields = {
		model: job.model,
		prompt: job.prompt,
		...(n > 1 ? { n } : {}),
		...findModel(job.model)?.alwaysSend,
		...(job.parameters as EditParameters),
		...(isStreamed(job) ? { stream: true } : {}),
	} satisfies Omit<ImageEditParamsBase, 'image' | 'mask' | 'markup'>;
	return { ...fields, ...job.additional };
}

/** Validation has refused what an edit does not have. */
type EditParameters = Omit<ImageEditParamsBase, 'image' | 'mask' | 'markup' | 'model' | 'prompt' | 'n'>;

/**
 * The body of `POST /images/edits` for `n` of a job's images: multipart, which every server knows; JSON where an
 * image is one that the server is to fetch.
 */
export async function editsBody(job: ImageJob, n: number, inputs: RequestInputs): Promise<WireBody> {
	const { images, mask, markup } = inputs;
	const all = [...images, ...(mask ? [mask] : []), ...(markup ? [markup] : [])];
	if (all.some(({ kind }) => kind !== 'bytes')) {
		return {
			json: {
				...fieldsOf(job, n),
				images: await Promise.all(images.map(reference)),
				...(mask ? { mask: await reference(mask) } : {}),
				...(markup ? { markup: await reference(markup) } : {}),
			},
		};
	}
	const name = images.length > 1 ? 'image[]' : 'image';
	return {
		multipart: [
			...textParts(fieldsOf(job, n)),
			...images.map((image) => filePart(name, image)),
			...(mask ? [filePart('mask', mask)] : []),
			...(markup ? [filePart('markup', markup)] : []),
		].filter((part): part is MultipartPart => part !== undefined),
	};
}
