import fc from 'fast-check';
import { RETRYABLE_KINDS } from '../../engine/jobs/error';
import { readConfiguration } from '../../engine/sources/configuration';
import { describeProblems } from '../../engine/sources/describeProblems';
import { CONFIGURATION_DEFAULTS } from '../../engine/sources/settings';

const fox = { prompt: 'A red fox' };
const problemsOf = (given: unknown) =>
	readConfiguration(given).problems.map(({ path, message }) => `${path}: ${message}`);
/** Of a configuration with one good job and more settings. */
const withSettings = (settings: object) => ({ jobs: [fox], ...settings });

describe('a configuration', () => {
	it('is read whole', () => {
		const given = {
			jobs: [
				{
					prompt: ' A red fox ',
					name: 'fox',
					output_path: 'animals/fox.jpg',
					kind: 'edit',
					model: 'gpt-image-2',
					sample_count: 3,
					size: '1536x864',
					quality: 'high',
					output_format: 'jpeg',
					background: 'opaque',
					moderation: 'low',
					output_compression: 80,
					input_fidelity: 'high',
					images: ['https://x.example/a.png', 'file-abc', 'data'],
					mask: 'mask',
					metadata: { sku: 7 },
				},
				'A blue whale',
			],
			output_dir: 'zoo/autumn',
			max_concurrent: 3,
			timeout: 60_000,
			retry_policy: { max_retries: 5, retry_delay_ms: 100, retry_on_errors: ['rate_limit', 'server_error'] },
		};
		expect(readConfiguration(given)).toEqual({
			jobs: [
				{
					label: 'jobs[0]',
					prompt: ' A red fox ',
					name: 'fox',
					outputPath: 'animals/fox.jpg',
					kind: 'edit',
					model: 'gpt-image-2',
					n: 3,
					images: ['https://x.example/a.png', 'file-abc', 'data'],
					mask: 'mask',
					metadata: { sku: 7 },
					parameters: {
						size: '1536x864',
						quality: 'high',
						output_format: 'jpeg',
						background: 'opaque',
						moderation: 'low',
						output_compression: 80,
						input_fidelity: 'high',
					},
				},
				{ label: 'jobs[1]', prompt: 'A blue whale', parameters: {} },
			],
			outputDir: 'zoo/autumn',
			maxConcurrent: 3,
			timeoutMs: 60_000,
			retryPolicy: { maxRetries: 5, retryDelayMs: 100, retryOn: ['rate_limit', 'server_error'] },
			problems: [],
			warnings: [],
		});
	});

	it('may be a list of jobs, and says nothing of what it leaves out', () => {
		const jobs = [{ label: 'jobs[0]', prompt: 'A red fox', parameters: {} }];
		const expected = { jobs, problems: [], warnings: [] };
		expect(readConfiguration([fox])).toStrictEqual(expected);
		expect(readConfiguration('["A red fox"]')).toStrictEqual(expected);
		const blank = { max_concurrent: null, timeout: '', retry_policy: null, output_dir: ' ' };
		expect(readConfiguration(withSettings(blank))).toStrictEqual(expected);
		expect(readConfiguration(withSettings({ output_dir: './' }))).toStrictEqual(expected);
	});

	it.each<[string, object, object]>([
		['numbers as text', { max_concurrent: ' 8 ', timeout: '60000' }, { maxConcurrent: 8, timeoutMs: 60_000 }],
		['the least', { max_concurrent: 1, timeout: 1000 }, { maxConcurrent: 1, timeoutMs: 1000 }],
		['the most', { max_concurrent: 32, timeout: 3_600_000 }, { maxConcurrent: 32, timeoutMs: 3_600_000 }],
		[
			'a policy in texts',
			{
				retry_policy: {
					max_retries: '0',
					retry_delay_ms: '60000',
					retry_on_errors: 'Rate_Limit, connection',
				},
			},
			{ retryPolicy: { maxRetries: 0, retryDelayMs: 60_000, retryOn: ['rate_limit', 'connection'] } },
		],
		[
			'timeout, which means interrupted as well',
			{ retry_policy: { retry_on_errors: ['interrupted', 'timeout', 'rate_limit'] } },
			{ retryPolicy: { retryOn: ['interrupted', 'timeout', 'rate_limit'] } },
		],
		['no retries', { retry_policy: { retry_on_errors: [] } }, { retryPolicy: { retryOn: [] } }],
		['a policy that says nothing', { retry_policy: {} }, { retryPolicy: {} }],
		['a folder', { output_dir: ' .\\zoo\\autumn\\ ' }, { outputDir: 'zoo/autumn' }],
	])('understands %s', (_, settings, expected) => {
		const { jobs, problems, warnings, ...read } = readConfiguration(withSettings(settings));
		expect({ problems, warnings, jobs: jobs.length }).toEqual({ problems: [], warnings: [], jobs: 1 });
		expect(read).toEqual(expected);
	});

	it('has every kind of failure that a request is repeated for', () => {
		const policy = { retry_on_errors: RETRYABLE_KINDS };
		const { retryPolicy, problems } = readConfiguration(withSettings({ retry_policy: policy }));
		expect(problems).toEqual([]);
		expect(new Set(retryPolicy?.retryOn)).toEqual(new Set(RETRYABLE_KINDS));
	});

	it('takes timeout for interrupted as well, and only so', () => {
		const retryOn = (kind: string) =>
			readConfiguration(withSettings({ retry_policy: { retry_on_errors: [kind] } })).retryPolicy?.retryOn;
		expect(retryOn('timeout')).toEqual(['timeout', 'interrupted']);
		expect(retryOn('interrupted')).toEqual(['interrupted']);
	});

	it('has defaults that it would accept', () => {
		const { maxConcurrent, timeoutMs, retryPolicy } = CONFIGURATION_DEFAULTS;
		const given = {
			max_concurrent: 2,
			timeout: 600_000,
			retry_policy: { max_retries: 2, retry_delay_ms: 5000, retry_on_errors: ['rate_limit', 'timeout'] },
		};
		expect(readConfiguration(withSettings(given))).toMatchObject({ maxConcurrent, timeoutMs, retryPolicy });
	});

	it.each<[string, unknown, RegExp]>([
		['nothing', undefined, /^configuration: Nothing is not possible. Give an object with jobs: \{"jobs"/],
		['null', null, /^configuration: null/],
		['an empty text', ' \n', /^configuration: " \\n"/],
		['a number', '7', /^configuration: 7/],
		['a text in JSON', '"{}"', /^configuration: "\{\}"/],
		['bytes', Buffer.from('{}'), /^configuration: An object/],
		['no jobs', {}, /^jobs: There are no jobs. Give a list of them/],
		['jobs by another name', { job: [fox] }, /^jobs: .* Is "job" meant to be it\? Then call it jobs\.$/],
		['a prompt by another name', [{ promt: 'x' }], /^jobs\[0\]\.prompt: .* Is "promt" meant to be it\?/],
		['jobs that are an object', { jobs: {} }, /^jobs: An object is not possible. Allowed: a list/],
		['an empty list', { jobs: [] }, /^jobs: The list is empty/],
		['a job that is a number', { jobs: [fox, 7] }, /^jobs\[1\]: 7 is not possible. Allowed: an object with/],
		['a job that is null', [null], /^jobs\[0\]: null/],
		['a job that is a blank', [' '], /^jobs\[0\]\.prompt: There is no prompt/],
		['no lane', withSettings({ max_concurrent: 0 }), /^max_concurrent: 0 is .* from 1 to 32\.$/],
		['33 lanes', withSettings({ max_concurrent: 33 }), /^max_concurrent: 33/],
		['half a lane', withSettings({ max_concurrent: 1.5 }), /^max_concurrent: 1.5/],
		['true lanes', withSettings({ max_concurrent: true }), /^max_concurrent: true/],
		['lanes in a list', withSettings({ max_concurrent: [2] }), /^max_concurrent: A list/],
		['a short time', withSettings({ timeout: 999 }), /^timeout: 999 .* 1,000 to 3,600,000\. It is in milli/],
		['a long time', withSettings({ timeout: 3_600_001 }), /^timeout: 3600001/],
		['a time with a unit', withSettings({ timeout: '10 min' }), /^timeout: "10 min"/],
		['a policy in text', withSettings({ retry_policy: 'x' }), /^retry_policy: "x" .* Allowed: an object/],
		['a policy in a list', withSettings({ retry_policy: [] }), /^retry_policy: A list/],
		[
			'6 retries',
			withSettings({ retry_policy: { max_retries: 6 } }),
			/^retry_policy\.max_retries: 6 .* from 0 to 5\.$/,
		],
		['-1 retries', withSettings({ retry_policy: { max_retries: -1 } }), /^retry_policy\.max_retries: -1/],
		[
			'a short wait',
			withSettings({ retry_policy: { retry_delay_ms: 99 } }),
			/^retry_policy\.retry_delay_ms: 99 .* from 100 to 60,000/,
		],
		[
			'a long wait',
			withSettings({ retry_policy: { retry_delay_ms: 60_001 } }),
			/^retry_policy\.retry_delay_ms: 60001/,
		],
		[
			'a failure that is none',
			withSettings({ retry_policy: { retry_on_errors: ['rate-limits', 'timeout'] } }),
			/^retry_policy\.retry_on_errors: "rate-limits" .* Allowed: rate_limit, .* Did you mean rate_limit\?$/,
		],
		[
			'failures in an object',
			withSettings({ retry_policy: { retry_on_errors: { timeout: true } } }),
			/^retry_policy\.retry_on_errors: An object/,
		],
		['a folder above', withSettings({ output_dir: '../x' }), /^output_dir: "\.\.\/x" .* leads out/],
		[
			'a folder from the root',
			withSettings({ output_dir: '/x' }),
			/^output_dir: "\/x" .* begins with a slash/,
		],
		['a folder that is a number list', withSettings({ output_dir: [1] }), /^output_dir: A list/],
		['50,001 jobs', Array(50_001).fill('x'), /^jobs: 50,001 jobs are given. Allowed: 50,000\. Split/],
	])('refuses %s', (_, given, message) => {
		const problems = problemsOf(given);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toMatch(message);
	});

	it('takes 50,000 jobs', () => {
		const { jobs, problems } = readConfiguration(Array(50_000).fill('x'));
		expect(problems).toEqual([]);
		expect(jobs).toHaveLength(50_000);
	});

	it('says all that is wrong at once, and which jobs are not', () => {
		const given = {
			jobs: [{ size: [] }, fox, { prompt: 'x', quality: 1, n: 0, output_path: '..' }, 3],
			max_concurrent: 99,
			retry_policy: { max_retries: 'many' },
		};
		const { jobs, problems } = readConfiguration(given);
		expect(problems.map(({ path }) => path).sort()).toEqual([
			'jobs[0].prompt',
			'jobs[0].size',
			'jobs[2].n',
			'jobs[2].output_path',
			'jobs[3]',
			'max_concurrent',
			'retry_policy.max_retries',
		]);
		expect(problems.find(({ path }) => path === 'jobs[2].n')?.field).toBe('n');
		expect(jobs.map(({ label }) => label)).toEqual(['jobs[1]']);
	});

	it('has no names but its own', () => {
		const inherited = Object.create({ max_concurrent: 99 }) as Record<string, unknown>;
		expect(readConfiguration(Object.assign(inherited, { jobs: [fox] })).problems).toEqual([]);
		const text = '{"jobs": [{"prompt": "x", "__proto__": {"n": 0}}], "constructor": 1}';
		expect(readConfiguration(text)).toMatchObject({
			problems: [],
			warnings: ['constructor is not known.', 'jobs[0].__proto__ is not known.'],
		});
	});
});

describe('any configuration', () => {
	const names = fc.constantFrom(
		'jobs',
		'output_dir',
		'max_concurrent',
		'timeout',
		'retry_policy',
		'prompt',
		'n',
	);
	const almost = fc.record(
		{
			jobs: fc.oneof(fc.array(fc.dictionary(names, fc.jsonValue())), fc.jsonValue()),
			output_dir: fc.jsonValue(),
			max_concurrent: fc.jsonValue(),
			timeout: fc.jsonValue(),
			retry_policy: fc.oneof(
				fc.record({ retry_on_errors: fc.jsonValue(), max_retries: fc.jsonValue() }),
				fc.jsonValue(),
			),
		},
		{ requiredKeys: [] },
	);

	it('is read without throwing; it has jobs or problems', () => {
		fc.assert(
			fc.property(fc.oneof(fc.jsonValue(), almost, fc.string()), (given) => {
				const { jobs, problems } = readConfiguration(given);
				expect(jobs.length + problems.length).toBeGreaterThan(0);
				expect(describeProblems(problems).length > 0).toBe(problems.length > 0);
			}),
		);
	});

	it('reads the same as text, with byte order mark and any line ends', () => {
		fc.assert(
			fc.property(almost, fc.boolean(), fc.constantFrom('\n', '\r\n', '\r'), (given, mark, end) => {
				const text = JSON.stringify(given, null, 2).replaceAll('\n', end);
				const value = JSON.parse(text) as unknown;
				expect(readConfiguration(`${mark ? '\uFEFF' : ''}${text}${end}`)).toEqual(readConfiguration(value));
			}),
		);
	});
});
