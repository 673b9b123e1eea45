import fc from 'fast-check';
import { readJsonLines, type JsonLine } from '../../engine/batches/jsonLines';
import { PNG } from './world';

const IMAGE = PNG.toString('base64');
const GOOD = { custom_id: '0-0:a:', response: { status_code: 200, body: { data: [{ b64_json: IMAGE }] } } };

/** Good lines, and all that may be wrong with one. */
const RECORDED = [
	`${JSON.stringify(GOOD)}\n`,
	'\n',
	'   \r\n',
	`${JSON.stringify({ ...GOOD, custom_id: '1-0:ä 画 🦊:' })}\r\n`,
	`${JSON.stringify(GOOD).slice(0, -40)}\n`,
	'not JSON at all\n',
	'{"custom_id":"2-0:b:","response":null,"error":{"code":"batch_expired"}}\n',
	`${JSON.stringify({ data: [{ b64_json: '!!!' }] })}\n`,
	JSON.stringify({ last: true }),
].join('');

const seen = (line: JsonLine) =>
	'broken' in line
		? 'broken'
		: {
				document: line.document,
				images: line.images.map((image) => ('bytes' in image ? image.bytes.toString('base64') : 'error')),
			};

async function* inPieces(text: Buffer, cuts: readonly number[]) {
	let from = 0;
	for (const end of [...[...new Set(cuts)].sort((a, b) => a - b), text.length]) {
		yield await Promise.resolve(text.subarray(from, end));
		from = end;
	}
}

async function readCut(text: Buffer, cuts: readonly number[]) {
	const lines: unknown[] = [];
	for await (const line of readJsonLines(inPieces(text, cuts), (one) => one)) lines.push(seen(line));
	return lines;
}

const read = { status_code: 200, body: { data: [{ b64_json: '0' }] } };
const EXPECTED = [
	{ document: { custom_id: '0-0:a:', response: read }, images: [IMAGE] },
	{ document: { custom_id: '1-0:ä 画 🦊:', response: read }, images: [IMAGE] },
	'broken',
	'broken',
	{
		document: { custom_id: '2-0:b:', response: null, error: { code: 'batch_expired' } },
		images: [],
	},
	{ document: { data: [{ b64_json: '0' }] }, images: ['error'] },
	{ document: { last: true }, images: [] },
];

describe("the reader of a batch's result lines", () => {
	const text = Buffer.from(RECORDED);

	it('takes the images out of each line; a broken one spoils itself alone', async () => {
		expect(await readCut(text, [])).toEqual(EXPECTED);
	});

	it('reads the same wherever the file is cut in two', async () => {
		for (let cut = 0; cut <= text.length; cut++) expect(await readCut(text, [cut])).toEqual(EXPECTED);
	});

	it('reads the same in any pieces', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat({ max: text.length })), async (cuts) => {
				expect(await readCut(text, cuts)).toEqual(EXPECTED);
			}),
		);
	});

	it('reads the same byte by byte', async () => {
		const everywhere = Array.from(text, (_, index) => index);
		expect(await readCut(text, everywhere)).toEqual(EXPECTED);
	});

	it('has nothing to say of an empty file', async () => {
		expect(await readCut(Buffer.alloc(0), [])).toEqual([]);
		expect(await readCut(Buffer.from('\n\n'), [1])).toEqual([]);
	});
});
