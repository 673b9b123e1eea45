import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccountFiles } from './account-files';
import { BatchStore } from './batches/batch-store';
import type { BatchBookEntry } from './batches/books';
import type { BatchOptions } from './batches/options';
import { Books } from './books';
import type { BookEntry } from './books';
import { Clock } from './clock';
import { dispatch } from './dispatch';
import type { Service } from './exchange';
import { demoKey } from './keys';
import { Leaks } from './leaks';
import { Models } from './models';
import { Pace } from './pace';
import { Quotas } from './quotas';
import { ResponseStore } from './responses/response-store';
import { ServedFiles } from './served-files';

export type { BatchBookEntry } from './batches/books';
export type { BatchOptions } from './batches/options';
export type { BookedInput, BookEntry, ConversationEntry } from './books';

/** How a stand-in is to behave. */
export interface StandInOptions {
	/** 0, the default, for any that is free. */
	port?: number;
	/**
	 * How long an image request takes to answer, in milliseconds; drawing happens within it. Default 0. `prompt` is as
	 * it was sent, `index` counts the image requests since the start or the last reset, from 0.
	 */
	delayMs?: number | ((request: { prompt: string; model: string; index: number }) => number);
	/** Images that each key and model may have in a minute; 0, the default, for no limit. */
	imagesPerMinute?: number;
	/** How long a minute is, in milliseconds. Default 60,000. */
	minuteMs?: number;
	/** `compatible`: retired models are alive, and unknown models are accepted. Default `openai`. */
	provider?: 'openai' | 'compatible';
	/** ISO date that decides which models are alive. Default 2026-11-21. */
	today?: string;
	/** Pads pictures to about so many bytes, partial ones too. Default 0: no padding. */
	imageBytes?: number;
	/**
	 * How long a response can be gone back to, in milliseconds; an expired one is as if it had never been. Default
	 * Infinity: for as long as the stand-in runs.
	 */
	responseLifetimeMs?: number;
	/** How batches go, see there. */
	batches?: Partial<BatchOptions>;
	/**
	 * How much faster than the day the clock of batches and uploaded files goes; 0 for one that only `passTime` moves.
	 * Default 1.
	 */
	clockSpeed?: number;
}

/** A running stand-in. */
export interface StandIn {
	/** The base URL: `http://127.0.0.1:PORT/v1`. */
	url: string;
	/** A key that works. */
	key: string;
	/** Every image request, in the order they came. */
	books: BookEntry[];
	/** One entry for each batch, in the order they came, as of now. */
	readonly batchBooks: BatchBookEntry[];
	/** How the next batches go. May be changed at any time; a reset undoes it. */
	batchOptions: BatchOptions;
	/** Puts the clock of batches and uploaded files forward, in milliseconds. */
	passTime(ms: number): void;
	/** The most image requests there were at once. */
	readonly maxInFlight: number;
	readonly inFlight: number;
	/** How often a key came with the fetching of a picture, where none belongs: each time it was refused. */
	readonly leaks: number;
	/** Forgets books, pace, quotas, files, batches, responses and leaks, and sets the clock. */
	reset(): void;
	/** Drops all connections and stops. */
	close(): Promise<void>;
}

/**
 * Starts a stand-in for OpenAI's API on loopback.
 *
 * @throws Error where the port is taken
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
	const { delayMs = 0, imagesPerMinute = 0, minuteMs = 60_000, provider = 'openai' } = options;
	const { today = '2026-11-21', imageBytes = 0, port = 0, responseLifetimeMs = Infinity } = options;
	const { clockSpeed = 1 } = options;
	const books = new Books();
	const pace = new Pace(imagesPerMinute, minuteMs);
	const quotas = new Quotas();
	const files = new ServedFiles();
	const clock = new Clock(clockSpeed);
	const accountFiles = new AccountFiles(clock);
	const batches = new BatchStore(options.batches ?? {}, clock, imageBytes);
	const responses = new ResponseStore(responseLifetimeMs);
	const leaks = new Leaks();
	const service: Service = {
		origin: '',
		provider,
		models: new Models(provider, today),
		books,
		pace,
		quotas,
		files,
		accountFiles,
		batches,
		clock,
		responses,
		leaks,
		delayMs: (request) => (typeof delayMs === 'function' ? delayMs(request) : delayMs),
		imageBytes,
		reset() {
			const parts = [books, pace, quotas, files, clock, accountFiles, batches, responses, leaks];
			for (const part of parts) part.reset();
		},
	};

	const server = createServer((request, response) => void dispatch(service, request, response));
	// A client that pauses must not find its kept connection closed under it.
	server.keepAliveTimeout = 10 * 60_000;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	service.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	return {
		url: `${service.origin}/v1`,
		key: demoKey,
		books: books.entries,
		get batchBooks() {
			return batches.books();
		},
		batchOptions: batches.options,
		passTime: (ms) => clock.pass(ms),
		get maxInFlight() {
			return books.maxInFlight;
		},
		get inFlight() {
			return books.inFlight;
		},
		get leaks() {
			return leaks.count;
		},
		reset: () => service.reset(),
		close: () =>
			new Promise((resolve) => {
				batches.reset();
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
