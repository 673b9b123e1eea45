import { nanoUsd } from '../engine/costs/money';
import { totalOf } from '../engine/costs/price';
import { formatSize } from '../engine/models/sizes';
import { counted, money } from '../engine/reports/figures';
import { reasonOf, type RunRecord } from '../engine/reports/record';
import { sumOf } from '../engine/reports/sum';
import type { Summary } from '../engine/reports/summary';
import type { EstimateJson } from './estimate';

/** A run in lines: one an image, one a job that misses any, and their sum. */
export function runText(run: RunRecord, summary: Summary): string {
	const lines = run.jobs.flatMap((job) => {
		const { images, error, status } = job.outcome;
		const made = images.map(({ header, cost }, place) =>
			[job.outputPaths[place] ?? '', formatSize(header), priceOf(totalOf(cost))].join('  '),
		);
		return error ? [...made, `${status} ${job.id}: ${reasonOf(job)}`] : made;
	});
	return [...lines, sumOf(run, summary)].map(printable).join('\n') + '\n';
}

/** An estimate in lines: one a job, and their sum. */
export function estimateText({ results, images, total, estimated_cost }: EstimateJson): string {
	const jobs = results.map(({ job_id, n, model, estimated_cost: cost }) =>
		[job_id, counted(n, 'image'), model, rangeOf(cost)].join('  '),
	);
	const sum = `${counted(total, 'job')}, ${counted(images, 'image')}, ${rangeOf(estimated_cost)}; nothing was sent`;
	return [...jobs, sum].map(printable).join('\n') + '\n';
}

function rangeOf({ low, high }: { low: number | null; high: number | null }): string {
	if (low === null || high === null) return 'cost not known';
	const [least, most] = [money(nanoUsd(low)), money(nanoUsd(high))];
	return least === most ? least : `${least} to ${most}`;
}

function priceOf(total: number | null): string {
	return total === null ? 'cost not known' : money(total);
}

/** One line without what a terminal would obey: names and errors come from outside. */
export function printable(line: string): string {
	return line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
