import fc from 'fast-check';
import { FileNames, safeName, slugOf, type NamedJob } from '../../engine/jobs/fileNames';
import type { ImageJob, Provider } from '../../engine/jobs/job';
import { validateJob } from '../../engine/jobs/validation';
import { job } from './world';

const validate = (change: Partial<ImageJob>, provider: Provider = 'openai', today = '2026-11-21') =>
	validateJob(job(0, change), { provider, today });
const problems = (change: Partial<ImageJob>, provider?: Provider) =>
	validate(change, provider).problems.map(({ field, message }) => `${field}: ${message}`);

describe('validation', () => {
	it.each<[string, Partial<ImageJob>, RegExp]>([
		['an empty prompt', { prompt: ' \n' }, /prompt: The prompt is empty/],
		[
			'a long prompt',
			{ prompt: 'x'.repeat(40_000) },
			/prompt: The prompt has 40,000 characters. Allowed with gpt-image-2.5-flare: 32,000/,
		],
		['n of 0', { n: 0 }, /n: The number of images is 0. Allowed: a whole number from 1/],
		['n of 1.5', { n: 1.5 }, /n: /],
		['n that is none', { n: NaN }, /n: /],
		['no model', { model: '' }, /model: No model/],
		[
			'a wrong size',
			{ parameters: { size: '512x512' } },
			/size: "512x512" .* Allowed: .* The nearest is 816x816/,
		],
		[
			'a size of another model',
			{ model: 'gpt-image-1-mini', parameters: { size: '1536x864' } },
			/size: .* The nearest is 1536x1024/,
		],
		['a size that is none', { parameters: { size: 'big' } }, /size: "big"/],
		[
			'a quality of newer models',
			{ model: 'gpt-image-2', parameters: { quality: 'max' } },
			/quality: "max" .* Allowed: auto, low, medium, high/,
		],
		[
			'a transparent jpeg',
			{ parameters: { background: 'transparent', output_format: 'jpeg' } },
			/background: .* Set the output format to png or webp/,
		],
		[
			'transparency that the model lacks',
			{ model: 'gpt-image-2', parameters: { background: 'transparent' } },
			/background: .*Allowed: auto, opaque/,
		],
		[
			'compression of a png',
			{ parameters: { output_compression: 50 } },
			/output_compression: .* jpeg or webp/,
		],
		[
			'compression of 101',
			{ parameters: { output_compression: 101, output_format: 'jpeg' } },
			/from 0 to 100/,
		],
		['frames of a png', { parameters: { frame_count: 4 } }, /frame_count: .* gif/],
		['one frame', { parameters: { frame_count: 1, output_format: 'gif' } }, /from 2 to 16/],
		[
			'a long identifier',
			{ parameters: { safety_identifier: 'x'.repeat(129) } },
			/safety_identifier: 129 characters .* 128/,
		],
		[
			'complexity before 2.6',
			{ parameters: { complexity: 'low' } },
			/complexity: .* does not have this parameter/,
		],
	])('refuses %s', (_, change, message) => {
		expect(problems(change).join('\n')).toMatch(message);
	});

	it('says all that is wrong at once', () => {
		expect(problems({ prompt: '', n: 0, parameters: { size: '9x9', quality: 'hd' } })).toHaveLength(4);
	});

	it('refuses a retired model on openai alone, with date and replacement', () => {
		expect(problems({ model: 'dall-e-3', parameters: {} })).toEqual([
			'model: OpenAI shut dall-e-3 down on 2026-05-12. Use gpt-image-2.5-flare instead.',
		]);
		expect(problems({ model: 'dall-e-3', parameters: { size: '1792x1024' } }, 'compatible')).toEqual([]);
		expect(problems({ model: 'dall-e-3', parameters: { size: '256x256' } }, 'compatible')).toHaveLength(1);
	});

	it('warns of a shutdown to come', () => {
		expect(validate({ model: 'gpt-image-1.5' }).warnings).toEqual([
			'OpenAI shuts gpt-image-1.5 down on 2026-12-01. Change to gpt-image-2.5-flare before then.',
		]);
		expect(validate({ model: 'gpt-image-1.5' }, 'openai', '2026-12-02').problems).toHaveLength(1);
	});

	it('lets unknown models and deployments of Azure through', () => {
		expect(problems({ model: 'flux-3', parameters: { size: '7x7' } })).toEqual([]);
		expect(problems({ model: 'gpt-image-2', parameters: { size: '512x512' } }, 'azure')).toEqual([]);
	});
});

describe('file names', () => {
	const named = (index: number, change: Partial<NamedJob> = {}): NamedJob => ({ ...job(index), ...change });
	const names = (jobs: NamedJob[]) => {
		const all = new FileNames(jobs, Date.parse('2026-11-21'));
		return jobs.flatMap((one) => Array.from({ length: one.n }, (_, image) => all.nameOf(one, image, 'png')));
	};

	it('are the prompt, numbered where the run has several jobs', () => {
		expect(names([named(0, { prompt: 'A red fox!', n: 3 })])).toEqual([
			'a-red-fox.png',
			'a-red-fox_2.png',
			'a-red-fox_3.png',
		]);
		expect(names([named(0, { prompt: 'A red fox' }), named(1, { prompt: 'Blue' })])).toEqual([
			'01_a-red-fox.png',
			'02_blue.png',
		]);
	});

	it('follow a template', () => {
		const job = named(0, {
			prompt: 'A red fox',
			n: 2,
			fileName: '{date} {model} {quality} {index}-{image} {slug} {name} {what}.jpg',
			name: 'Fox',
		});
		expect(names([job])[1]).toBe('2026-11-21 gpt-image-2.5-flare low 01-2 a-red-fox Fox {what}.png');
	});

	it('are never given twice, and never lead out of their folder', () => {
		const template = fc.oneof(
			fc.constantFrom(
				'',
				'x',
				'X',
				'x_2',
				'{slug}',
				'../../etc/passwd',
				'a/b',
				'C:\\x',
				'..',
				'CON',
				'{image}',
				`${'long '.repeat(90)}`,
			),
			fc.string({ unit: 'grapheme', maxLength: 300 }),
		);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(template, fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 4 })), {
					maxLength: 8,
				}),
				(plan) => {
					const all = names(
						plan.map(([fileName, prompt, n], index) => named(index, { fileName, prompt, n })),
					);
					expect(new Set(all.map((name) => name.toLowerCase())).size).toBe(all.length);
					for (const name of all) {
						expect(name).toMatch(/^[^/\\<>:"|?*]+\.png$/);
						expect(name.startsWith('.')).toBe(false);
						expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
					}
				},
			),
		);
	});

	it.each([
		['Ein Fuchs im Schnee – früh am Morgen', 'ein-fuchs-im-schnee-fruh-am-morgen'],
		['狐と雪', '狐と雪'],
		['한국의 여우', '한국의-여우'],
		['!!!', 'image'],
		['x'.repeat(200), 'x'.repeat(50)],
	])('slug of %s', (text, slug) => {
		expect(slugOf(text)).toBe(slug);
	});

	it('of hostile templates are harmless', () => {
		expect(safeName('../../etc/passwd')).toBe('etc-passwd');
		expect(safeName('a\u0000b')).toBe('a-b');
		expect(safeName('...')).toBe('image');
		expect(safeName('COM¹')).toBe('COM¹_');
		expect(safeName('conin$')).toBe('conin$_');
		expect(Buffer.byteLength(safeName(`con.${'x'.repeat(300)}`))).toBe(200);
	});
});
