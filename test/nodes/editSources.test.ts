import type { IDataObject } from 'n8n-workflow';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { plain, sha256, withHole } from '../stand-in/harness';
import { edit, file } from './edit';
import { errorOf, KEY } from './generate';

let standIn: StandIn;
let openai: OpenAI;

beforeAll(async () => {
	standIn = await startStandIn();
	openai = new OpenAI({ apiKey: KEY, baseURL: standIn.url, maxRetries: 0 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** Nothing is drawn: the stand-in refuses with this status once it has found fields and images good. */
const REFUSE = '[[status 418]]';

describe('images of one item', () => {
	/** `data`, `data_1`, ...; each has a width of its own. */
	const numbered = async (count: number) =>
		await Promise.all(
			Array.from({ length: count }, async (_, index) => {
				const name = index === 0 ? 'data' : `data_${index}`;
				return [name, file(await plain(100 + index, 80, '#2a9'))] as const;
			}),
		);

	it('are sent in the order of their numbers by a wildcard, 16 of them', async () => {
		const images = await numbered(16);
		const shuffled = [...images].sort(([a], [b]) =>
			sha256(Buffer.from(a)).localeCompare(sha256(Buffer.from(b))),
		);
		expect(shuffled.map(([name]) => name)).not.toEqual(images.map(([name]) => name));
		const { items, json } = await edit({
			rows: [{ files: Object.fromEntries(shuffled), json: { names: 'data*', prompt: 'All in one' } }],
			standIn,
		});
		expect(json).toHaveLength(1);
		expect(json[0]).toMatchObject({ prompt: 'All in one', endpoint: 'edits', image: { width: 816 } });
		expect(items[0]!.pairedItem).toEqual({ item: 0 });
		expect(standIn.books).toHaveLength(1);
		const inputs = standIn.books[0]!.inputs!;
		expect(inputs.map(({ sha256: sum }) => sum)).toEqual(images.map(([, { bytes }]) => sha256(bytes)));
		expect(new Set(inputs.map(({ field }) => field))).toEqual(new Set(['image[]']));
	});

	it('are refused when there are 17, before anything is sent', async () => {
		const { json } = await edit({
			rows: [{ files: Object.fromEntries(await numbered(17)), json: { names: 'data*' } }],
			standIn,
		});
		expect(errorOf(json[0])).toMatchObject({ type: 'validation_error', attempts: 0, param: 'images' });
		expect(errorOf(json[0]).message).toMatch(/^Item 0: images: 17 images are given\. Allowed .*: 16 images/);
		expect(standIn.books).toEqual([]);
	});

	it('are sent in the order of a list of names, a wildcard among them', async () => {
		const width = async (pixels: number) => file(await plain(pixels, 80, '#29a'));
		await edit({
			rows: [
				{
					files: {
						photo_10: await width(110),
						logo: await width(50),
						photo_2: await width(102),
						photo_1: await width(101),
						other: await width(60),
					},
					json: { names: ' logo , photo_*, other', prompt: REFUSE },
				},
			],
			standIn,
		});
		expect(standIn.books[0]!.inputs!.map((input) => input.width)).toEqual([50, 101, 102, 110, 60]);
	});

	it('may be named by a list that an expression gives', async () => {
		const [a, b] = [file(await plain(70, 80, '#29a')), file(await plain(90, 80, '#29a'))];
		await edit({
			rows: [{ files: { a, b }, json: { names: ['b', 'a'], prompt: REFUSE } }],
			standIn,
		});
		expect(standIn.books[0]!.inputs!.map((input) => input.width)).toEqual([90, 70]);
	});

	it('are named and typed by their bytes, and arrive as they were', async () => {
		const bytes = [
			await plain(120, 80, '#c33', 'webp'),
			await plain(120, 81, '#3c3', 'png'),
			await plain(120, 82, '#33c', 'jpeg'),
		];
		// A node before may have got all of this wrong.
		const wrong = { fileName: 'Bild "1";\r\n.txt', mimeType: 'application/octet-stream' };
		await edit({
			rows: [
				{
					files: Object.fromEntries(bytes.map((one, index) => [`data_${index}`, { ...wrong, bytes: one }])),
					json: { names: 'data_*', prompt: REFUSE },
				},
			],
			standIn,
		});
		expect(standIn.books[0]!.inputs).toEqual(
			[
				['webp', 'webp'],
				['png', 'png'],
				['jpg', 'jpeg'],
			].map(([extension, format], index) => ({
				field: 'image[]',
				fileName: `image_${index + 1}.${extension}`,
				contentType: `image/${format}`,
				bytes: bytes[index]!.length,
				sha256: sha256(bytes[index]!),
				width: 120,
				height: 80 + index,
				source: 'multipart',
			})),
		);
	});
});

it('each item has its own image edited, and leads back to it', async () => {
	const widths = [64, 96, 128, 160, 192];
	const rows = await Promise.all(
		widths.map(async (width, index) => ({
			files: { data: file(await plain(width, 64, '#a29')) },
			json: { prompt: `Picture ${index}`, size: `${1024 + 16 * index}x640` },
		})),
	);
	const { result, items, json } = await edit({ rows, standIn });
	for (const [index, { prompt, size }] of rows.map((row) => row.json).entries()) {
		const entry = standIn.books.find((one) => one.prompt === prompt)!;
		expect(entry.inputs!.map(({ width }) => width)).toEqual([widths[index]]);
		expect(items[index]!.pairedItem).toEqual({ item: index });
		expect(json[index]!.prompt).toBe(prompt);
		const { width, height } = await sharp(await result.binary(items[index]!, 'data')).metadata();
		expect(`${width}x${height}`).toBe(size);
	}
});

/** The official SDK as the oracle: for the same images and parameters it must send what the node sends. */
it('an expression may choose where the images are, and what the others need may be left empty', async () => {
	const { json } = await edit({
		rows: [{ files: { data: file(await plain(64, 64, '#33c')) } }],
		standIn,
		parameters: { imageSource: "={{ 'binary' }}", imageUrls: '', fileIds: '' },
	});
	expect(json[0]!.image).toMatchObject({ width: 816, height: 816 });
});

describe('what the SDK sends is what the node sends', () => {
	type Params = Omit<OpenAI.ImageEditParamsNonStreaming, 'image' | 'mask' | 'markup'>;
	const model = 'gpt-image-2.5-flare';
	const prompt = `${REFUSE} make it night`;

	const expectParity = async (params: Params, count: number, overlay?: 'mask' | 'markup'): Promise<void> => {
		const formats = ['png', 'jpeg', 'webp'] as const;
		const images = await Promise.all(
			Array.from({ length: count }, async (_, index) => {
				const format = formats[index % 3]!;
				return { format, bytes: await plain(300, 200 + 10 * index, '#c33', format) };
			}),
		);
		const hole = await withHole(300, 200, '#000', { left: 10, top: 10, width: 90, height: 90 });

		const uploads = await Promise.all(
			images.map(async ({ format, bytes }, index) => {
				const extension = format === 'jpeg' ? 'jpg' : format;
				return await toFile(bytes, `image_${index + 1}.${extension}`, { type: `image/${format}` });
			}),
		);
		const asked = openai.images.edit({
			...params,
			image: count === 1 ? uploads[0]! : uploads,
			...(overlay && { [overlay]: await toFile(hole, `${overlay}.png`, { type: 'image/png' }) }),
		});
		await expect(asked).rejects.toMatchObject({ status: 418 });
		const expected = standIn.books[0]!;
		standIn.reset();

		// Left out where the SDK is given nothing.
		const none = { size: '', quality: '' };
		const { json } = await edit({
			rows: [
				{
					files: {
						...Object.fromEntries(
							images.map(({ format, bytes }, index) => [`i${index}`, file(bytes, format)]),
						),
						hole: file(hole),
					},
					json: { ...none, ...params, names: 'i*', ...(overlay && { [overlay]: 'hole' }) } as IDataObject,
				},
			],
			standIn,
		});
		expect(errorOf(json[0]).status).toBe(418);
		const sent = standIn.books[0]!;
		expect(sent.body).toEqual(expected.body);
		expect(sent.inputs).toEqual(expected.inputs);
		expect(sent.inputs).toHaveLength(count + (overlay ? 1 : 0));
		expect(sent.endpoint).toBe(expected.endpoint);
		const form = 'multipart/form-data; boundary=';
		expect(sent.headers['content-type']).toContain(form);
		expect(expected.headers['content-type']).toContain(form);
	};

	it.each<[string, Params, number, ('mask' | 'markup')?]>([
		['one image', { model, prompt }, 1],
		['three images', { model, prompt, n: 4 }, 3],
		['sixteen images', { model, prompt }, 16],
		['a mask', { model, prompt }, 1, 'mask'],
		['a mask on the first of several', { model: 'gpt-image-2', prompt }, 2, 'mask'],
		['a markup', { model: 'gpt-image-2.6-sunburst', prompt }, 2, 'markup'],
		['size and quality', { model, prompt, size: '1536x1024', quality: 'max' }, 1],
		['a background', { model, prompt, background: 'transparent', output_format: 'webp' }, 1],
		['moderation', { model, prompt, moderation: 'low' } as Params, 1],
		['compression', { model, prompt, output_format: 'jpeg', output_compression: 0 }, 1],
		['a GIF', { model, prompt, output_format: 'gif', frame_count: 3, frame_duration_ms: 50 } as Params, 1],
		['fidelity', { model: 'gpt-image-1.5', prompt, input_fidelity: 'high' }, 2],
		['words beyond ASCII', { model, prompt: `${prompt} «Füchse» 🦊\n\t"im" \\ Schnee` }, 1],
	])('%s', async (_name, ...row) => {
		await expectParity(...row);
	});
});
