import { readConfiguration } from '../../engine/sources/configuration';
import { describeProblems } from '../../engine/sources/describeProblems';

const fox = { prompt: 'A red fox' };

describe('a configuration', () => {
	it('warns of fields that it does not know, and does not read them', () => {
		const given = {
			jobs: [
				fox,
				fox,
				{ ...fox, quailty: 'high' },
				{ ...fox, outputFormat: 'webp', 'my note': 1, timeout: 5 },
			],
			maxConcurrent: 9,
			size: '1024x1024',
			max_retries: 1,
			retry_policy: { retryDelayMs: 100 },
		};
		const { warnings, problems, jobs, maxConcurrent, retryPolicy } = readConfiguration(given);
		expect(warnings).toEqual([
			'maxConcurrent is not known. Did you mean max_concurrent?',
			'size is not known here. It belongs in each of the jobs.',
			'max_retries is not known here. It belongs in retry_policy.',
			'retry_policy.retryDelayMs is not known. Did you mean retry_delay_ms?',
			'jobs[2].quailty is not known. Did you mean quality?',
			'jobs[3].outputFormat is not known. Did you mean output_format?',
			'jobs[3]["my note"] is not known.',
			'jobs[3].timeout is not known here. It belongs beside jobs, not within one.',
		]);
		expect(problems).toEqual([]);
		expect({ maxConcurrent, retryPolicy }).toEqual({ maxConcurrent: undefined, retryPolicy: {} });
		expect(jobs.map(({ parameters }) => parameters)).toEqual([{}, {}, {}, {}]);
	});

	it('gives the same warning for many jobs once', () => {
		const jobs = Array.from({ length: 1201 }, () => ({ ...fox, sise: 'auto', moderation: 'high' }));
		expect(readConfiguration({ jobs }).warnings).toEqual([
			'jobs[0].sise (and 1,200 more) is not known. Did you mean size?',
			'jobs[0].moderation (and 1,200 more) is high, which the API does not have. It is sent as auto, its strictest.',
		]);
	});

	it('counts warnings only, where there are too many to read', () => {
		const names = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`unknown_${index}`, 1]));
		const { warnings } = readConfiguration([{ ...fox, ...names }]);
		expect(warnings).toHaveLength(101);
		expect(warnings.at(-1)).toBe('50 more warnings are not shown.');
	});
});

describe('problems in one text', () => {
	const problems = (count: number) =>
		Array.from({ length: count }, (_, place) => ({
			path: `jobs[${place}].n`,
			message: '0 is not possible.',
		}));

	it.each([
		[0, ''],
		[1, 'jobs[0].n: 0 is not possible.'],
		[2, '2 things are wrong:\n- jobs[0].n: 0 is not possible.\n- jobs[1].n: 0 is not possible.'],
	])('%i', (count, text) => {
		expect(describeProblems(problems(count))).toBe(text);
	});

	it('are counted where there are too many to read', () => {
		const lines = describeProblems(problems(2100)).split('\n');
		expect(lines).toHaveLength(102);
		expect([lines[0], lines.at(-1)]).toEqual(['2,100 things are wrong:', '- and 2,000 more']);
	});
});
