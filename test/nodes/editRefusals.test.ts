import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { pad } from '../stand-in/drawing/padding';
import { plain, sha256, withHole } from '../stand-in/harness';
import type { SourceRow } from './edit';
import { edit, file, variation } from './edit';
import { errorOf } from './generate';

const MB = 1024 * 1024;

let standIn: StandIn;
let photo: Buffer;
let hole: Buffer;

beforeAll(async () => {
	standIn = await startStandIn();
	photo = await plain(120, 80, '#c33');
	hole = await withHole(120, 80, '#000', { left: 10, top: 10, width: 30, height: 30 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const good = (prompt: string): SourceRow => ({ files: { data: file(photo) }, json: { prompt } });

/** Between two good items, the bad one is refused before anything of it is sent, and the others are as they would be. */
async function refusalOf(bad: SourceRow, node = edit): Promise<string> {
	const rows = [
		good('the first'),
		{ ...bad, json: { prompt: 'the bad one', ...bad.json } },
		good('the last'),
	];
	const { items, json } = await node({ rows, standIn });
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	for (const index of [0, 2]) {
		expect(json[index]!.error).toBeUndefined();
		expect(json[index]!.image).toMatchObject({ width: 816, height: 816 });
	}
	expect(standIn.books).toHaveLength(2);
	for (const { inputs, status } of standIn.books) {
		expect(status).toBe(200);
		expect(inputs!.map((input) => input.sha256)).toEqual([sha256(photo)]);
	}
	const error = errorOf(json[1]);
	expect(error).toMatchObject({
		type: 'validation_error',
		code: 'invalid_value',
		status: null,
		request_id: null,
		retryable: false,
		attempts: 0,
	});
	return error.message;
}

it.each<[string, () => Promise<SourceRow> | SourceRow, RegExp]>([
	[
		'a mask of another size',
		async () => ({
			files: {
				data: file(photo),
				hole: file(await withHole(121, 80, '#000', { left: 1, top: 1, width: 9, height: 9 })),
			},
			json: { mask: 'hole' },
		}),
		/^Item 1: mask: Binary property "hole" is 121x80 pixels, the first image 120x80\. .*same size/,
	],
	[
		'a mask without alpha',
		() => ({ files: { data: file(photo), hole: file(photo) }, json: { mask: 'hole' } }),
		/^Item 1: mask: Binary property "hole" has no transparency/,
	],
	[
		'a mask that is no PNG, whatever it says',
		async () => ({
			files: {
				data: file(photo),
				hole: { ...file(await plain(120, 80, '#000', 'jpeg')), fileName: 'mask.png', mimeType: 'image/png' },
			},
			json: { mask: 'hole' },
		}),
		/^Item 1: mask: Binary property "hole" is a jpeg image\. It must be a png/,
	],
	[
		'a mask of 4 MB',
		() => ({
			files: { data: file(photo), hole: file(pad(hole, 'png', 4 * MB)) },
			json: { mask: 'hole' },
		}),
		/^Item 1: mask: Binary property "hole" has 4 MB\. Allowed: less than 4 MB/,
	],
	[
		'a mask that is missing',
		() => ({ files: { data: file(photo) }, json: { mask: 'hole' } }),
		/^Item 1: mask: There is no binary property "hole"\. The item has data\./,
	],
	[
		'a text named .png',
		() => ({
			files: {
				data: { bytes: Buffer.from('I am a picture, honestly.'), fileName: 'a.png', mimeType: 'image/png' },
			},
		}),
		/^Item 1: images: Binary property "data" is no png, jpeg, webp or gif image, whatever its name or type say/,
	],
	[
		'a long text named .png',
		() => ({
			files: {
				data: { bytes: Buffer.alloc(MB, 'I am a picture. '), fileName: 'a.png', mimeType: 'image/png' },
			},
		}),
		/is no png, jpeg, webp or gif image/,
	],
	[
		'a GIF',
		async () => ({ files: { data: file(await plain(120, 80, '#c33', 'gif'), 'gif') } }),
		/^Item 1: images: Binary property "data" is a gif image\. Allowed .*: png, jpeg, webp/,
	],
	[
		'51 MB',
		() => ({ files: { data: file(pad(photo, 'png', 51 * MB)) } }),
		/^Item 1: images: Binary property "data" has 51 MB\. Allowed: less than 50 MB/,
	],
	[
		'an empty binary',
		() => ({ files: { data: file(Buffer.alloc(0)) } }),
		/^Item 1: images: Binary property "data" is empty/,
	],
	[
		'an item without binary data',
		() => ({}),
		/^Item 1: images: There is no binary property "data"\. The item has none/,
	],
	[
		'a property that is missing',
		() => ({ files: { data: file(photo) }, json: { names: 'data, nope' } }),
		/^Item 1: images: There is no binary property "nope"\. The item has data\./,
	],
	[
		'a wildcard that fits nothing',
		() => ({ files: { data: file(photo) }, json: { names: 'photo_*' } }),
		/^Item 1: images: No binary property matches "photo_\*"\. The item has data/,
	],
	[
		'the bad one of two images by its name',
		() => ({
			files: { data: file(photo), logo: file(Buffer.from('no')) },
			json: { names: 'data,logo' },
		}),
		/^Item 1: images: Binary property "logo" is no png/,
	],
	[
		'mask and markup together',
		() => ({
			files: { data: file(photo), hole: file(hole) },
			json: { mask: 'hole', markup: 'hole' },
		}),
		/^Item 1: markup: A mask and a markup do not go together\. Leave one of them out/,
	],
	[
		'a markup before 2.5',
		() => ({
			files: { data: file(photo), notes: file(hole) },
			json: { markup: 'notes', model: 'gpt-image-2' },
		}),
		/^Item 1: markup: gpt-image-2 takes no markup\. .*gpt-image-2\.5-flare/,
	],
	[
		'a mask for a GIF',
		() => ({
			files: { data: file(photo), hole: file(hole) },
			json: { mask: 'hole', output_format: 'gif' },
		}),
		/^Item 1: mask: A mask does not go with the output format gif/,
	],
	[
		'an SVG',
		() => ({ files: { data: file(photo) }, json: { output_format: 'svg' } }),
		/^Item 1: output_format: "svg" is not possible .*for edits\. Allowed: png, jpeg, webp, gif\./,
	],
	[
		'fidelity with a newer model',
		() => ({ files: { data: file(photo) }, json: { input_fidelity: 'high' } }),
		/^Item 1: input_fidelity: gpt-image-2\.5-flare does not have this parameter/,
	],
	[
		'high fidelity with mini',
		() => ({
			files: { data: file(photo) },
			json: { input_fidelity: 'high', model: 'gpt-image-1-mini', size: '1024x1024' },
		}),
		/^Item 1: input_fidelity: "high" is not possible with gpt-image-1-mini for edits\. Allowed: low/,
	],
	[
		'an empty prompt',
		() => ({ files: { data: file(photo) }, json: { prompt: ' ' } }),
		/^Item 1: prompt: The prompt is empty/,
	],
	[
		'an image source that does not exist',
		() => ({ files: { data: file(photo) }, json: { source: 'clipboard' } }),
		/^Item 1: imageSource: "clipboard" is none of binary, url, fileId/,
	],
])('%s is refused', async (_what, row, message) => {
	expect(await refusalOf(await row())).toMatch(message);
});

it('a variation refuses its images likewise', async () => {
	expect(await refusalOf({ files: { data: file(Buffer.from('no')) } }, variation)).toMatch(/is no png/);
	standIn.reset();
	expect(await refusalOf({ files: { data: file(photo) }, json: { strength: 'wild' } }, variation)).toMatch(
		/^Item 1: strength: "wild" is not possible\. Allowed: subtle, moderate, strong/,
	);
});

it('ends the run before anything is sent, with On Error: Stop', async () => {
	const { result } = await edit({
		rows: [good('the first'), { files: { data: file(Buffer.alloc(0)) } }, good('the last')],
		standIn,
		onError: 'stopWorkflow',
	});
	expect(result.run.status).toBe('error');
	expect(result.error!.message).toMatch(/^Item 1: images: Binary property "data" is empty/);
	expect(result.error!.description).toMatch(/No image had been paid for/);
	expect(standIn.books).toEqual([]);
});

it('goes to the error output, with its reason', async () => {
	const { result } = await edit({
		rows: [good('the first'), { files: { data: file(Buffer.alloc(0)) } }],
		standIn,
		onError: 'continueErrorOutput',
	});
	expect(result.items('Node', 0)).toHaveLength(1);
	const [failed, ...others] = result.items('Node', 1);
	expect(others).toEqual([]);
	expect(failed).toMatchObject({ pairedItem: { item: 1 }, json: { error: { code: 'invalid_value' } } });
});
