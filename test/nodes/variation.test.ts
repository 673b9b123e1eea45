import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { pad } from '../stand-in/drawing/padding';
import { plain, sha256 } from '../stand-in/harness';
import { edit, file, variation } from './edit';
import { errorOf, nano } from './generate';

let standIn: StandIn;
/** A server that still has the old endpoint. */
let compatible: StandIn;
let photo: Buffer;
let square: Buffer;

beforeAll(async () => {
	standIn = await startStandIn();
	compatible = await startStandIn({ provider: 'compatible' });
	photo = await plain(300, 200, '#c33', 'jpeg');
	square = await plain(128, 128, '#3c3');
});

afterAll(async () => await Promise.all([standIn.close(), compatible.close()]));

beforeEach(() => {
	standIn.reset();
	compatible.reset();
});

describe('a variation', () => {
	const data = () => ({ data: file(photo, 'jpeg') });

	it('is an edit with a prompt that says what may change, other for each strength', async () => {
		const { json } = await variation({
			rows: [{ strength: 'subtle' }, { strength: 'moderate' }, { strength: ' Strong ' }, {}].map((row) => ({
				files: data(),
				json: row,
			})),
			standIn,
			parameters: { execution: { concurrency: 1 } },
		});
		expect(json[0]!.prompt).toMatch(/Keep its subject, composition.*small details only/);
		expect(json[1]!.prompt).toMatch(/Keep its subject, style and mood.*Change the composition/);
		expect(json[2]!.prompt).toMatch(/free variation.*recognizable.*Change the composition, the setting/);
		expect(json[3]!.prompt).toBe(json[1]!.prompt);
		expect(new Set(json.map(({ prompt }) => prompt)).size).toBe(3);
		// What stands in the item is what was sent.
		expect(standIn.books.map(({ prompt }) => prompt)).toEqual(json.map(({ prompt }) => prompt));
		for (const { endpoint, inputs } of standIn.books) {
			expect(endpoint).toBe('/v1/images/edits');
			expect(inputs).toMatchObject([{ field: 'image', sha256: sha256(photo), contentType: 'image/jpeg' }]);
		}
	});

	it('is told what else the user has to say', async () => {
		const guidance = 'Keep the «logo».\nTry autumn colours.';
		const { json } = await variation({
			rows: [{ files: data(), json: { strength: 'subtle', guidance: `  ${guidance} ` } }],
			standIn,
		});
		expect(json[0]!.prompt).toMatch(/minor elements\. Keep the «logo»\.\nTry autumn colours\.$/);
		expect(standIn.books[0]!.prompt.replaceAll('\r\n', '\n')).toBe(json[0]!.prompt);
	});

	it('may be several: each an item that leads back, and their costs add up', async () => {
		const { result, items, json } = await variation({
			rows: [
				{ files: data(), json: { n: 4 } },
				{ files: data(), json: { strength: 'strong' } },
			],
			standIn,
		});
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 0, 0, 1].map((item) => ({ item })));
		expect(json.map(({ image }) => image.index)).toEqual([0, 1, 2, 3, 0]);
		expect(new Set(json.map(({ image }) => image.file_name)).size).toBe(5);
		const files = await Promise.all(items.map(async (item) => await result.binary(item, 'data')));
		expect(new Set(files.map(sha256)).size).toBe(5);

		const four = standIn.books.find(({ n }) => n === 4)!;
		const images = json.slice(0, 4);
		expect(images.reduce((sum, { cost }) => sum + nano(cost.total), 0)).toBe(nano(four.usd));
		for (const { cost, usage } of images) {
			expect(cost.basis).toBe('usage');
			expect(usage!.input_image_tokens).toBeGreaterThan(0);
		}
	});

	it('takes several images, addresses and options as an edit does', async () => {
		const { json } = await variation({
			rows: [
				{
					files: { data: file(photo, 'jpeg'), data_1: file(square) },
					json: { names: 'data*', output_format: 'webp', background: 'transparent' },
				},
				{ json: { source: 'url', urls: new URL('/stand-in/sources/photo.png', standIn.url).href } },
			],
			standIn,
		});
		expect(json.map(({ image }) => image.mime_type)).toEqual(['image/webp', 'image/png']);
		expect(standIn.books.map(({ inputs }) => inputs!.map(({ field }) => field)).sort()).toEqual([
			['image[]', 'image[]'],
			['images[0]'],
		]);
		expect(standIn.leaks).toBe(0);
	});

	it('is tried again with its image', async () => {
		const { json } = await variation({
			rows: [{ files: data(), json: { guidance: '[[status 503 x1]]' } }],
			standIn,
		});
		expect(json[0]!.timing.attempts).toBe(2);
		expect(standIn.books.map(({ status, inputs }) => [status, inputs![0]!.sha256])).toEqual([
			[503, sha256(photo)],
			[200, sha256(photo)],
		]);
	});
});

