import type { Batch } from 'openai/resources/batches';

/** What the books have of a batch: one entry, however many requests. */
export interface BatchBookEntry {
	id: string;
	endpoint: string;
	/** Empty until the file was read. */
	model: string;
	status: Batch['status'];
	metadata: Record<string, string> | null;
	/** How many there are in all; 0 where the file is wrong. */
	requests: number;
	/** Of the requests that came to pictures, in the order of the file. */
	customIds: string[];
	/** Pictures charged. */
	images: number;
	/** What was charged, in US dollars: half the price. */
	usd: number;
	/** Milliseconds since 1970, by the stand-in's clock. */
	createdAt: number;
}
