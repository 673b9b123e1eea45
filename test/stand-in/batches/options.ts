/** How batches are to go. Those that are there already keep to what held when they were created. */
export interface BatchOptions {
	/**
	 * How long a batch takes from its creation to its end, in milliseconds. Default 0: it is done when it is next
	 * looked at. What takes more than 24 hours expires.
	 */
	durationMs: number;
	/** The batch expires after so many requests. Default Infinity. */
	expireAfter: number;
	/** Which file of results is not there although it should be. Default null: none. */
	missingFile: 'output' | 'error' | 'both' | null;
	/** So many times the content of a file of results breaks off in its middle. Default 0. */
	cutDownloads: number;
	/**
	 * Pictures are not drawn: each is the same picture of about so many bytes, so that files of any length come as fast
	 * as they can be sent. Default 0: they are drawn.
	 */
	syntheticImageBytes: number;
}

export const usualBatchOptions: BatchOptions = {
	durationMs: 0,
	expireAfter: Infinity,
	missingFile: null,
	cutDownloads: 0,
	syntheticImageBytes: 0,
};
