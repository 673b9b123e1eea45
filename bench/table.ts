import type { Kind } from './workflows';

/** What one run took. */
export interface Sample {
	kind: Kind;
	edits: number;
	peakBytes: number;
	/** Of the edit node alone, milliseconds. */
	editMs: number;
}

/** A table in Markdown, of medians: memory above that of the same workflow without the edit node, and time. */
export function resultTable(samples: readonly Sample[]): string {
	const numbers = [...new Set(samples.map(({ edits }) => edits))];
	const rows = numbers.map((edits) => {
		const of = (kind: Kind, field: 'peakBytes' | 'editMs') =>
			median(samples.filter((one) => one.kind === kind && one.edits === edits).map((one) => one[field]));
		const idle = of('none', 'peakBytes');
		const above = { ours: of('ours', 'peakBytes') - idle, builtin: of('builtin', 'peakBytes') - idle };
		const time = { ours: of('ours', 'editMs'), builtin: of('builtin', 'editMs') };
		return [
			String(edits),
			megabytes(idle),
			megabytes(above.ours),
			megabytes(above.builtin),
			(above.ours / above.builtin).toFixed(2),
			seconds(time.ours),
			seconds(time.builtin),
			(time.ours / time.builtin).toFixed(2),
		];
	});
	const head = [
		'edits',
		'without edits, MB',
		'ours above, MB',
		"n8n's own above, MB",
		'ratio',
		'ours, s',
		"n8n's own, s",
		'ratio',
	];
	const lines = [head, head.map(() => '---:'), ...rows];
	return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
	return ((low ?? NaN) + (high ?? NaN)) / 2;
}

/** In whole megabytes of 1,000,000 bytes. */
export function megabytes(bytes: number): string {
	return String(Math.round(bytes / 1e6));
}

function seconds(ms: number): string {
	return (ms / 1000).toFixed(1);
}
