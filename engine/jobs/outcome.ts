import type { Cost } from '../costs/price';
import type { Usage } from '../costs/usage';
import type { ImageHeader } from '../responses/imageHeader';
import type { Served, SvgUsage } from '../responses/imagesResponse';
import type { ErrorKind, ImageError } from './error';
import type { ImageJob } from './job';

/** Milliseconds. */
export interface Timing {
	/** From the beginning of the run until the first request was sent. */
	queuedMs: number;
	/** From there until the answer was in hand, with all retries. */
	durationMs: number;
	/** Requests sent. */
	attempts: number;
}

/** One request of a job, for a picture of how the run went. Milliseconds count from the beginning of the run. */
export interface Attempt {
	/** Which of the run's lanes it was sent on, from 0: lanes are as many as the concurrency. */
	lane: number;
	sentMs: number;
	doneMs: number;
	result: 'completed' | ErrorKind;
}

/** An image in hand. `Ref` is what the store gave for it. */
export interface ProducedImage<Ref> {
	ref: Ref;
	/** Which of the job's images, from 0. */
	index: number;
	header: ImageHeader;
	/** Its size in bytes. */
	bytes: number;
	revisedPrompt: string | null;
	served: Served;
	/** Its share of the request's tokens and price. */
	usage: Usage | null;
	svgUsage: SvgUsage | null;
	cost: Cost;
	timing: Timing;
	requestId: string | null;
	warnings: string[];
}

/** What was paid for without an image in hand. */
export interface Loss {
	usage: Usage | null;
	cost: Cost;
}

/** What came of a job. A failed or cancelled one may still have some of its images. */
export interface JobOutcome<Ref> {
	job: ImageJob;
	status: 'completed' | 'failed' | 'cancelled';
	images: Array<ProducedImage<Ref>>;
	/** Why images are missing; absent when the job is completed. */
	error?: ImageError;
	/** What images that could not be used have cost. */
	loss?: Loss;
	timing: Timing;
	/** Every request that was sent for the job, in the order of sending. */
	attempts: Attempt[];
	warnings: string[];
}
