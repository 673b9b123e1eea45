import OpenAI, { toFile } from 'openai';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256, withHole } from '../stand-in/harness';
import type { SourceRow } from './edit';
import { edit, file } from './edit';
import { errorOf, KEY } from './generate';

let standIn: StandIn;

/** The address of a source, as it stands in a row. */
const source = (kind: string) => new URL(`/stand-in/sources/${kind}`, standIn.url).href;
const photoOf = async (kind: string) => Buffer.from(await (await fetch(source(kind))).arrayBuffer());

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

afterEach(() => expect(standIn.leaks).toBe(0));

describe('addresses', () => {
	it('go to the server as JSON, which fetches them by itself, without the key', async () => {
		const { json } = await edit({
			rows: [
				{
					json: {
						source: 'url',
						urls: `${source('photo.png')}\n\n ${source('photo.jpg')} \r\n${source('photo.webp')}`,
						n: 2,
						output_format: 'webp',
						output_compression: 40,
					},
				},
			],
			standIn,
		});
		expect(json.map(({ image }) => image.index)).toEqual([0, 1]);
		const [entry] = standIn.books;
		expect(entry!.headers['content-type']).toMatch(/^application\/json/);
		// Numbers are numbers here, and not the texts that a form has.
		expect(entry!.body).toEqual({
			model: 'gpt-image-2.5-flare',
			prompt: 'Make it night',
			n: 2,
			size: '816x816',
			quality: 'low',
			output_format: 'webp',
			output_compression: 40,
			images: ['photo.png', 'photo.jpg', 'photo.webp'].map((kind) => ({ image_url: source(kind) })),
		});
		expect(entry!.inputs!.map(({ source: from, contentType }) => [from, contentType])).toEqual([
			['url', 'image/png'],
			['url', 'image/jpeg'],
			['url', 'image/webp'],
		]);
	});

	it('may come as a list by expression', async () => {
		const urls = [source('photo.webp'), source('photo.png')];
		await edit({ rows: [{ json: { source: 'url', urls } }], standIn });
		expect(standIn.books[0]!.inputs!.map(({ fileName }) => fileName)).toEqual(['photo.webp', 'photo.png']);
	});

	it('go with a mask, which then is a data URL', async () => {
		const hole = await withHole(1024, 1024, '#000', { left: 10, top: 10, width: 300, height: 300 });
		const { json } = await edit({
			rows: [
				{ files: { hole: file(hole) }, json: { source: 'url', urls: source('photo.png'), mask: 'hole' } },
			],
			standIn,
		});
		expect(json[0]!.error).toBeUndefined();
		expect(standIn.books[0]!.inputs).toMatchObject([
			{ field: 'images[0]', source: 'url' },
			{ field: 'mask', source: 'data_url', contentType: 'image/png', sha256: sha256(hole) },
		]);
	});

	it('that the server cannot fetch fail their item alone', async () => {
		const { json } = await edit({
			rows: ['missing.png', 'page.html', 'huge.png', 'photo.png'].map((kind) => ({
				json: { source: 'url', urls: source(kind) },
			})),
			standIn,
		});
		for (const item of json.slice(0, 3)) {
			expect(errorOf(item)).toMatchObject({ status: 400, retryable: false, attempts: 1 });
		}
		expect(errorOf(json[0]).message).toMatch(/404/);
		expect(json[3]!.error).toBeUndefined();
	});
});

describe('uploaded files', () => {
	it('go as their ids, in their order, and with a mask', async () => {
		const openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
		const images = [await plain(50, 60, '#33c'), await plain(70, 60, '#3c3')];
		const ids: string[] = [];
		for (const bytes of images) {
			const upload = await toFile(bytes, 'up.png', { type: 'image/png' });
			ids.push((await openai.files.create({ file: upload, purpose: 'vision' })).id);
		}
		const hole = await withHole(50, 60, '#000', { left: 1, top: 1, width: 20, height: 20 });
		const { json } = await edit({
			rows: [
				{ files: { hole: file(hole) }, json: { source: 'fileId', ids: ids.join(' , '), mask: 'hole' } },
				{ json: { source: 'fileId', ids: [...ids].reverse(), prompt: 'the other way round' } },
				{ json: { source: 'fileId', ids: 'file-gone', prompt: 'none' } },
			],
			standIn,
			credential: { apiKey: KEY },
		});
		const bookOf = (prompt: string) => standIn.books.find((entry) => entry.prompt === prompt)!;
		const first = bookOf('Make it night');
		expect(first.body).toMatchObject({ images: ids.map((file_id) => ({ file_id })) });
		expect(first.inputs).toMatchObject([
			{ source: 'file_id', sha256: sha256(images[0]!) },
			{ source: 'file_id', sha256: sha256(images[1]!) },
			{ field: 'mask', source: 'data_url', sha256: sha256(hole) },
		]);
		expect(bookOf('the other way round').inputs!.map(({ width }) => width)).toEqual([70, 50]);
		expect(json.map(({ error }) => error?.status ?? 'made')).toEqual(['made', 'made', 404]);
		expect(errorOf(json[2]).message).toContain('file-gone');
	});
});

