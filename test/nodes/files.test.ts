import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { generate } from './generate';
import table from './workflows/table.json';

let standIn: StandIn;
/** Draws any size, so that many small pictures take no time. */
let compatible: StandIn;

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

const tiny = { model: 'my-model', size: '64x64' };

/** The file names that rows get; n images each. */
async function namesOf(rows: IDataObject[]): Promise<string[]> {
	const { items, json } = await generate(table, {
		rows: rows.map((row) => ({ ...tiny, ...row })),
		standIn: compatible,
		credential: { provider: 'compatible' },
	});
	const names = json.map(({ image }) => image.file_name);
	expect(items.map(({ binary }) => binary?.data?.fileName)).toEqual(names);
	return names;
}

describe('the format', () => {
	const formats = [
		{ format: 'png', mime: 'image/png', extension: 'png', sharpName: 'png' },
		{ format: 'jpeg', mime: 'image/jpeg', extension: 'jpg', sharpName: 'jpeg' },
		{ format: 'webp', mime: 'image/webp', extension: 'webp', sharpName: 'webp' },
		{ format: 'gif', mime: 'image/gif', extension: 'gif', sharpName: 'gif' },
		{ format: 'svg', mime: 'image/svg+xml', extension: 'svg', sharpName: 'svg' },
	];

	it.each(formats)('$format is what it says', async ({ format, mime, extension, sharpName }) => {
		const { result, items, json } = await generate(table, {
			rows: [{ prompt: 'a red fox', output_format: format, size: '1024x640', quality: 'low' }],
			standIn,
		});
		const bytes = await result.binary(items[0]!, 'data');
		const { format: drawn, width, height } = await sharp(bytes).metadata();
		expect({ drawn, width, height }).toEqual({ drawn: sharpName, width: 1024, height: 640 });
		expect(json[0]).toMatchObject({
			image: {
				index: 0,
				file_name: `a-red-fox.${extension}`,
				mime_type: mime,
				width: 1024,
				height: 640,
				bytes: bytes.length,
			},
			parameters: { size: '1024x640', quality: 'low', background: 'opaque', output_format: format, n: 1 },
		});
		expect(items[0]!.binary!.data).toMatchObject({ fileName: `a-red-fox.${extension}`, mimeType: mime });
	});

	it('of an image decides on its ending, whatever was asked for, and a warning says so', async () => {
		// A compatible server that does not know SVG and draws a PNG.
		const { json } = await generate(table, {
			rows: [{ ...tiny, prompt: 'a fox', output_format: 'svg', file: 'picture.svg' }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(json[0]!.image).toMatchObject({ file_name: 'picture.png', mime_type: 'image/png' });
		expect(json[0]!.warnings).toContain('Asked for svg, the image is png.');
	});

	it('of other servers may come in another size, and a warning says so', async () => {
		const { json } = await generate(table, {
			rows: [{ ...tiny, size: '9000x16', prompt: 'a fox' }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(json[0]!.image).toMatchObject({ width: 8192, height: 16 });
		expect(json[0]!.warnings).toContain('Asked for 9000x16, the image is 8192x16.');
	});

	it('has the transparency, compression and frames that were asked for', async () => {
		const common = { size: '1024x640', quality: 'low' };
		const { result, items } = await generate(table, {
			rows: [
				{ ...common, prompt: 'a fox', background: 'transparent' },
				{ ...common, prompt: 'a fox', background: 'transparent', output_format: 'webp' },
				{ ...common, prompt: 'a fox', output_format: 'jpeg', output_compression: 5 },
				{ ...common, prompt: 'a fox', output_format: 'jpeg', output_compression: 95 },
				{ ...common, prompt: 'a fox', output_format: 'gif', frame_count: 3, frame_duration_ms: 500 },
			],
			standIn,
		});
		const files = await Promise.all(items.map(async (item) => await result.binary(item, 'data')));
		const [png, webp, , , gif] = await Promise.all(
			files.map(async (bytes) => await sharp(bytes, { animated: true }).metadata()),
		);
		expect((await sharp(files[0]).stats()).isOpaque).toBe(false);
		expect([png!.hasAlpha, webp!.hasAlpha]).toEqual([true, true]);
		expect(files[2]!.length).toBeLessThan(files[3]!.length);
		expect(gif).toMatchObject({ pages: 3, delay: [500, 500, 500] });
	});
});

describe('the file name', () => {
	it('is made of the prompt, and of the number where there are several', async () => {
		expect(await namesOf([{ prompt: 'A red fox!' }])).toEqual(['a-red-fox.png']);
		expect(await namesOf([{ prompt: 'A red fox!', n: 3 }])).toEqual([
			'a-red-fox.png',
			'a-red-fox_2.png',
			'a-red-fox_3.png',
		]);
		expect(
			await namesOf([{ prompt: 'Füchse im Schnee', n: 2 }, { prompt: '雪の中の狐' }, { prompt: '!!!' }]),
		).toEqual(['01_fuchse-im-schnee.png', '01_fuchse-im-schnee_2.png', '02_雪の中の狐.png', '03_image.png']);
	});

	it('is cut between letters', async () => {
		// A letter beyond the basic plane is two halves, the second of which is the 51st unit here.
		const [name] = await namesOf([{ prompt: `${'x'.repeat(49)}𠀀𠀀` }]);
		expect(() => encodeURIComponent(name!)).not.toThrow();
		expect(name).toMatch(/^x{49}/);
	});

	it('has as many digits as there are items', async () => {
		const names = await namesOf(Array.from({ length: 100 }, () => ({ prompt: 'fox' })));
		expect([names[0], names[98], names[99]]).toEqual(['001_fox.png', '099_fox.png', '100_fox.png']);
	});

	it('follows the template', async () => {
		const today = new Date().toISOString().slice(0, 10);
		const names = await namesOf([
			{ prompt: 'A red fox', n: 2, quality: 'high', file: '{slug}.{index}.{image}.{model}.{quality}.{date}' },
			{ prompt: 'An owl', file: 'set of {nothing} {slug}' },
		]);
		expect(names).toEqual([
			expect.stringMatching(/^a-red-fox\.01\.1\.my-model\.high\.\d{4}-\d{2}-\d{2}\.png$/),
			expect.stringMatching(/^a-red-fox\.01\.2\.my-model\.high\.\d{4}-\d{2}-\d{2}\.png$/),
			'set of {nothing} an-owl.png',
		]);
		expect(names[0]! >= `a-red-fox.01.1.my-model.high.${today}`).toBe(true);
	});

	it('is never given twice in a run', async () => {
		const names = await namesOf([
			{ prompt: 'a', file: 'same', n: 2 },
			{ prompt: 'b', file: 'same' },
			{ prompt: 'c', file: 'Same' },
			{ prompt: 'd', file: 'same_2' },
			{ prompt: 'e', file: 'same.png' },
		]);
		expect(names).toHaveLength(6);
		// On some disks capitals make no difference.
		expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(6);
		expect(names[0]).toBe('same.png');
	});

	const hostile = [
		{ name: 'a way up', file: '../../x' },
		{ name: 'a folder', file: 'a/b' },
		{ name: 'a drive', file: 'C:\\x' },
		{ name: 'the folder above', file: '..' },
		{ name: 'the folder itself', file: '.' },
		{ name: 'a path from the root', file: '/etc/passwd' },
		{ name: 'a share', file: '\\\\server\\share' },
		{ name: 'a hidden file', file: '.hidden' },
		{ name: 'dots and blanks at the end', file: 'trailing. . .' },
		{ name: 'a NUL', file: 'nul\u0000byte' },
		{ name: 'a line break', file: 'line\nbreak' },
		{ name: 'what a shell or Windows takes for something else', file: '<script>"quoted"|pipe?*' },
		{ name: 'a device of Windows', file: 'NUL' },
		{ name: '300 letters', file: 'x'.repeat(300) },
		{ name: '300 letters of three bytes', file: '狐'.repeat(300) },
		{ name: 'a letter of two halves where it is cut', file: `e${'x'.repeat(118)}🦊🦊` },
		{ name: 'folders from the prompt', file: '{slug}/{slug}' },
		{ name: 'a way up to the model', file: '../{model}' },
	];

	it.each(hostile)('$name: lies in the folder it is put into', async ({ file }) => {
		const names = await namesOf([
			{ prompt: '../../../a fox', file },
			{ prompt: 'an owl', file },
		]);
		const folder = await mkdtemp(path.join(tmpdir(), 'file-names-'));
		try {
			for (const name of names) {
				expect(path.posix.basename(name)).toBe(name);
				expect(path.win32.basename(name)).toBe(name);
				// What Windows does not take; half of a surrogate pair cannot be written as UTF-8.
				expect(name).not.toMatch(/[\u0000-\u001f<>:"/\\|?*]|^[. ]|[. ]$/);
				expect(() => encodeURIComponent(name)).not.toThrow();
				expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./i);
				// Most disks take 255 bytes.
				expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
				await writeFile(path.join(folder, name), 'image');
			}
			expect((await readdir(folder)).sort()).toEqual([...names].sort());
			expect(new Set(names).size).toBe(2);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});
