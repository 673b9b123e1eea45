import { estimateJob } from '../engine/costs/estimate';
import { usd } from '../engine/costs/money';
import { portionsOf } from '../engine/jobs/portions';
import { findModel } from '../engine/models/find';
import { estimateOfRun } from '../engine/reports/estimated';
import { checkJob } from '../engine/runner/check';
import type { RunSettings } from '../engine/runner/settings';
import type { CommandJob } from './jobs';

/** US dollars; `null` where it cannot be known before. */
interface RangeJson {
	currency: 'USD';
	low: number | null;
	high: number | null;
	/** What the figures rest on, in a few words. */
	rests_on: string | null;
}

/** What a batch would cost, as the Batch node's operation Estimate has it. */
export interface EstimateJson {
	dry_run: true;
	total: number;
	failed: number;
	images: number;
	estimated_cost: RangeJson;
	results: Array<{
		job_id: string;
		prompt: string;
		model: string;
		endpoint: string;
		n: number;
		parameters: object;
		requests: number;
		estimated_cost: RangeJson;
	}>;
	warnings: string[];
}

/** Says what each job and all of them would cost. @param jobs that have been found good */
export function estimateOf(
	jobs: readonly CommandJob[],
	settings: RunSettings,
	warnings: readonly string[],
): EstimateJson {
	const now = Date.now();
	const reported = jobs.map((job) => ({
		job,
		id: job.id,
		estimate: estimateJob(job, findModel(job.model)),
		outputPaths: [],
		historyUuid: null,
		outcome: {
			job,
			status: 'completed' as const,
			images: [],
			partials: [],
			timing: { queuedMs: 0, durationMs: 0, attempts: 0 },
			attempts: [],
			warnings: checkJob(job, settings, now).warnings,
		},
	}));
	const { range, restsOn } = estimateOfRun({ jobs: reported, startedAt: now, finishedAt: now, warnings });
	return {
		dry_run: true,
		total: jobs.length,
		failed: 0,
		images: jobs.reduce((sum, { n }) => sum + n, 0),
		estimated_cost: rangeJson(range, restsOn),
		results: reported.map(({ job, id, estimate }) => ({
			job_id: id,
			prompt: job.prompt,
			model: job.model,
			endpoint: job.endpoint,
			n: job.n,
			parameters: { ...job.parameters },
			requests: portionsOf(job, findModel(job.model), settings.imagesPerMinute).length,
			estimated_cost: rangeJson(
				estimate && {
					low: estimate.input.low + estimate.output.low,
					high: estimate.input.high + estimate.output.high,
				},
				estimate?.restsOn ?? null,
			),
		})),
		warnings: [...new Set([...warnings, ...reported.flatMap(({ outcome }) => outcome.warnings)])],
	};
}

function rangeJson(range: { low: number; high: number } | null, restsOn: string | null): RangeJson {
	return { currency: 'USD', low: range && usd(range.low), high: range && usd(range.high), rests_on: restsOn };
}
