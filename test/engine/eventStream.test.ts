import fc from 'fast-check';
import { EventStreamReader, type StreamEvent } from '../../engine/responses/eventStream';
import { PNG } from './world';

const KEYS = new Set(['b64_json', 'result', 'partial_image_b64']);
const IMAGE = PNG.toString('base64');

/** As OpenAI writes them, and then all that the standard allows besides. */
const RECORDED = [
	': keep-alive\n\n',
	`event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image","b64_json":"${IMAGE}","partial_image_index":0}\n\n`,
	':\r\n\r\n',
	`event:image_edit.partial_image\r\nid: 7\r\nretry: 100\r\ndata: {"b64_json":\r\ndata: "${IMAGE}",\r\ndata:"partial_image_index":1}\r\n\r\n`,
	`data: {"type":"twice","a":{"result":"${IMAGE}"},"b":{"result":"${IMAGE}"}}\revent: late\r\r`,
	'event: nothing to it\n\n',
	'data\n\n',
	'unknown: field\nno colon at all\ndata: {"text":"ä, 画, \\ud83e\\udd8a, data: x"}\n\n',
	'data: [DONE]\n\n',
	`event: image_generation.completed\ndata: {"b64_json":"${IMAGE}","usage":{"output_tokens":196}}\n\n`,
	'data: {"never":"ends"}',
].join('');

const seen = (events: StreamEvent[]) =>
	events.map(({ name, data, images }) => ({
		name,
		data,
		images: images.map((image) =>
			'bytes' in image ? image.bytes.toString('base64') : image.error.details.code,
		),
	}));

function readCut(text: Buffer, cuts: readonly number[]) {
	const reader = new EventStreamReader(KEYS);
	const events: StreamEvent[] = [];
	let from = 0;
	for (const end of [...[...new Set(cuts)].sort((a, b) => a - b), text.length]) {
		events.push(...reader.push(text.subarray(from, end)));
		from = end;
	}
	return seen(events);
}

const EXPECTED = [
	{
		name: 'image_generation.partial_image',
		data: { type: 'image_generation.partial_image', b64_json: '0', partial_image_index: 0 },
		images: [IMAGE],
	},
	{ name: 'image_edit.partial_image', data: { b64_json: '0', partial_image_index: 1 }, images: [IMAGE] },
	{
		name: 'late',
		data: { type: 'twice', a: { result: '0' }, b: { result: '1' } },
		images: [IMAGE, IMAGE],
	},
	{ name: '', data: { text: 'ä, 画, 🦊, data: x' }, images: [] },
	{
		name: 'image_generation.completed',
		data: { b64_json: '0', usage: { output_tokens: 196 } },
		images: [IMAGE],
	},
];

describe('the reader of event streams', () => {
	const text = Buffer.from(RECORDED);

	it('reads events as the standard says, and takes the images out', () => {
		expect(readCut(text, [])).toEqual(EXPECTED);
	});

	it('reads the same wherever the stream is cut in two', () => {
		for (let cut = 0; cut <= text.length; cut++) expect(readCut(text, [cut])).toEqual(EXPECTED);
	});

	it('reads the same byte by byte', () => {
		expect(
			readCut(
				text,
				Array.from(text, (_, index) => index),
			),
		).toEqual(EXPECTED);
	});

	it('reads the same however the stream is cut, with a byte-order mark and without', () => {
		const marked = Buffer.concat([Buffer.from('\uFEFF'), text]);
		fc.assert(
			fc.property(
				fc.constantFrom(text, marked),
				fc.array(fc.nat({ max: marked.length }), { maxLength: 60 }),
				(stream, cuts) => {
					const within = cuts.filter((cut) => cut <= stream.length);
					expect(readCut(stream, within)).toEqual(EXPECTED);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('reads the same with each way to end a line', () => {
		for (const end of ['\n', '\r', '\r\n']) {
			const lines = Buffer.from(RECORDED.replace(/\r\n|\r|\n/g, end));
			expect(readCut(lines, [])).toEqual(EXPECTED);
		}
	});

	it('says what is no JSON, and never throws anything else', () => {
		const reader = new EventStreamReader(KEYS);
		expect(() => reader.push(Buffer.from('data: {"b64_json":"AAAA\n\n'))).toThrow(
			expect.objectContaining({ kind: 'invalid_response' }),
		);
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'data:event \n\r{}"\\') }), (noise) => {
				try {
					new EventStreamReader(KEYS).push(Buffer.from(noise));
				} catch (error) {
					expect(error).toMatchObject({ kind: 'invalid_response' });
				}
			}),
		);
	});

	it('takes the secrets out of what is not an image', () => {
		const reader = new EventStreamReader(KEYS, (part) => part.replaceAll('sk-secret', 'X'));
		const [event] = reader.push(Buffer.from('data: {"message":"sk-secret"}\n\n'));
		expect(event?.data).toEqual({ message: 'X' });
	});
});
