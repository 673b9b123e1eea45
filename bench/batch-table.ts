import { median, megabytes } from './table';

/** What one run took. */
export interface BatchSample {
	jobs: number;
	/** The peak of n8n with the same items and no Batch node. */
	idleBytes: number;
	/** Until the Batch node's end. */
	batchPeakBytes: number;
	/** Until the end of n8n, which prints all items last. */
	peakBytes: number;
	/** Of the Batch node alone, milliseconds. */
	batchMs: number;
}

/** A table in Markdown, of medians. `ratio` is the memory above idle by that of the fewest jobs. */
export function batchTable(samples: readonly BatchSample[]): string {
	const numbers = [...new Set(samples.map(({ jobs }) => jobs))].sort((a, b) => a - b);
	const rows = numbers.map((jobs) => {
		const own = samples.filter((sample) => sample.jobs === jobs);
		return {
			jobs,
			idle: median(own.map(({ idleBytes }) => idleBytes)),
			batch: median(own.map(({ idleBytes, batchPeakBytes }) => batchPeakBytes - idleBytes)),
			printed: median(own.map(({ idleBytes, peakBytes }) => peakBytes - idleBytes)),
			ms: median(own.map(({ batchMs }) => batchMs)),
		};
	});
	const [fewest] = rows;
	const head = [
		'jobs',
		'idle, MB',
		'Batch above, MB',
		'ratio',
		'all printed, above, MB',
		'ratio',
		's',
		'images/s',
	];
	const lines = [
		head,
		head.map(() => '---:'),
		...rows.map(({ jobs, idle, batch, printed, ms }) => [
			String(jobs),
			megabytes(idle),
			megabytes(batch),
			(batch / (fewest?.batch ?? NaN)).toFixed(2),
			megabytes(printed),
			(printed / (fewest?.printed ?? NaN)).toFixed(2),
			(ms / 1000).toFixed(1),
			((jobs * 1000) / ms).toFixed(1),
		]),
	];
	return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