describe('the old endpoint', () => {
	const json = { endpoint: 'variations', model: 'dall-e-2', size: '256x256', quality: '' };

	it('makes variations of a square PNG on a server that still has it', async () => {
		const {
			result,
			items,
			json: made,
		} = await variation({
			rows: [{ files: { data: file(square) }, json: { ...json, n: 2, strength: 'strong', guidance: 'x' } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(made.map(({ endpoint, prompt, error }) => ({ endpoint, prompt, error }))).toEqual(
			Array(2).fill({ endpoint: 'variations', prompt: '', error: undefined }),
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
		for (const item of items) {
			expect((await sharp(await result.binary(item, 'data')).metadata()).width).toBe(256);
		}
		expect(compatible.books).toMatchObject([
			{
				endpoint: '/v1/images/variations',
				status: 200,
				body: { model: 'dall-e-2', n: '2', size: '256x256', response_format: 'b64_json' },
				inputs: [{ field: 'image', sha256: sha256(square), contentType: 'image/png' }],
			},
		]);
		expect(made.reduce((sum, { cost }) => sum + nano(cost.total), 0)).toBe(nano(compatible.books[0]!.usd));
	});

	it('is refused at OpenAI, with what to use', async () => {
		const { json: refused } = await variation({ rows: [{ files: { data: file(square) }, json }], standIn });
		expect(errorOf(refused[0]).message).toMatch(/OpenAI/);
		expect(errorOf(refused[0])).toMatchObject({ type: 'validation_error', attempts: 0 });
		const { json: newer } = await variation({
			rows: [{ files: { data: file(square) }, json: { ...json, model: 'gpt-image-2.5-flare', size: '' } }],
			standIn,
		});
		expect(errorOf(newer[0]).message).toMatch(/OpenAI has retired the endpoint variations\. Use edits/);
		expect(standIn.books).toEqual([]);
	});

	it.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
		[
			'no square',
			async () => await plain(128, 96, '#3c3'),
			/128x96 pixels\. dall-e-2 takes square images only/,
		],
		[
			'no PNG',
			async () => await plain(128, 128, '#3c3', 'jpeg'),
			/is a jpeg image\. Allowed with dall-e-2: png/,
		],
		['4 MB', () => pad(square, 'png', 4 * 1024 * 1024), /has 4 MB\. Allowed: less than 4 MB/],
		['no image', () => Buffer.from('no image'), /is no png/],
	])('refuses an image that is %s, before it is sent', async (_what, draw, message) => {
		const { json: refused } = await variation({
			rows: [
				{ files: { data: file(await draw()) }, json },
				{ files: { data: file(square) }, json },
			],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(errorOf(refused[0]).message).toMatch(message);
		expect(refused[1]!.error).toBeUndefined();
		expect(compatible.books).toHaveLength(1);
	});

	it('takes one image only', async () => {
		const { json: refused } = await variation({
			rows: [{ files: { data: file(square), data_1: file(square) }, json: { ...json, names: 'data*' } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(errorOf(refused[0]).message).toMatch(/2 images are given\. Allowed with dall-e-2: 1 image/);
		expect(compatible.books).toEqual([]);
	});

	it('refuses an address with the reason, for it knows forms only', async () => {
		const urls = new URL('/stand-in/sources/photo.png', compatible.url).href;
		const { json: refused } = await variation({
			rows: [{ json: { ...json, source: 'url', urls } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(errorOf(refused[0])).toMatchObject({ type: 'validation_error', attempts: 0 });
		expect(errorOf(refused[0]).message).toMatch(/address|URL/i);
		expect(compatible.books).toEqual([]);
	});

	it('takes an address that n8n fetches', async () => {
		const urls = new URL('/stand-in/sources/photo.png', compatible.url).href;
		const { json: made } = await variation({
			rows: [{ json: { ...json, source: 'url', urls, download: true } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(made[0]!.error).toBeUndefined();
		expect(compatible.books[0]!.inputs).toMatchObject([{ field: 'image', source: 'multipart', width: 1024 }]);
	});
});

it('an edit with dall-e-2 works on a server that still has it, from one square PNG', async () => {
	const { json } = await edit({
		rows: [
			{ files: { data: file(square) }, json: { model: 'dall-e-2', size: '256x256', quality: '' } },
			{ files: { data: file(photo, 'jpeg') }, json: { model: 'dall-e-2', size: '256x256', quality: '' } },
		],
		standIn: compatible,
		credential: { provider: 'compatible' },
	});
	expect(json[0]).toMatchObject({ endpoint: 'edits', image: { width: 256, height: 256 } });
	expect(errorOf(json[1]).message).toMatch(/is a jpeg image/);
	expect(compatible.books).toHaveLength(1);
});
