import type { Bill } from '../costs/bill';
import type { Served, Turn } from '../responses/answer';
import type { ImageHeader } from '../responses/imageHeader';
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

/** An image that is stored. `Ref` is what the store gave for it. */
export interface StoredImage<Ref> {
	ref: Ref;
	header: ImageHeader;
	/** Its size in bytes. */
	bytes: number;
}

/** A stored partial image, and which of the image's partial ones it is, from 0. */
export type PartialImage<Ref> = StoredImage<Ref> & { index: number };

/** An image in hand, with its share of the request's bill. */
export interface ProducedImage<Ref> extends StoredImage<Ref>, Bill {
	/** Which of the job's images, from 0. */
	index: number;
	/** What was seen of it before it was done, in order. */
	partials: Array<PartialImage<Ref>>;
	revisedPrompt: string | null;
	/** The turn of a conversation that it comes from. */
	turn?: Turn;
	served: Served;
	timing: Timing;
	requestId: string | null;
	warnings: string[];
}

/** What came of a job. A failed or cancelled one may still have some of its images. */
export interface JobOutcome<Ref> {
	job: ImageJob;
	status: 'completed' | 'failed' | 'cancelled';
	images: Array<ProducedImage<Ref>>;
	/** Why images are missing; absent when the job is completed. */
	error?: ImageError;
	/** What was seen of an image that never came. */
	partials: Array<PartialImage<Ref>>;
	/** What was paid without an image in hand. */
	loss?: Bill;
	timing: Timing;
	/** Every request that was sent for the job, in the order of sending. */
	attempts: Attempt[];
	warnings: string[];
}
