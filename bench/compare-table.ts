import { KINDS, type Kind } from './compare-workflows';
import type { Delay } from './delays';
import { median, megabytes } from './table';

/** So many images of such a size, and how the server takes its time. */
export interface Case {
	images: number;
	/** Of one image, in 1,000,000 bytes. */
	mb: number;
	delay: Delay;
}

/** What one run took. */
export interface CompareSample extends Case {
	kind: Kind;
	ms: number;
	idealMs: number;
	mostInFlight: number;
	/** Peak memory, of which `idleBytes` are there without any image, bytes. */
	peakBytes: number;
	idleBytes: number;
	cpuMs: number;
}

/** The medians of a case's runs of one kind. */
export interface Figures extends Case {
	kind: Kind;
	seconds: number;
	idealSeconds: number;
	/** Time by the ideal. */
	ratio: number;
	mostInFlight: number;
	/** Of the peak, bytes. */
	aboveIdle: number;
	/** Milliseconds. */
	cpuPerImage: number;
	/** Milliseconds by 1,000,000 bytes of images. */
	cpuPerMb: number;
}

/** The medians, case by case in the order of the samples, kinds in their own order. */
export function figuresOf(samples: readonly CompareSample[]): Figures[] {
	const cases = new Map(samples.map((sample) => [caseName(sample), sample]));
	return [...cases].flatMap(([name, { images, mb, delay }]) =>
		(Object.keys(KINDS) as Kind[]).flatMap((kind): Figures[] => {
			const own = samples.filter((sample) => sample.kind === kind && caseName(sample) === name);
			if (own.length === 0) return [];
			const middle = (of: (sample: CompareSample) => number) => median(own.map(of));
			const seconds = middle(({ ms }) => ms) / 1000;
			const idealSeconds = middle(({ idealMs }) => idealMs) / 1000;
			const cpuPerImage = middle(({ cpuMs }) => cpuMs) / images;
			return [
				{
					images,
					mb,
					delay,
					kind,
					seconds,
					idealSeconds,
					ratio: seconds / idealSeconds,
					mostInFlight: middle((sample) => sample.mostInFlight),
					aboveIdle: middle(({ peakBytes, idleBytes }) => peakBytes - idleBytes),
					cpuPerImage,
					cpuPerMb: cpuPerImage / mb,
				},
			];
		}),
	);
}

/** What a case is called, in tables and plots. */
export function caseName({ images, mb, delay }: Case): string {
	return `${images} x ${mb} MB, ${delay}`;
}

/** A table in Markdown. */
export function compareTable(figures: readonly Figures[]): string {
	const head = [
		'images, delay',
		'with',
		's',
		'ideal, s',
		'ratio',
		'most in flight',
		'above idle, MB',
		'CPU, ms/image',
		'CPU, ms/MB',
	];
	const rows = figures.map((row, index) => [
		caseName(row) === caseName(figures[index - 1] ?? { images: 0, mb: 0, delay: 'fixed' })
			? ''
			: caseName(row),
		KINDS[row.kind],
		row.seconds.toFixed(2),
		row.idealSeconds.toFixed(2),
		row.ratio.toFixed(2),
		String(row.mostInFlight),
		megabytes(row.aboveIdle),
		row.cpuPerImage.toFixed(1),
		row.cpuPerMb.toFixed(1),
	]);
	const lines = [head, head.map((_, column) => (column < 2 ? '---' : '---:')), ...rows];
	return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
