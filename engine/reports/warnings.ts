import { usd } from '../costs/money';
import type { ImageError } from '../jobs/error';
import { addUp, partsOf } from './paid';
import type { ReportedJob, RunRecord } from './record';

/** A warning names so many jobs at the most. */
const MOST_IDS = 5;

/** What the user should know of a run: each thing once, however many jobs it is true of. */
export function warningsOf(run: RunRecord): string[] {
	return [
		...run.warnings,
		...(run.stoppedBecause ? [warningOfStop(run.stoppedBecause)] : []),
		...unknownCosts(run),
		...duplicates(run),
		...jobWarnings(run),
	];
}

/** That the run ended before its time, and why. */
export function warningOfStop({ message }: ImageError): string {
	return `The run was stopped before its end: ${message}`;
}

function unknownCosts({ jobs }: RunRecord): string[] {
	const unknown = jobs.filter((job) => addUp(partsOf(job)).unknownParts > 0);
	if (unknown.length === 0) return [];
	const { known } = addUp(jobs.flatMap(partsOf));
	return [
		`What ${unknown.length} of ${jobs.length} jobs cost is not known in full, so there is no total ` +
			`(${idsOf(unknown)}). The prices that are known add up to $${usd(known)}.`,
	];
}

function duplicates({ jobs }: RunRecord): string[] {
	const repeated = jobs.filter(({ duplicateOf }) => duplicateOf !== undefined);
	if (repeated.length === 0) return [];
	const pairs = repeated.map(({ id, duplicateOf }) => `${id} repeats ${duplicateOf}`);
	return [`Not sent, because another job is the same: ${listed(pairs)}.`];
}

function jobWarnings({ jobs }: RunRecord): string[] {
	const byText = new Map<string, ReportedJob[]>();
	for (const job of jobs) {
		if (job.duplicateOf !== undefined) continue;
		const { warnings, images } = job.outcome;
		const texts = new Set([...warnings, ...images.flatMap((image) => image.warnings)]);
		for (const text of texts) {
			const known = byText.get(text);
			if (known) known.push(job);
			else byText.set(text, [job]);
		}
	}
	return [...byText].map(([text, warned]) => `${text} (${idsOf(warned)})`);
}

function idsOf(jobs: readonly ReportedJob[]): string {
	return `${jobs.length === 1 ? 'job' : 'jobs'} ${listed(jobs.map(({ id }) => id))}`;
}

function listed(words: readonly string[]): string {
	const more = words.length - MOST_IDS;
	return words.slice(0, MOST_IDS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
