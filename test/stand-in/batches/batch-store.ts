import type { Clock } from '../clock';
import { ApiError } from '../errors';
import type { Service } from '../exchange';
import { Batch } from './batch';
import type { BatchBookEntry } from './books';
import type { BatchRequest } from './create-request';
import { usualBatchOptions } from './options';
import type { BatchOptions } from './options';
import { DrawnPictures, SyntheticPictures } from './painter';

/** All batches of all keys, in memory. */
export class BatchStore {
	/** For the next batches, and what is downloaded next. May be changed at any time. */
	readonly options: BatchOptions;
	private readonly batches: Batch[] = [];
	private leaving = new AbortController();
	private drawn: DrawnPictures;

	constructor(
		private readonly initial: Partial<BatchOptions>,
		private readonly clock: Clock,
		private readonly imageBytes: number,
	) {
		this.options = { ...usualBatchOptions, ...initial };
		this.drawn = new DrawnPictures(imageBytes);
	}

	create(request: BatchRequest, key: string, service: Service): Batch {
		const options = { ...this.options };
		const { syntheticImageBytes } = options;
		const painter = syntheticImageBytes > 0 ? new SyntheticPictures(syntheticImageBytes) : this.drawn;
		const { signal } = this.leaving;
		const workshop = { service, key, endpoint: request.endpoint, painter, signal };
		const batch = new Batch(request, this.clock.now(), options, workshop);
		this.batches.push(batch);
		return batch;
	}

	/** @throws ApiError 404 where the key has none of this id */
	get(key: string, id: string): Batch {
		const batch = this.batches.find((candidate) => candidate.id === id && candidate.key === key);
		if (batch) return batch;
		throw new ApiError(404, {
			message: `No batch found with id '${id}'.`,
			type: 'invalid_request_error',
			param: null,
			code: null,
		});
	}

	/** A key's batches, newest first. */
	list(key: string): Batch[] {
		return this.batches.filter((batch) => batch.key === key).reverse();
	}

	/** Looks at a key's batches, so that the files of those that are over are there. */
	async settle(key: string): Promise<void> {
		for (const batch of this.list(key)) await batch.look(this.clock.now());
	}

	/** One entry a batch, oldest first. */
	books(): BatchBookEntry[] {
		return this.batches.map((batch) => batch.entry(this.clock.now()));
	}

	/** Forgets all batches, and goes back to the options of the beginning. */
	reset(): void {
		this.leaving.abort();
		this.leaving = new AbortController();
		this.batches.length = 0;
		this.drawn = new DrawnPictures(this.imageBytes);
		Object.assign(this.options, usualBatchOptions, this.initial);
	}
}
