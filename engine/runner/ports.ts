import type { ImageJob } from '../jobs/job';
import type { Transport } from '../requests/wire';
import type { Pace } from './pace';
import type { ImageHeader } from '../responses/imageHeader';

/** What a run needs of the world. */
export interface RunPorts<Ref> {
	transport: Transport;
	clock: Clock;
	store: ImageStore<Ref>;
	/** Aborted when the user cancels. */
	signal: AbortSignal;
	/**
	 * The pace of all requests of the account for a model. The run leaves it at its end.
	 * @param imagesPerMinute what the run may take; 0 for whatever the server bears
	 */
	enterPace(model: string, imagesPerMinute: number): Pace;
	/** Is told how far the run is, each time a request is done with. */
	onProgress?(progress: RunProgress): void;
}

export interface RunProgress {
	/** All requests of the run. */
	requests: number;
	/** Those that are done with, well or not. */
	done: number;
	/** Images in hand. */
	images: number;
}

/** Milliseconds since 1970. */
export interface Clock {
	now(): number;
	/** Returns after `ms`, or soon after the signal is aborted. Never throws. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Takes an image over for good. What it returns is all that the run keeps of it. Its bytes are there until `put` resolves: the
 * next image may come to lie in the same memory.
 */
export interface ImageStore<Ref> {
	put(image: ArrivedImage): Promise<Ref>;
}

export interface ArrivedImage {
	job: ImageJob;
	/** Which of the job's images, from 0. */
	index: number;
	/** Which partial image of it, from 0; absent for the image itself. */
	partial?: number;
	bytes: Buffer;
	header: ImageHeader;
}
