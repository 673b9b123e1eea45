import { ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import type { JobOutcome } from '../jobs/outcome';
import { outcomeOf, type PortionOutcome } from '../runner/outcomes';
import type { ImageStore } from '../runner/ports';
import type { ApiPorts, BatchApi } from './api';
import type { SubmittedBatch } from './batch';
import { readJsonLines } from './jsonLines';
import { Results, type LineKind } from './results';
import { readSubmitted, type SubmittedRequests } from './submitted';

/** What a batch brought. */
export interface CollectedBatch<Ref> {
	/** Of its jobs, in their order. */
	outcomes: Array<JobOutcome<Ref>>;
	warnings: string[];
	/** Whether every result that the server has was read: then its files are of no more use. */
	complete: boolean;
}

/**
 * Reads what a batch was asked for: nothing but its id is needed.
 * @throws ImageError where the batch's file of requests is gone
 */
export async function readRequests(batch: SubmittedBatch, api: BatchApi): Promise<SubmittedRequests> {
	try {
		return await readSubmitted(await api.content(batch.inputFileId));
	} catch (error) {
		if (!(error instanceof ImageError) || error.kind !== 'not_found') throw error;
		throw new ImageError({
			...error.details,
			message:
				`The requests of batch ${batch.id} are gone: their file was deleted, or is older than 30 days. ` +
				'Without them its results cannot be told apart.',
		});
	}
}

/** After so many connections lost while one file was read, it is given up. */
const MOST_RESTARTS = 3;

/**
 * Collects a batch's results, as far as there are any. The files are read as they arrive, and each image is stored as it
 * passes. Collecting again gives the same.
 * @throws ImageError where a file cannot be read to its end, or an image cannot be stored: nothing is lost then, the results
 * stay with the server
 */
export async function collectBatch<Ref, Job extends ImageJob>(
	batch: SubmittedBatch,
	{ jobs, portions, foreign }: SubmittedRequests<Job>,
	api: BatchApi,
	{ transport, clock }: ApiPorts,
	store: ImageStore<Ref>,
): Promise<CollectedBatch<Ref>> {
	const redact = (text: string) => transport.redact(text);
	const results = new Results(batch, portions, store, clock.now());
	const unread = [
		...(await read('results', batch.outputFileId)),
		...(await read('errors', batch.errorFileId)),
	];
	const noFile =
		batch.outputFileId === null && batch.requests.completed > 0
			? [
					`${batch.id} says that ${batch.requests.completed} requests were completed, but has no file of results.`,
				]
			: [];
	const notOurs =
		foreign > 0
			? [`${foreign} of the requests of ${batch.id} were not made by this node and are left out.`]
			: [];
	const byJob = new Map<Job, Array<PortionOutcome<Ref>>>(jobs.map((job) => [job, []]));
	for (const portion of portions.values()) byJob.get(portion.job)?.push(results.of(portion));
	return {
		outcomes: jobs.map((job) => outcomeOf(job, byJob.get(job) ?? [], { warnings: [] })),
		warnings: [...notOurs, ...unread, ...noFile],
		complete: unread.length + noFile.length === 0,
	};

	async function read(what: string, fileId: string | null): Promise<string[]> {
		if (fileId === null) return [];
		for (let restarts = 0; ; restarts++) {
			try {
				const counts = { taken: 0, broken: 0, unknown: 0 };
				const content = await api.content(fileId);
				for await (const line of readJsonLines(content, redact, results.spare))
					counts[await results.take(line)]++;
				return unreadLines(what, batch, counts);
			} catch (error) {
				if (!(error instanceof ImageError)) throw error;
				if (error.kind === 'not_found')
					return [`The file of ${what} of ${batch.id} is gone: ${error.message}`];
				// What came before the connection was lost is not taken twice.
				if (error.kind !== 'interrupted' || restarts === MOST_RESTARTS) throw error;
			}
		}
	}
}

function unreadLines(
	what: string,
	{ id }: SubmittedBatch,
	{ broken, unknown }: Record<LineKind, number>,
): string[] {
	return [
		...(broken > 0 ? [`${lines(broken)} of the ${what} of ${id} could not be read.`] : []),
		...(unknown > 0 ? [`${lines(unknown)} of the ${what} of ${id} belong to none of its requests.`] : []),
	];
}

function lines(count: number): string {
	return count === 1 ? '1 line' : `${count} lines`;
}
