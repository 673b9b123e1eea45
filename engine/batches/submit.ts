import { estimateJob, type Estimate } from '../costs/estimate';
import { usd, type NanoUsd } from '../costs/money';
import { ImageError } from '../jobs/error';
import { findModel } from '../models/find';
import type { BatchApi } from './api';
import type { SubmittedBatch } from './batch';
import { Chain } from './digest';
import { alreadyThere, EarlierBatches, MADE_BY } from './earlier';
import { BatchImages } from './images';
import { lineOf, type BatchableJob, type Naming } from './lines';
import { planBatches, type PlannedBatch, type PlannedLine } from './plan';

/** What to do where the very same batch is under way already. */
export const ON_DUPLICATE = ['reuse', 'submit', 'error'] as const;
export type OnDuplicate = (typeof ON_DUPLICATE)[number];

export interface SubmitSettings {
	onDuplicate: OnDuplicate;
	/** 0 for no limit. */
	maxCost: NanoUsd;
	/** Folders and name of a job's files, without an ending. */
	pathOf(job: BatchableJob): string;
	/** Is shown a job with all that is known of its images, and throws where one does not do. */
	check(job: BatchableJob): void;
	/** Milliseconds since 1970. */
	now: number;
}

/** What became of one of the batches that the jobs were divided into. */
export interface Submission {
	model: string;
	endpoint: string;
	jobs: BatchableJob[];
	requests: number;
	/** At the Batch API's price; `null` where it is not known. */
	estimate: { low: NanoUsd; high: NanoUsd } | null;
	fingerprint: string;
	/** Absent where the submission failed. */
	batch?: SubmittedBatch;
	/** Whether the batch was there before. */
	reused: boolean;
	error?: ImageError;
}

export interface SubmitResult {
	submissions: Submission[];
	/** Jobs that are in none of them, because their images do not do. */
	refused: Map<BatchableJob, ImageError>;
}

/**
 * Submits jobs to the Batch API, a batch for each model and endpoint, or several where one file does not hold them. Batches
 * that were submitted stay so, whatever becomes of the next: each has an outcome of its own.
 */
export async function submitBatches(
	jobs: readonly BatchableJob[],
	api: BatchApi,
	settings: SubmitSettings,
): Promise<SubmitResult> {
	const images = new BatchImages();
	const { sound, refused } = await readImages(jobs, images, settings);
	const lineFor = async ({ job, portion }: PlannedLine, name: Naming) =>
		await lineOf(portion, { id: job.id, path: settings.pathOf(job), name });
	const submissions: Array<Submission & { planned: PlannedBatch }> = [];
	const all = new Chain();
	const planned = await planBatches(sound, async (line) =>
		Buffer.byteLength(await lineFor(line, images.byContent)),
	);
	for (const batch of planned) {
		const chain = new Chain();
		for (const line of batch.lines) await chain.add(await lineFor(line, images.byContent));
		await all.add(chain.value);
		submissions.push({ ...submissionOf(batch, chain.value), planned: batch });
	}
	const earlier = new EarlierBatches(api, settings.now);
	let reserved = 0;
	for (const submission of submissions) {
		try {
			const same = await earlierOne(submission);
			if (same) {
				Object.assign(submission, { batch: same, reused: true });
				continue;
			}
			reserved += withinBudget(submission, reserved, settings.maxCost);
			await images.upload(submission.jobs, api);
			submission.batch = await create(submission, await uploadLines(submission.planned));
		} catch (error) {
			if (!(error instanceof ImageError)) throw error;
			submission.error = error;
		}
	}
	return { submissions, refused };

	async function earlierOne({ fingerprint }: Submission): Promise<SubmittedBatch | undefined> {
		if (settings.onDuplicate === 'submit') return undefined;
		const same = await earlier.withFingerprint(fingerprint);
		if (same && settings.onDuplicate === 'error') throw alreadyThere(same);
		return same;
	}

	async function uploadLines({ lines }: PlannedBatch): Promise<string> {
		const pieces = async function* () {
			for (const line of lines) yield Buffer.from(await lineFor(line, images.byFileId));
		};
		let size = 0;
		for await (const piece of pieces()) size += piece.length;
		const file = { fileName: 'batch.jsonl', contentType: 'application/jsonl', size, content: pieces };
		return await api.upload(file, 'batch');
	}

	/** A batch whose answer was lost may be there all the same: it is looked for before anything is paid twice. */
	async function create(submission: Submission, fileId: string): Promise<SubmittedBatch> {
		try {
			return await api.create(fileId, submission.endpoint, notesOn(submission, all.value));
		} catch (error) {
			if (!(error instanceof ImageError) || error.details.maybeBilled !== true) throw error;
			const there = await earlier.ofFile(fileId);
			if (!there) throw error;
			return there;
		}
	}
}

async function readImages(
	jobs: readonly BatchableJob[],
	images: BatchImages,
	{ check }: SubmitSettings,
): Promise<{ sound: BatchableJob[]; refused: Map<BatchableJob, ImageError> }> {
	const refused = new Map<BatchableJob, ImageError>();
	for (const job of jobs) {
		try {
			await images.read(job, check);
		} catch (error) {
			if (!(error instanceof ImageError)) throw error;
			refused.set(job, error);
		}
	}
	return { sound: jobs.filter((job) => !refused.has(job)), refused };
}

function submissionOf({ model, endpoint, lines }: PlannedBatch, fingerprint: string): Submission {
	const jobs = [...new Set(lines.map(({ job }) => job))];
	const estimates = lines.map(({ job, portion }) => estimateJob({ ...job, n: portion.n }, findModel(model)));
	return {
		model,
		endpoint,
		jobs,
		requests: lines.length,
		estimate: sumOf(estimates),
		fingerprint,
		reused: false,
	};
}

function sumOf(estimates: ReadonlyArray<Estimate | null>): Submission['estimate'] {
	let [low, high] = [0, 0];
	for (const estimate of estimates) {
		if (!estimate) return null;
		low += estimate.input.low + estimate.output.low;
		high += estimate.input.high + estimate.output.high;
	}
	return { low, high };
}

/** @returns what the batch may come to cost */
function withinBudget({ estimate }: Submission, reserved: NanoUsd, maxCost: NanoUsd): NanoUsd {
	const most = estimate?.high ?? 0;
	if (maxCost === 0 || reserved + most <= maxCost) return most;
	throw new ImageError({
		kind: 'budget',
		code: 'budget',
		message:
			`This batch might come to cost $${usd(most)}` +
			(reserved > 0 ? `, beside $${usd(reserved)} for those before it` : '') +
			`, and no more than $${usd(maxCost)} may be spent. Raise Max Cost, or submit fewer jobs.`,
	});
}

/** What is noted on a batch, so that it can be found again and told without anything else at hand. */
function notesOn(
	{ fingerprint, model, requests, jobs, estimate }: Submission,
	submission: string,
): Record<string, string> {
	return {
		made_by: MADE_BY,
		fingerprint,
		submission,
		model,
		jobs: String(jobs.length),
		requests: String(requests),
		...(estimate
			? { estimated_low: String(usd(estimate.low)), estimated_high: String(usd(estimate.high)) }
			: {}),
	};
}