describe('images as text', () => {
	it('are taken as data URLs, as base64 and as a list of both, and go as a form', async () => {
		const png = await plain(120, 80, '#c33');
		const webp = await plain(121, 80, '#3c3', 'webp');
		const base64 = png.toString('base64');
		// The type that it says is wrong: the bytes count.
		const dataUrl = `data:image/png;base64,${webp.toString('base64')}`;
		const urlSafe = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
		await edit({
			rows: [base64, dataUrl, `${base64}\n${dataUrl}`, [dataUrl, base64], urlSafe].map((urls, index) => ({
				json: { source: 'url', urls, prompt: `[[status 418]] ${index}` },
			})),
			standIn,
		});
		const sums = standIn.books
			.toSorted((a, b) => a.prompt.localeCompare(b.prompt))
			.map(({ inputs }) => inputs!.map((input) => [input.sha256, input.contentType, input.source]));
		const [p, w] = [
			[sha256(png), 'image/png', 'multipart'],
			[sha256(webp), 'image/webp', 'multipart'],
		];
		expect(sums).toEqual([[p], [w], [p, w], [w, p], [p]]);
	});

	it('may stand beside an address: then all go as JSON', async () => {
		const png = await plain(120, 80, '#c33');
		await edit({
			rows: [{ json: { source: 'url', urls: [source('photo.jpg'), png.toString('base64')] } }],
			standIn,
		});
		expect(standIn.books[0]!.inputs).toMatchObject([
			{ source: 'url', fileName: 'photo.jpg' },
			{ source: 'data_url', contentType: 'image/png', sha256: sha256(png) },
		]);
	});
});

describe('what is no address', () => {
	it.each([
		['a file on the disk', 'file:///etc/passwd'],
		['an address by FTP', 'ftp://127.0.0.1/photo.png'],
		['a script', 'javascript:alert(1)'],
		['a bare name', 'photo.png'],
		['a path', '/etc/passwd'],
		['one bad address of two', ['https://example.com/photo.png', 'file:///etc/passwd']],
	])('%s is refused, whether n8n is to fetch it or not', async (_what, urls) => {
		const bad = (download: boolean): SourceRow => ({ json: { source: 'url', urls, download } });
		const good: SourceRow = { json: { source: 'url', urls: source('photo.png') } };
		const { json } = await edit({ rows: [bad(false), bad(true), good], standIn });
		for (const index of [0, 1]) {
			expect(errorOf(json[index])).toMatchObject({ type: 'validation_error', attempts: 0 });
			expect(errorOf(json[index]).message).toMatch(/neither an http or https address nor a base64 image/);
		}
		expect(json[2]!.error).toBeUndefined();
		expect(standIn.books).toHaveLength(1);
	});

	it('is a text of base64 that holds no image', async () => {
		const { json } = await edit({
			rows: [
				{ json: { source: 'url', urls: Buffer.alloc(300, 'no image ').toString('base64') } },
				{ json: { source: 'url', urls: 'data:image/png;base64,' } },
				{ json: { source: 'url', urls: '' } },
			],
			standIn,
		});
		expect(errorOf(json[0]).message).toMatch(/Text 1 is no png, jpeg, webp or gif image/);
		expect(errorOf(json[1]).message).toMatch(/text 1 is no valid base64|Text 1 is empty/i);
		expect(errorOf(json[2]).message).toMatch(/There is no image to start from/);
		expect(standIn.books).toEqual([]);
	});
});

it('a photo arrives as it lies on the server', async () => {
	const photo = await photoOf('photo.jpg');
	await edit({
		rows: [{ json: { source: 'url', urls: source('photo.jpg'), download: true } }],
		standIn,
	});
	expect(standIn.books[0]!.inputs).toMatchObject([{ source: 'multipart', sha256: sha256(photo) }]);
});
