import { usd } from '../costs/money';
import { sumUsage } from '../costs/usage';
import type { JobOutcome } from '../jobs/outcome';
import { estimateOfRun } from './estimated';
import { costJson, errorJson, usageJson, type CostJson, type ErrorJson, type UsageJson } from './json';
import { addUp, partsOf } from './paid';
import type { ReportedJob, RunRecord } from './record';
import { warningsOf } from './warnings';

/** A finished run as JSON. Its names are relied on by users' workflows and scripts. */
export type Summary = {
	/** Jobs. */
	total: number;
	succeeded: number;
	/** Jobs that miss an image because something went wrong; some of their images may have been made. */
	failed: number;
	/** Jobs that miss an image because the run ended, or its budget, before they were done. */
	cancelled: number;
	/** Images made and kept. */
	images: number;
	results: SummaryResult[];
	/** ISO 8601, UTC. */
	started_at: string;
	/** ISO 8601, UTC. */
	finished_at: string;
	total_duration_ms: number;
	/** The sum of the results' costs. */
	total_cost: CostJson;
	estimated_cost: EstimatedCostJson;
	/** All that the image models counted, also for images that were lost; `null` where none of them counted. */
	usage: UsageJson | null;
	warnings: string[];
};

/** One job of a run. */
export type SummaryResult = {
	job_id: string;
	prompt: string;
	model: string;
	status: JobOutcome<unknown>['status'];
	/** The first of `output_paths`. */
	output_path: string | null;
	output_paths: string[];
	error: ErrorJson | null;
	/** From sending the first request until the last answer was in hand. */
	duration_ms: number;
	/** Requests sent. */
	attempts: number;
	/** OpenAI's ids of the requests that are known, for questions to its support. */
	request_ids: string[];
	/** All that was paid for the job, also for images that were lost. */
	cost: CostJson;
	history_uuid: string | null;
};

/** US dollars; `null` where the price of a job could not be known before. */
export type EstimatedCostJson = {
	currency: 'USD';
	low: number | null;
	high: number | null;
	/** What the figures rest on, in a few words. */
	rests_on: string | null;
};

/** The summary of a finished run. */
export function summaryOf(run: RunRecord): Summary {
	const { jobs, startedAt, finishedAt } = run;
	const parts = jobs.flatMap(partsOf);
	const having = (status: JobOutcome<unknown>['status']) =>
		jobs.filter(({ outcome }) => outcome.status === status).length;
	const usage = sumUsage(parts.map((part) => part.usage));
	return {
		total: jobs.length,
		succeeded: having('completed'),
		failed: having('failed'),
		cancelled: having('cancelled'),
		images: jobs.reduce((sum, job) => sum + imagesOf(job).length, 0),
		results: jobs.map(resultOf),
		started_at: new Date(startedAt).toISOString(),
		finished_at: new Date(finishedAt).toISOString(),
		total_duration_ms: Math.round(finishedAt - startedAt),
		total_cost: costJson(addUp(parts).cost),
		estimated_cost: estimatedCost(run),
		usage: usage && usageJson(usage),
		warnings: warningsOf(run),
	};
}

/** The images that were made for a job. Those of a job that repeats another one are the other's. */
export function imagesOf({ outcome, duplicateOf }: ReportedJob): JobOutcome<unknown>['images'] {
	return duplicateOf === undefined ? outcome.images : [];
}

function resultOf(reported: ReportedJob): SummaryResult {
	const { outcome, id, outputPaths, historyUuid, duplicateOf } = reported;
	const { job, status, error, timing } = outcome;
	const { durationMs, attempts } = duplicateOf === undefined ? timing : { durationMs: 0, attempts: 0 };
	return {
		job_id: id,
		prompt: job.prompt,
		model: job.model,
		status,
		output_path: outputPaths[0] ?? null,
		output_paths: [...outputPaths],
		error: error ? errorJson(error, attempts) : null,
		duration_ms: Math.round(durationMs),
		attempts,
		request_ids: requestIds(reported),
		cost: costJson(addUp(partsOf(reported)).cost),
		history_uuid: historyUuid,
	};
}

function requestIds(job: ReportedJob): string[] {
	if (job.duplicateOf !== undefined) return [];
	const ids = imagesOf(job).map(({ requestId }) => requestId);
	ids.push(job.outcome.error?.details.requestId ?? null);
	return [...new Set(ids.filter((id) => id !== null))];
}

function estimatedCost(run: RunRecord): EstimatedCostJson {
	const { range, restsOn } = estimateOfRun(run);
	return {
		currency: 'USD',
		low: range && usd(range.low),
		high: range && usd(range.high),
		rests_on: restsOn,
	};
}
