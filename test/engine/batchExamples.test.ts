import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageJob } from '../../engine/jobs/job';
import type { ImageSource } from '../../engine/jobs/source';
import { validateJob } from '../../engine/jobs/validation';
import { DEFAULT_MODEL } from '../../engine/models/catalogue';
import { readConfiguration } from '../../engine/sources/configuration';
import type { JobDescription } from '../../engine/sources/description';
import { JOB_FIELDS } from '../../engine/sources/jobFields';
import { readPromptList } from '../../engine/sources/promptList';

const FILES = ['batch-simple', 'batch-detailed', 'batch-multi-variant', 'batch-large-scale'];

const textOf = (file: string) => readFileSync(join(__dirname, '../../examples', file), 'utf8');

const source = (name: string): ImageSource => ({
	kind: 'bytes',
	label: `binary property "${name}"`,
	read: async () => await Promise.reject(new Error('not to be read')),
});

/** The job that a description amounts to, with binary properties as its images. */
function jobOf(
	{ label, prompt, model, n, parameters, images, mask }: JobDescription,
	index: number,
): ImageJob {
	return {
		index,
		label,
		prompt,
		endpoint: images ? 'edits' : 'generations',
		model: model ?? DEFAULT_MODEL,
		n: n ?? 1,
		parameters,
		...(images ? { images: images.map(source) } : {}),
		...(mask === undefined ? {} : { mask: source(mask) }),
	};
}

const expectPossible = (jobs: readonly JobDescription[]) => {
	for (const [index, job] of jobs.entries()) {
		expect(validateJob(jobOf(job, index), { provider: 'openai', today: '2026-11-21' })).toEqual({
			problems: [],
			warnings: [],
		});
	}
};

describe('the examples', () => {
	it.each(FILES)('%s.json is read without problems or warnings, and its models take it', (file) => {
		const { jobs, problems, warnings } = readConfiguration(textOf(`${file}.json`));
		expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
		expectPossible(jobs);
		const paths = jobs.map(({ outputPath }) => outputPath);
		expect(paths).not.toContain(undefined);
		expect(new Set(paths).size).toBe(jobs.length);
	});

	it('batch-large-scale.json has a dozen jobs or more', () => {
		expect(readConfiguration(textOf('batch-large-scale.json')).jobs.length).toBeGreaterThanOrEqual(12);
	});

	it('prompts.txt is read without problems or warnings', () => {
		const { jobs, problems, warnings } = readPromptList(textOf('prompts.txt'));
		expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
		expect(jobs.length).toBeGreaterThan(2);
		expectPossible(jobs);
	});

	it('use every field between them', () => {
		const all = FILES.map((file) => JSON.parse(textOf(`${file}.json`)) as { jobs: object[] });
		const settings = new Set(all.flatMap((one) => Object.keys(one)));
		const fields = new Set(all.flatMap(({ jobs }) => jobs).flatMap((job) => Object.keys(job)));
		expect([...settings].sort()).toEqual(['jobs', 'max_concurrent', 'output_dir', 'retry_policy', 'timeout']);
		// The last models that take a fidelity are shut down on 2026-12-01.
		expect(JOB_FIELDS.filter((field) => !fields.has(field))).toEqual(['input_fidelity']);
	});
});
