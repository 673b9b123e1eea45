import type { ImageJob } from './job';
import type { ImageSource } from './source';

/**
 * By each job that repeats an earlier one in everything that is sent, that earlier job. A job whose images cannot be
 * told apart without reading them repeats none.
 */
export function findDuplicates<Job extends ImageJob>(jobs: readonly Job[]): Map<Job, Job> {
	const firsts = new Map<string, Job>();
	const duplicates = new Map<Job, Job>();
	for (const job of jobs) {
		const key = keyOf(job);
		if (key === undefined) continue;
		const first = firsts.get(key);
		if (first) duplicates.set(job, first);
		else firsts.set(key, job);
	}
	return duplicates;
}

function keyOf({
	endpoint,
	model,
	prompt,
	n,
	images = [],
	mask,
	markup,
	parameters,
	additional,
	conversation,
	problems = [],
}: ImageJob): string | undefined {
	const sources = [...images, mask, markup].map((source) => (source ? identityOf(source) : null));
	if (sources.includes(undefined) || problems.length > 0) return undefined;
	return JSON.stringify([
		endpoint,
		model,
		prompt,
		n,
		sources,
		sorted(parameters),
		sorted(additional ?? {}),
		conversation ?? null,
	]);
}

function identityOf(source: ImageSource): string | undefined {
	return source.kind === 'bytes' ? source.identity : `${source.kind}:${source.value}`;
}

function sorted(object: object): unknown {
	return Object.entries(object).sort(([a], [b]) => a.localeCompare(b));
}
