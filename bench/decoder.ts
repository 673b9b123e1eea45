/**
 * `npm run bench:decoder`: how fast the engine reads images out of JSON that arrives in pieces, beside what a plain program
 * does. See README.md beside this file.
 */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { readJsonLines } from '../engine/batches/jsonLines';
import { likelyBytes } from '../engine/responses/capacity';
import { IMAGES_API_KEYS, JsonImageReader } from '../engine/responses/jsonImages';
import { SpareBuffers } from '../engine/responses/spareBuffers';
import { median } from './table';

/** As large as Node.js hands over what arrives from the network. */
const PIECE_BYTES = 64 * 1024;
/** Lines of a file of results. */
const LINES = 16;

const { values: options } = parseArgs({
	options: {
		/** What an image weighs, in 1,000,000 bytes, separated by commas. */
		mb: { type: 'string', default: '0.1,2,8' },
		/** What is read in each round, in 1,000,000 bytes of images. */
		total: { type: 'string', default: '256' },
		/** Rounds; the table has their medians. */
		rounds: { type: 'string', default: '7' },
	},
});

/** One way to the images of documents that have arrived in pieces. @returns the last image, for a look at it */
interface Way {
	name: string;
	/** Documents read at a time. */
	documents: number;
	read: (pieces: readonly Buffer[]) => Promise<Buffer>;
}

const spare = new SpareBuffers();

const whole: Way[] = [
	{
		name: 'JsonImageReader',
		documents: 1,
		async read(pieces) {
			const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
			const reader = new JsonImageReader(
				IMAGES_API_KEYS,
				likelyBytes({ 'content-length': String(length) }, 1),
			);
			const found = pieces.flatMap((piece) => reader.push(piece));
			reader.end();
			return bytesOf(found[0]);
		},
	},
	{
		name: 'JsonImageReader, spare buffers',
		documents: 1,
		async read(pieces) {
			const reader = new JsonImageReader(IMAGES_API_KEYS, undefined, spare);
			const found = pieces.flatMap((piece) => reader.push(piece));
			reader.end();
			const bytes = bytesOf(found[0]);
			spare.give(bytes);
			return bytes;
		},
	},
	{
		name: 'JSON.parse, Buffer.from',
		documents: 1,
		async read(pieces) {
			return plain(Buffer.concat(pieces).toString('utf8'));
		},
	},
];

const lines: Way[] = [
	{
		name: 'readJsonLines',
		documents: LINES,
		async read(pieces) {
			let last: Buffer | undefined;
			for await (const line of readJsonLines(arriving(pieces), (text) => text, spare)) {
				if ('broken' in line) throw new Error('A line is broken.');
				last = bytesOf(line.images[0]);
				spare.give(last);
			}
			return bytesOf(last && { bytes: last });
		},
	},
	{
		name: 'split, JSON.parse, Buffer.from',
		documents: LINES,
		async read(pieces) {
			const text = Buffer.concat(pieces).toString('utf8');
			const images = text
				.split('\n')
				.filter((line) => line !== '')
				.map(plain);
			return bytesOf(images.length > 0 ? { bytes: images[images.length - 1] as Buffer } : undefined);
		},
	},
];

async function main() {
	const rows: string[][] = [];
	for (const mb of options.mb.split(',').map(Number)) {
		const image = randomBytes(Math.round(mb * 1e6));
		const text = JSON.stringify({
			created: 1,
			data: [{ b64_json: image.toString('base64') }],
			usage: { input_tokens: 9, output_tokens: 439, total_tokens: 448 },
		});
		const one = cut(Buffer.from(text));
		const many = cut(Buffer.from(`${text}\n`.repeat(LINES)));
		for (const way of [...whole, ...lines]) {
			const pieces = way.documents === 1 ? one : many;
			if (!(await way.read(pieces)).equals(image)) throw new Error(`${way.name} spoils the image.`);
			rows.push([String(mb), way.name, ...(await speedOf(way, pieces, image.length))]);
		}
	}
	console.log(`${cpus().length} cores, Node.js ${process.version}\n`);
	const head = ['image, MB', 'with', 'MB/s', 'CPU, ms/MB'];
	const marks = ['---:', '---', '---:', '---:'];
	console.log([head, marks, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
}

/** In 1,000,000 bytes of images a second, and CPU time (collecting garbage included) for as many. */
async function speedOf({ documents, read }: Way, pieces: readonly Buffer[], imageBytes: number) {
	const times = Math.max(1, Math.round((Number(options.total) * 1e6) / (imageBytes * documents)));
	const mb = (times * documents * imageBytes) / 1e6;
	const rounds: Array<{ ms: number; cpuMs: number }> = [];
	for (let round = 0; round < Number(options.rounds); round++) {
		const [begun, used] = [performance.now(), process.cpuUsage()];
		for (let time = 0; time < times; time++) await read(pieces);
		const { user, system } = process.cpuUsage(used);
		rounds.push({ ms: performance.now() - begun, cpuMs: (user + system) / 1000 });
	}
	return [
		((mb * 1000) / median(rounds.map(({ ms }) => ms))).toFixed(0),
		(median(rounds.map(({ cpuMs }) => cpuMs)) / mb).toFixed(2),
	];
}

function plain(text: string): Buffer {
	const { data } = JSON.parse(text) as { data: Array<{ b64_json: string }> };
	return Buffer.from(data[0]?.b64_json ?? '', 'base64');
}

function cut(bytes: Buffer): Buffer[] {
	return Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, index) =>
		bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
	);
}

async function* arriving(pieces: readonly Buffer[]) {
	yield* pieces;
}

function bytesOf(found: ReturnType<JsonImageReader['push']>[number] | undefined): Buffer {
	if (!found || 'error' in found) throw new Error('No image was found.');
	return found.bytes;
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
