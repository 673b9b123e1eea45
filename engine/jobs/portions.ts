import type { ImageModel } from '../models/model';
import { formatOf, isStreamed, type ImageJob } from './job';

/** The images of a job that one request makes. */
export interface Portion {
	job: ImageJob;
	/** The first of the job's images, from 0. */
	first: number;
	/** How many. */
	n: number;
}

/** For models that the catalogue does not know: what OpenAI's API takes at most. */
const USUAL_MOST = 10;

/**
 * Splits a job into requests: none asks for more images than the model makes at once, or than the pace allows in a minute
 * (such a request would never be let through). A turn of a conversation and a stream are about one image.
 * @param imagesPerMinute 0 for no limit
 */
export function portionsOf(job: ImageJob, model: ImageModel | undefined, imagesPerMinute: number): Portion[] {
	const ofFormat = model?.maxImagesPerRequestOf?.[formatOf(job)];
	const ofModel = ofFormat ?? model?.maxImagesPerRequest ?? USUAL_MOST;
	const most =
		job.endpoint === 'responses' || isStreamed(job) ? 1 : Math.min(ofModel, imagesPerMinute || Infinity);
	return splitPortion({ job, first: 0, n: job.n }, most);
}

/** The same images in requests of at most so many. */
export function splitPortion({ job, first, n }: Portion, most: number): Portion[] {
	return Array.from({ length: Math.ceil(n / most) }, (_, place) => ({
		job,
		first: first + place * most,
		n: Math.min(most, n - place * most),
	}));
}
