import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, requestsFor } from './batch';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const MODEL = 'gpt-image-2.5-flare';

/** The requests' bodies, by prompt. */
const bodies = () => Object.fromEntries(standIn.books.map(({ prompt, body }) => [prompt, body]));

describe('a row', () => {
	it('says with its fields what is sent, however they are spelt', async () => {
		const rows: Array<[IDataObject, IDataObject]> = [
			[{}, {}],
			[{ model: 'gpt-image-2' }, { model: 'gpt-image-2' }],
			[{ n: 2 }, { n: 2 }],
			[{ sample_count: '2' }, { n: 2 }],
			[{ size: ' 816 × 816 ' }, { size: '816x816' }],
			[{ Quality: ' MEDIUM ' }, { quality: 'medium' }],
			[{ 'Output Format': '.JPG' }, { output_format: 'jpeg' }],
			[
				{ output_format: 'webp', output_compression: '70' },
				{ output_format: 'webp', output_compression: 70 },
			],
			[{ background: 'opaque' }, { background: 'opaque' }],
			[{ transparent_background: 'yes' }, { background: 'transparent' }],
			[{ transparent_background: false }, {}],
			[{ moderation: 'low' }, { moderation: 'low' }],
			[{ kind: 'generate', name: 'a name', output_path: 'a/path', metadata: { sku: 7 } }, {}],
			[{ 'price in EUR': 12, status: 'new', model: '', n: null, size: ' ' }, {}],
		];
		const { failed, summary } = await batch({
			standIn,
			rows: rows.map(([fields], place) => ({ prompt: `row ${place}`, ...fields })),
			parameters: { ...CHEAP },
		});
		expect(failed).toEqual([]);
		expect(summary).toMatchObject({ total: rows.length, succeeded: rows.length, warnings: [] });
		const expected = rows.map(([, body], place) => {
			const prompt = `row ${place}`;
			return [prompt, { model: MODEL, prompt, ...CHEAP, ...body }];
		});
		expect(bodies()).toEqual(Object.fromEntries(expected));
	});

	it('goes by its name in ids and file names, and has its metadata in the items', async () => {
		const metadata = { sku: 7, tags: ['a', 'b'] };
		const { images, summary } = await batch({
			standIn,
			rows: [
				{ prompt: 'a fox', name: 'Fox & hen', metadata, n: 2, ...CHEAP },
				{ prompt: 'an owl', name: 'twin', ...CHEAP },
				{ prompt: 'a hen', name: 'twin', ...CHEAP },
				{ prompt: 'a cow', name: ' ', metadata: 'as text', ...CHEAP },
			],
			parameters: { output: { fileName: '{name}' } },
		});
		expect(summary.results.map(({ job_id }) => job_id)).toEqual(['Fox & hen', 'job-2', 'job-3', 'job-4']);
		expect(images.map((image) => [image.job_id, image.name, image.metadata, image.output_path])).toEqual([
			['Fox & hen', 'Fox & hen', metadata, 'Fox & hen.png'],
			['Fox & hen', 'Fox & hen', metadata, 'Fox & hen_2.png'],
			['job-2', 'twin', undefined, 'twin.png'],
			['job-3', 'twin', undefined, 'twin_2.png'],
			['job-4', undefined, 'as text', 'a-cow.png'],
		]);
	});

	it('has an id of its own, also where another one is called like it', async () => {
		const { summary } = await batch({
			standIn,
			rows: [
				{ prompt: 'a fox', name: 'job-2', ...CHEAP },
				{ prompt: 'an owl', ...CHEAP },
			],
			parameters: {},
		});
		expect(new Set(summary.results.map(({ job_id }) => job_id)).size).toBe(2);
	});

	it('that cannot succeed is told what is wrong, and spoils no other', async () => {
		const bad: IDataObject[] = [
			{ prompt: 'two', size: '10x10', n: 0, note: 'mine' },
			{ text: 'no prompt' },
			{ prompt: 'four', images: ['photo'] },
			{ prompt: 'five', model: 'dall-e-3' },
			{ prompt: 'six', output_path: '../six.png' },
			{ prompt: 'seven', kind: 'paint' },
		];
		const { images, failed, summary } = await batch({
			standIn,
			rows: [{ prompt: 'one', ...CHEAP }, ...bad, { prompt: 'eight', ...CHEAP }],
			parameters: {},
		});
		expect(standIn.books.map(({ prompt }) => prompt)).toEqual(['one', 'eight']);
		expect(images.map(({ prompt }) => prompt)).toEqual(['one', 'eight']);
		expect(summary).toMatchObject({ total: 8, succeeded: 2, failed: 6, cancelled: 0 });
		// Unchanged, for whoever mends them.
		for (const [place, row] of bad.entries()) expect(failed[place]).toMatchObject(row);
		expect(failed.map(({ error }) => error)).toEqual(
			bad.map(() => expect.objectContaining({ attempts: 0, retryable: false, status: null }) as unknown),
		);
		const said = [
			/^Item 1: .*size: "10x10" is not a size of gpt-image-2\.5-flare\b.*nearest is/,
			/^Item 2: .*prompt: There is no prompt.*column "prompt".*"text"/,
			/^Item 3: .*images: .*binary.*photo/i,
			/^Item 4: model: OpenAI shut dall-e-3 down on 2026-05-12\. Use gpt-image-2\.5-flare/,
			/^Item 5: output_path: "\.\.\/six\.png" is not possible.*leads out of the folder/,
			/^Item 6: kind: "paint" is not possible\. Allowed: generate, edit, variation/,
		];
		for (const [place, pattern] of said.entries()) expect(failed[place]!.error.message).toMatch(pattern);
		expect(failed[0]!.error.message).toMatch(/ n: 0 is not possible\. Allowed: a whole number from 1 to/);
	});

	it('whose expressions fail spoils no other', async () => {
		const { images, failed } = await batch({
			standIn,
			rows: [{ prompt: 'a fox' }, { prompt: 'an owl', model_from: 'elsewhere' }, { prompt: 'a hen' }],
			parameters: {
				...CHEAP,
				quality: "={{ $json.model_from ? $('Nowhere').item.json.quality : 'low' }}",
			},
		});
		expect(images.map(({ prompt }) => prompt)).toEqual(['a fox', 'a hen']);
		expect(failed.map(({ prompt }) => prompt)).toEqual(['an owl']);
		expect(failed[0]!.error.message).toMatch(/^Item 1: .*Referenced node doesn't exist/);
	});

	it('in which moderation is stricter than there is gets the strictest there is, with a warning', async () => {
		const { summary } = await batch({
			standIn,
			rows: [
				{ prompt: 'a fox', moderation: 'high' },
				{ prompt: 'an owl', moderation: 'medium' },
			],
			parameters: { ...CHEAP, options: { moderation: 'low' } },
		});
		for (const { body } of standIn.books) expect(body).not.toHaveProperty('moderation');
		expect(summary.warnings).toEqual([
			expect.stringMatching(/^Item 0\.moderation is high.*sent as auto/),
			expect.stringMatching(/^Item 1\.moderation is medium.*sent as auto/),
		]);
	});
});

describe("the node's parameters", () => {
	it('hold for what a row does not say, row by row, and `auto` takes them back', async () => {
		const { failed } = await batch({
			standIn,
			rows: [
				{ prompt: 'nothing', wanted: 'medium' },
				{ prompt: 'all', wanted: 'medium', model: 'gpt-image-2', n: 1, size: '816x816', quality: 'low' },
				{ prompt: 'auto', wanted: 'medium', quality: 'auto', size: 'auto', output_format: 'png', n: 1 },
			],
			parameters: {
				model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-sunburst' },
				size: '1024x1536',
				quality: '={{ $json.wanted }}',
				n: 2,
				options: { outputFormat: 'jpeg', safetyIdentifier: '={{ "user " + $itemIndex }}' },
			},
		});
		expect(failed).toEqual([]);
		const own = { output_format: 'jpeg' };
		expect(bodies()).toEqual({
			nothing: {
				model: 'gpt-image-2.5-sunburst',
				prompt: 'nothing',
				n: 2,
				size: '1024x1536',
				quality: 'medium',
				safety_identifier: 'user 0',
				...own,
			},
			all: {
				model: 'gpt-image-2',
				prompt: 'all',
				size: '816x816',
				quality: 'low',
				safety_identifier: 'user 1',
				...own,
			},
			auto: {
				model: 'gpt-image-2.5-sunburst',
				prompt: 'auto',
				output_format: 'png',
				safety_identifier: 'user 2',
			},
		});
	});
});

describe('a field mapping', () => {
	const mapping = (fields: Record<string, string>) => ({
		fields: Object.entries(fields).map(([field, column]) => ({ field, column })),
	});

	it('says which columns to read, and which not to', async () => {
		const { images, failed } = await batch({
			standIn,
			rows: [
				{
					Motif: 'a fox',
					prompt: 'not this one',
					How: 'low',
					quality: 'max',
					'How many': 2,
					name: 'Vulpes',
					model: 'not a model',
					size: CHEAP.size,
				},
			],
			parameters: {
				fieldMapping: mapping({ prompt: 'Motif', quality: 'How', n: 'How many', model: '' }),
			},
		});
		expect(failed).toEqual([]);
		expect(images.map(({ job_id, prompt }) => [job_id, prompt])).toEqual([
			['Vulpes', 'a fox'],
			['Vulpes', 'a fox'],
		]);
		expect(standIn.books.map(({ body }) => body)).toEqual([
			{ model: MODEL, prompt: 'a fox', n: 2, ...CHEAP },
		]);
	});

	it('may give a column to another field than its name says', async () => {
		await batch({
			standIn,
			rows: [{ prompt: 'Vulpes', name: 'a fox', ...CHEAP }],
			parameters: { fieldMapping: mapping({ prompt: 'name', name: 'prompt' }) },
		});
		expect(requestsFor(standIn, 'a fox')).toHaveLength(1);
	});

	it('is named where its column is missing', async () => {
		const { failed } = await batch({
			standIn,
			rows: [{ Motive: 'a fox' }],
			parameters: { fieldMapping: mapping({ prompt: 'Motif' }) },
		});
		expect(failed[0]!.error.message).toMatch(
			/no prompt.*column "Motif".*columns are "Motive".*Did you mean "Motive"/,
		);
		expect(standIn.books).toEqual([]);
	});

	it('to a field that no job has is refused before anything is sent', async () => {
		const { result } = await batch({
			standIn,
			rows: [{ prompt: 'a fox' }],
			parameters: { fieldMapping: mapping({ promt: 'Motif' }) },
		});
		expect(result.error!.message).toMatch(/fieldMapping\.promt: .*Did you mean prompt/);
		expect(standIn.books).toEqual([]);
	});
});
