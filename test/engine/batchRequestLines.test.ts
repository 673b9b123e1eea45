import fc from 'fast-check';
import { nextLook, readBatch } from '../../engine/batches/batch';
import { customIdOf, readCustomId } from '../../engine/batches/customId';
import { Chain, uuidOf } from '../../engine/batches/digest';
import { lineOf, type BatchableJob } from '../../engine/batches/lines';
import { planBatches } from '../../engine/batches/plan';
import { readSubmitted } from '../../engine/batches/submitted';
import { FileNames } from '../../engine/jobs/fileNames';
import { portionsOf } from '../../engine/jobs/portions';
import type { ImageSource } from '../../engine/jobs/source';
import { findModel } from '../../engine/models/find';

function jobOf(index: number, own: Partial<BatchableJob> = {}): BatchableJob {
	return {
		...{ index, id: `job-${index}`, label: `job-${index}` },
		endpoint: 'generations',
		model: 'gpt-image-2.5-flare',
		prompt: `picture ${index}`,
		n: 1,
		parameters: {},
		...own,
	};
}

const byName = (source: ImageSource) => ({ kind: 'file_id' as const, value: source.label });

async function* once(text: string) {
	yield await Promise.resolve(Buffer.from(text));
}

describe('custom_id', () => {
	it('carries a job through a batch, whatever it is called', () => {
		fc.assert(
			fc.property(
				fc.nat(50_000),
				fc.nat(1000),
				fc.string({ unit: 'grapheme', maxLength: 30 }),
				fc.string({ unit: 'grapheme', maxLength: 30 }),
				(index, first, id, path) => {
					const written = customIdOf({ index, first, id, path });
					expect(written).toMatch(/^[\w:%/.!~*'()-]+$/);
					expect(readCustomId(written)).toEqual({
						...{ index, first },
						id: id.toWellFormed(),
						path: path.toWellFormed(),
					});
				},
			),
		);
	});

	it('keeps the place of a job whose names are too long', () => {
		const written = customIdOf({ index: 7, first: 10, id: 'ä'.repeat(300), path: 'folder/name' });
		expect(written.length).toBeLessThanOrEqual(512);
		expect(readCustomId(written)).toMatchObject({ index: 7, first: 10, path: '' });
	});

	it.each(['', 'request-1', '1-0', '1-0:a', '1-0:%E4:', 'x-0:a:b', '1-0:a:b:c'])(
		'knows %j as no id of ours',
		(id) => {
			expect(readCustomId(id)).toBeUndefined();
		},
	);
});

describe("a batch's input file", () => {
	it('is all that is needed to tell what was asked for', async () => {
		const jobs = [
			jobOf(0, { parameters: { size: '1024x1024', quality: 'low' }, additional: { user: 'me' } }),
			jobOf(1, { n: 25, id: 'fox' }),
			jobOf(2, {
				endpoint: 'edits',
				images: [
					{ kind: 'url', label: 'image 1', value: 'https://example.com/a.png' },
					{ kind: 'file_id', label: 'image 2', value: 'file-1' },
				],
				mask: { kind: 'file_id', label: 'mask', value: 'file-2' },
			}),
		];
		const name = (source: ImageSource) =>
			source.kind === 'bytes' ? byName(source) : { kind: source.kind, value: source.value };
		const lines: string[] = [];
		for (const job of jobs) {
			for (const portion of portionsOf(job, findModel(job.model), 0))
				lines.push(await lineOf(portion, { id: job.id, path: `folder/${job.id}`, name }));
		}
		expect(lines).toHaveLength(5);
		// In any order, with lines of others between.
		const {
			jobs: read,
			portions,
			foreign,
		} = await readSubmitted(once([...lines.reverse(), '{"custom_id":"theirs"}\n', 'broken\n'].join('')));
		expect(foreign).toBe(2);
		expect(portions.size).toBe(5);
		expect(read).toMatchObject(
			jobs.map(({ images, mask, ...job }) => ({
				...job,
				path: `folder/${job.id}`,
				label: job.id,
				priceShare: 0.5,
				...(images ? { images: images.map(({ kind }) => ({ kind })), mask: { kind: mask?.kind } } : {}),
			})),
		);
		expect(read[2]?.images?.map((image) => 'value' in image && image.value)).toEqual([
			'https://example.com/a.png',
			'file-1',
		]);
	});

	it('is one for each model and endpoint, within the limits, and never splits a job', async () => {
		const jobs = [
			jobOf(0),
			jobOf(1, { model: 'gpt-image-1-mini' }),
			jobOf(2, { n: 30 }),
			jobOf(3, { endpoint: 'edits', images: [] }),
			jobOf(4, { n: 30 }),
			jobOf(5),
		];
		const plan = async (limits: { lines: number; bytes: number }) =>
			(await planBatches(jobs, () => Promise.resolve(100), limits)).map(
				({ model, endpoint, lines, bytes }) => ({
					what: `${model} ${endpoint.split('/').at(-1)}`,
					jobs: [...new Set(lines.map(({ job }) => job.index))],
					bytes,
				}),
			);
		const flare = 'gpt-image-2.5-flare';
		const others = [
			{ what: 'gpt-image-1-mini generations', jobs: [1], bytes: 100 },
			{ what: `${flare} edits`, jobs: [3], bytes: 100 },
		];
		const whole = await plan({ lines: 50, bytes: 10_000 });
		expect(whole).toEqual(
			expect.arrayContaining([{ what: `${flare} generations`, jobs: [0, 2, 4, 5], bytes: 800 }, ...others]),
		);
		expect(whole).toHaveLength(3);
		for (const limits of [
			{ lines: 4, bytes: 10_000 },
			{ lines: 50, bytes: 450 },
		]) {
			const split = await plan(limits);
			expect(split).toEqual(
				expect.arrayContaining([
					{ what: `${flare} generations`, jobs: [0, 2], bytes: 400 },
					{ what: `${flare} generations`, jobs: [4, 5], bytes: 400 },
					...others,
				]),
			);
			expect(split).toHaveLength(4);
		}
	});

	it('keeps the tokens that tell the images of a job apart', () => {
		const named = (own: object) => ({ ...jobOf(0), ...own });
		const stem = (own: object) => {
			const job = named(own);
			return new FileNames([job], 0).stemOf(job);
		};
		expect(stem({ fileName: 'image.{name}.{NN}', name: 'fox', n: 4 })).toBe('image.fox.{NN}');
		expect(stem({ fileName: 'image.{name}.{NN}', name: 'fox', n: 1 })).toBe('image.fox.01');
		expect(stem({ fileName: '{slug}', n: 4, folder: 'a/b' })).toBe('a/b/picture-0');
	});
});

describe('digests', () => {
	it('tell lists of texts apart, also by where one ends', async () => {
		const chainOf = async (texts: string[]) => {
			const chain = new Chain();
			for (const text of texts) await chain.add(text);
			return chain.value;
		};
		const values = await Promise.all([[], ['ab'], ['a', 'b'], ['b', 'a'], ['a', 'b', '']].map(chainOf));
		expect(new Set(values).size).toBe(5);
		expect(await chainOf(['a', 'b'])).toBe(values[2]);
	});

	it('make UUIDs that are always the same', async () => {
		const uuid = await uuidOf('batch_1 fox');
		expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
		expect(await uuidOf('batch_1 fox')).toBe(uuid);
		expect(await uuidOf('batch_1 owl')).not.toBe(uuid);
	});
});

describe('a batch', () => {
	it('is looked at from every 15 seconds to every 5 minutes', () => {
		const createdAt = 1_000_000;
		const after = (seconds: number) => nextLook({ createdAt }, createdAt + seconds * 1000) / 1000;
		expect([-60, 0, 60, 150, 600, 3000, 86_400].map(after)).toEqual([15, 15, 15, 15, 60, 300, 300]);
	});

	it('is read also where a server leaves things out', () => {
		expect(readBatch({ id: 'batch_1' })).toMatchObject({
			...{ id: 'batch_1', state: 'validating', outputFileId: null, errors: [], metadata: {} },
			requests: { total: 0, completed: 0, failed: 0 },
		});
		expect(readBatch(null).id).toBe('');
	});
});
