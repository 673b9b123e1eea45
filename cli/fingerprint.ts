import { createHash } from 'node:crypto';
import type { ImageJob } from '../engine/jobs/job';
import type { ImageSource } from '../engine/jobs/source';

type Described = Pick<ImageJob, 'endpoint' | 'model' | 'prompt' | 'parameters' | 'images' | 'mask'>;

/**
 * What tells jobs apart over several runs: all that an image of theirs depends on, and for jobs that are the same in
 * that, which of them it is. The number of images does not count: with more of them, those that are there stay good.
 */
export function fingerprints(jobs: readonly Described[]): string[] {
	const times = new Map<string, number>();
	return jobs.map((job) => {
		const text = textOf(job);
		const place = times.get(text) ?? 0;
		times.set(text, place + 1);
		return createHash('sha256').update(`${place} ${text}`).digest('hex').slice(0, 32);
	});
}

function textOf({ endpoint, model, prompt, parameters, images = [], mask }: Described): string {
	const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify([
		endpoint,
		model,
		prompt,
		sorted,
		images.map(identityOf),
		mask ? identityOf(mask) : null,
	]);
}

function identityOf(source: ImageSource): string {
	return source.kind === 'bytes' ? `bytes:${source.identity}` : `${source.kind}:${source.value}`;
}
