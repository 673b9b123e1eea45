import type { AccountFiles } from './account-files';
import type { Reply } from './answer';
import type { BatchStore } from './batches/batch-store';
import type { BodyType, RequestBody } from './body';
import type { BookedRequest, BookEntry, Books } from './books';
import type { Clock } from './clock';
import type { Models } from './models';
import type { Pace } from './pace';
import type { Quotas } from './quotas';
import type { Leaks } from './leaks';
import type { ResponseStore } from './responses/response-store';
import type { ServedFiles } from './served-files';

/** What all requests share. */
export interface Service {
	/** `http://127.0.0.1:PORT` */
	origin: string;
	provider: 'openai' | 'compatible';
	models: Models;
	books: Books;
	pace: Pace;
	quotas: Quotas;
	/** Pictures that were answered as a URL. */
	files: ServedFiles;
	/** What the Files API keeps. */
	accountFiles: AccountFiles;
	batches: BatchStore;
	/** What files and batches live by. */
	clock: Clock;
	/** What the Responses API remembers. */
	responses: ResponseStore;
	leaks: Leaks;
	/** How long an image request takes to answer, in ms. */
	delayMs(request: { prompt: string; model: string; index: number }): number;
	/** Forgets everything: books, pace, quotas, files, batches, responses, leaks. */
	reset(): void;
	/** About how large pictures are to be made, in bytes; 0 for as large as they come. */
	imageBytes: number;
}

/** One request in the course of being answered. */
export interface Exchange {
	service: Service;
	/** The key it came with; empty where the route asks for none. */
	key: string;
	requestId: string;
	headers: Record<string, string | string[] | undefined>;
	/** The `:names` of the route's path. */
	params: Record<string, string>;
	query: URLSearchParams;
	body: RequestBody;
	/** Aborted when the client goes away. */
	signal: AbortSignal;
	/** Where the request is booked; only on routes that are. */
	entry: BookEntry | null;
}

/** One row of the route table. */
export interface Route {
	method: 'GET' | 'POST' | 'DELETE';
	/** `:name` stands for one segment. */
	path: string;
	/** What a POST may come as; JSON where it is not said. */
	accepts?: readonly BodyType[];
	/** The most of one file in a form, in bytes, where it is not the most of an image. */
	mostBytes?: number;
	/** Whether a key is asked for. */
	key: boolean;
	/** What to enter in the books of a request with such a body; null for requests that are none for an image. */
	booked: ((body: unknown) => BookedRequest | null) | null;
	/** May throw ApiError. */
	answer(exchange: Exchange): Promise<Reply> | Reply;
}
