import { median } from './table';

/** What one collection took. */
export interface CollectSample {
	images: number;
	/** Of the file of results. */
	fileBytes: number;
	/** The peak of n8n with the same item and no Collect. */
	idleBytes: number;
	peakBytes: number;
	/** Of the node alone, milliseconds. */
	collectMs: number;
}

/** A table in Markdown, of medians. */
export function collectTable(samples: readonly CollectSample[]): string {
	const numbers = [...new Set(samples.map(({ images }) => images))].sort((a, b) => a - b);
	const rows = numbers.map((images) => {
		const own = samples.filter((sample) => sample.images === images);
		const middle = (of: (sample: CollectSample) => number) => median(own.map(of));
		const [file, idle, peak, above] = [
			middle(({ fileBytes }) => fileBytes),
			middle(({ idleBytes }) => idleBytes),
			middle(({ peakBytes }) => peakBytes),
			middle(({ idleBytes, peakBytes }) => peakBytes - idleBytes),
		].map((bytes) => String(Math.round(bytes / 1e6)));
		const ms = middle(({ collectMs }) => collectMs);
		const speed = Math.round(middle(({ fileBytes }) => fileBytes) / 1e3 / ms);
		return [String(images), file, idle, peak, above, (ms / 1000).toFixed(1), String(speed)];
	});
	const head = ['images', 'results, MB', 'idle, MB', 'peak, MB', 'above idle, MB', 's', 'MB/s'];
	const lines = [head, head.map(() => '---:'), ...rows];
	return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
