import fc from 'fast-check';
import { JOB_FIELDS } from '../../engine/sources/jobFields';
import { fieldMappingProblems, readJobRecord } from '../../engine/sources/jobRecord';

const read = (record: Record<string, unknown>, mapping?: Record<string, string>) =>
	readJobRecord(record, 'Item 3', mapping);
const problemsOf = (record: Record<string, unknown>, mapping?: Record<string, string>) =>
	read(record, mapping).problems.map(({ path, message }) => `${path}: ${message}`);

describe('an item', () => {
	it('is a job by its columns; others are ignored', () => {
		const record = {
			id: 'rec1',
			prompt: 'A red fox',
			size: '1536 × 864',
			quality: ' High ',
			output_format: 'JPG',
			sample_count: '2',
			transparent_background: 'FALSE',
			output_compression: '80',
			price: 12,
			error: { message: 'the last time' },
		};
		expect(read(record)).toEqual({
			job: {
				label: 'Item 3',
				prompt: 'A red fox',
				n: 2,
				parameters: {
					size: '1536x864',
					quality: 'high',
					output_format: 'jpeg',
					background: 'auto',
					output_compression: 80,
				},
			},
			problems: [],
			warnings: [],
		});
	});

	it('has columns of any spelling; the exact one goes first', () => {
		const record = {
			Prompt: 'A fox',
			'Output Format': 'webp',
			'Sample-Count': 2,
			SIZE: 'auto',
			size: '1024x1024',
		};
		expect(read(record).job).toEqual({
			label: 'Item 3',
			prompt: 'A fox',
			n: 2,
			parameters: { size: '1024x1024', output_format: 'webp' },
		});
	});

	it('has columns with names of their own, which are not read twice', () => {
		const record = { Beschreibung: 'Ein Fuchs', name: 'low', quality: 'x', Size: 'XL', kind: 'Stoff' };
		const mapping = { prompt: 'Beschreibung', quality: 'name', size: '', kind: '' };
		expect(read(record, mapping)).toEqual({
			job: { label: 'Item 3', prompt: 'Ein Fuchs', parameters: { quality: 'low' } },
			problems: [],
			warnings: [],
		});
	});

	it.each<[string, unknown, string[]]>([
		['one', 'data', ['data']],
		['a comma list', 'logo, photo_1,photo_2', ['logo', 'photo_1', 'photo_2']],
		['lines', 'logo\r\nphoto\n', ['logo', 'photo']],
		['a list', ['logo', 'a,b'], ['logo', 'a,b']],
		[
			'addresses',
			'https://x.example/a.png,https://x.example/b.png, file-1,file-2',
			['https://x.example/a.png', 'https://x.example/b.png', 'file-1', 'file-2'],
		],
		[
			'an address with commas',
			'https://x.example/w_3,h_2/a.png, logo',
			['https://x.example/w_3,h_2/a.png', 'logo'],
		],
		['a data URL', 'data:image/png;base64,AAAA', ['data:image/png;base64,AAAA']],
		['a name and a data URL', 'logo,data:image/png;base64,AAAA', ['logo', 'data:image/png;base64,AAAA']],
		[
			"Airtable's attachments",
			[{ id: 'att1', url: 'https://x.example/a,b.png' }],
			['https://x.example/a,b.png'],
		],
	])('names images by %s', (_, images, expected) => {
		expect(read({ prompt: 'x', images })).toMatchObject({ job: { images: expected }, problems: [] });
	});

	it('has one mask', () => {
		expect(read({ prompt: 'x', images: 'a', mask: [{ url: 'https://x.example/m' }] }).job.mask).toBe(
			'https://x.example/m',
		);
		expect(problemsOf({ prompt: 'x', images: 'a', mask: 'm, m' })).toEqual([
			'Item 3.mask: "m, m" is not possible. Allowed: one text: a URL, a file ID or the name of a binary property.',
		]);
	});

	it('says where a wrong value stands, and keeps what is right', () => {
		const { job, problems } = read(
			{ prompt: 'x', Format: 'bmp', n: 0, quality: 'low' },
			{ output_format: 'Format' },
		);
		expect(problems).toEqual([
			{
				path: 'Item 3.n',
				field: 'n',
				message: '0 is not possible. Allowed: a whole number from 1 to 1,000.',
			},
			{
				path: 'Item 3.output_format (column "Format")',
				field: 'output_format',
				message: expect.stringMatching(/^"bmp" is not possible/) as string,
			},
		]);
		expect(job).toEqual({ label: 'Item 3', prompt: 'x', parameters: { quality: 'low' } });
	});

	it('warns of what is sent differently', () => {
		expect(read({ prompt: 'x', moderation: 'high' }).warnings).toEqual([
			'Item 3.moderation is high, which the API does not have. It is sent as auto, its strictest.',
		]);
	});

	it.each<[Record<string, unknown>, Record<string, string> | undefined, RegExp]>([
		[{}, undefined, /^Item 3\.prompt: There is no prompt\. .* in column "prompt"; the columns are none\./],
		[{ promt: 'x', id: 1 }, undefined, /the columns are "promt", "id"\. Did you mean "promt"\?/],
		[{ Text: 'x' }, { prompt: 'Txet' }, /^Item 3\.prompt \(column "Txet"\): .* Did you mean "Text"\?/],
		[{ prompt: ' ' }, undefined, /in column "prompt"; the columns are "prompt"\. The field mapping/],
		[{ prompt: 'x' }, { prompt: '' }, /^Item 3\.prompt: There is no prompt/],
		[{}, { prompt: 'toString' }, /There is no prompt/],
		[
			Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`c${i}`, i])),
			undefined,
			/"c19" and 79 more\. The/,
		],
	])('%j by %j without a prompt says where it was looked for', (record, mapping, message) => {
		expect(problemsOf(record, mapping)).toEqual([expect.stringMatching(message)]);
	});

	it('is read without throwing, whatever it holds', () => {
		const cell = fc.oneof(fc.jsonValue(), fc.date(), fc.constantFrom(undefined, NaN, Infinity, 10n));
		const field = fc.oneof(fc.constantFrom<string>(...JOB_FIELDS), fc.string());
		fc.assert(
			fc.property(fc.dictionary(field, cell), fc.dictionary(field, field), (record, mapping) => {
				const { job, problems } = read(record, mapping);
				expect(typeof job.prompt).toBe('string');
				expect(job.prompt.trim() === '').toBe(problems.some((problem) => problem.field === 'prompt'));
			}),
		);
	});
});

describe('a field mapping', () => {
	it('names fields that a job has', () => {
		expect(fieldMappingProblems({ prompt: 'x', output_format: 'y' })).toEqual([]);
		expect(fieldMappingProblems({ outputFormat: 'x', colour: 'y' })).toEqual([
			{
				path: 'fieldMapping.outputFormat',
				message: expect.stringMatching(
					/^A job has no such field\. Did you mean output_format\? Fields: prompt, /,
				),
			},
			{
				path: 'fieldMapping.colour',
				message: expect.stringMatching(/^A job has no such field\. Fields: /),
			},
		]);
	});
});
