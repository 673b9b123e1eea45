import type { NanoUsd } from '../costs/money';
import { isRefused, type RunRecord } from './record';

/** What a run was expected to cost. */
export interface RunEstimate {
	/** `null` where the estimate of a job is not known. */
	range: { low: NanoUsd; high: NanoUsd } | null;
	/** What the figures rest on, in a few words; `null` where nothing was estimated. */
	restsOn: string | null;
}

/** Adds up the estimates of the jobs that were to be sent: not those refused before, nor repetitions of others. */
export function estimateOfRun({ jobs }: RunRecord): RunEstimate {
	const sent = jobs.filter((job) => job.duplicateOf === undefined && !isRefused(job));
	let [low, high] = [0, 0];
	const restsOn = new Set<string>();
	for (const { estimate } of sent) {
		if (!estimate) return { range: null, restsOn: null };
		low += estimate.input.low + estimate.output.low;
		high += estimate.input.high + estimate.output.high;
		restsOn.add(estimate.restsOn);
	}
	return { range: { low, high }, restsOn: restsOn.size === 0 ? null : [...restsOn].join('; ') };
}
