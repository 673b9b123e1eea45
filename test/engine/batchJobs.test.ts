import { readConfiguration } from '../../engine/sources/configuration';

const read = (fields: object) => readConfiguration([{ prompt: 'A red fox', ...fields }]);

/** A job's description without its label and prompt. */
function jobOf(fields: object): object {
	const { jobs, problems, warnings } = read(fields);
	expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
	const { label: _label, prompt: _prompt, parameters, ...own } = jobs[0]!;
	return { ...own, ...parameters };
}

describe("a job's fields", () => {
	it.each<[string, object, object]>([
		[
			'nothing, in many ways',
			{ size: '', quality: null, n: ' ', images: [], mask: '', name: null, metadata: null, background: '\t' },
			{},
		],
		['a name with blanks', { name: ' red fox ' }, { name: 'red fox' }],
		['a name that is a number', { name: 7 }, { name: '7' }],
		['a model with blanks', { model: ' gpt-image-2 ' }, { model: 'gpt-image-2' }],
		['JPG', { output_format: 'JPG' }, { output_format: 'jpeg' }],
		['.jpg', { output_format: '.jpg' }, { output_format: 'jpeg' }],
		['.PNG', { output_format: ' .PNG ' }, { output_format: 'png' }],
		['svg', { output_format: 'svg' }, { output_format: 'svg' }],
		['a quality with blanks and a capital', { quality: ' High ' }, { quality: 'high' }],
		['a quality that no model has', { quality: 'ultra' }, { quality: 'ultra' }],
		['a size with ×', { size: ' 1536 × 864 ' }, { size: '1536x864' }],
		['a size with a capital X', { size: '1536X864' }, { size: '1536x864' }],
		['a size with an asterisk', { size: '1536*864' }, { size: '1536x864' }],
		['a size that no model has', { size: 'Max' }, { size: 'max' }],
		['auto, which is kept', { size: 'AUTO', quality: 'auto' }, { size: 'auto', quality: 'auto' }],
		['samples', { sample_count: '10' }, { n: 10 }],
		['images', { n: 1000 }, { n: 1000 }],
		['a count with a decimal point', { n: '2.0' }, { n: 2 }],
		['both counts, the same', { n: 3, sample_count: '3' }, { n: 3 }],
		['transparency', { transparent_background: true }, { background: 'transparent' }],
		['transparency in words', { transparent_background: ' YES ' }, { background: 'transparent' }],
		['transparency as a number', { transparent_background: 1 }, { background: 'transparent' }],
		[
			'transparency, twice',
			{ transparent_background: true, background: 'Transparent' },
			{ background: 'transparent' },
		],
		[
			'transparency over auto',
			{ transparent_background: true, background: 'auto' },
			{ background: 'transparent' },
		],
		['no transparency', { transparent_background: 'FALSE' }, { background: 'auto' }],
		[
			'no transparency, but opaque',
			{ transparent_background: 0, background: 'opaque' },
			{ background: 'opaque' },
		],
		['moderation', { moderation: 'Low' }, { moderation: 'low' }],
		['compression of 0', { output_compression: 0 }, { output_compression: 0 }],
		['compression of 100 in text', { output_compression: '100' }, { output_compression: 100 }],
		['fidelity', { input_fidelity: 'HIGH' }, { input_fidelity: 'high' }],
		['one image', { images: ' data ' }, { images: ['data'] }],
		[
			'an image with a comma',
			{ images: 'https://x.example/w_3,h_2' },
			{ images: ['https://x.example/w_3,h_2'] },
		],
		['images with gaps', { images: ['a', ' ', 'b '] }, { images: ['a', 'b'] }],
		['a mask', { images: 'a', mask: ['m'] }, { images: ['a'], mask: 'm' }],
		['an edit whose images come later', { kind: 'Edit', mask: 'm' }, { kind: 'edit', mask: 'm' }],
		['a variation', { kind: 'variation', images: 'a' }, { kind: 'variation', images: ['a'] }],
		['metadata of any kind', { metadata: [1, { a: null }] }, { metadata: [1, { a: null }] }],
		['metadata of false', { metadata: false }, { metadata: false }],
	])('understand %s', (_, fields, expected) => {
		expect(jobOf(fields)).toEqual(expected);
	});

	it.each(['medium', 'HIGH'])('send moderation %s as auto, with a warning', (moderation) => {
		const { jobs, problems, warnings } = read({ moderation });
		expect(problems).toEqual([]);
		expect(jobs[0]?.parameters).toEqual({ moderation: 'auto' });
		expect(warnings).toEqual([
			expect.stringMatching(/^jobs\[0\]\.moderation is (medium|high), .* sent as auto/),
		]);
	});

	it.each<[string, object, RegExp]>([
		['a prompt of blanks', { prompt: ' \n' }, /prompt: There is no prompt\. Describe/],
		['a prompt of null', { prompt: null }, /prompt: There is no prompt/],
		['a prompt in a list', { prompt: ['x'] }, /prompt: A list is not possible\. Allowed: a text\./],
		['a prompt of true', { prompt: true }, /prompt: true is not possible/],
		['a name in an object', { name: {} }, /name: An object is not possible/],
		['a model in an object', { model: { id: 'x' } }, /model: An object/],
		['a size in an object', { size: { width: 1 } }, /size: An object/],
		['a quality that is true', { quality: true }, /quality: true/],
		['11 samples', { sample_count: 11 }, /sample_count: 11 .* from 1 to 10\. For more, use n\./],
		['no samples', { sample_count: 0 }, /sample_count: 0/],
		['1001 images', { n: 1001 }, /n: 1001 .* from 1 to 1,000\.$/],
		['two counts', { n: 2, sample_count: 3 }, /n: n is 2 and sample_count 3\. They mean the same/],
		['half an image', { n: '1.5' }, /n: "1\.5"/],
		[
			'a format that is none',
			{ output_format: 'pgn' },
			/output_format: "pgn" .* png, jpeg, .* Did you mean png\?/,
		],
		[
			'a background that is none',
			{ background: 'white' },
			/background: "white" .* auto, opaque, transparent\.$/,
		],
		[
			'transparency that is none',
			{ transparent_background: 'maybe' },
			/transparent_background: "maybe" .* true, false/,
		],
		['transparency in a list', { transparent_background: [1] }, /transparent_background: A list/],
		[
			'a transparent opaque image',
			{ transparent_background: true, background: 'opaque' },
			/transparent_background: It is true, but background is opaque\. Leave one of them out/,
		],
		[
			'a transparent image that is not to be',
			{ transparent_background: false, background: 'transparent' },
			/transparent_background: It is false, but background is transparent/,
		],
		['a moderation that is none', { moderation: 'none' }, /moderation: "none" .* auto, low, medium, high/],
		['a compression of 101', { output_compression: 101 }, /output_compression: 101 .* 0 to 100/],
		['a fidelity that is none', { input_fidelity: 'medium' }, /input_fidelity: "medium" .* low, high/],
		['a kind that is none', { kind: 'edits', images: 'a' }, /kind: "edits" .* Did you mean edit\?/],
		['images that are a number', { images: 7 }, /images: 7 is not possible\. Allowed: a text or a list/],
		['images with an object', { images: ['a', { url: 'b' }] }, /images: A list/],
		['two masks', { images: 'a', mask: ['m', 'm'] }, /mask: A list is not possible\. Allowed: one text/],
		['a mask without images', { mask: 'm', images: [] }, /mask: There are no images for it to lie upon/],
		['images to start from nothing', { kind: 'generate', images: 'a' }, /kind: .* Leave images out/],
		['a mask to start from nothing', { kind: 'generate', mask: 'm' }, /kind: .* Leave mask out/],
		[
			'a path out of the folder',
			{ output_path: 'a/../b.png' },
			/output_path: "a\/\.\.\/b\.png" .* leads out/,
		],
		['a path in a list', { output_path: ['x.png'] }, /output_path: A list/],
	])('refuse %s', (_, fields, message) => {
		const { problems } = read(fields);
		expect(problems.map(({ path, message: text }) => `${path}: ${text}`)).toEqual([
			expect.stringMatching(message),
		]);
		expect(problems[0]?.path).toBe(`jobs[0].${problems[0]?.field}`);
	});

	it('cut what messages show of a long text', () => {
		const [problem] = read({ output_format: `${'x'.repeat(59)}🦊${'y'.repeat(1000)}` }).problems;
		expect(problem?.message.length).toBeLessThan(200);
		expect(problem?.message.isWellFormed()).toBe(true);
	});
});
