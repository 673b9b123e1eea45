/**
 * `npm run bench`: what edits of 5 MB images take of memory and time in a real n8n, by this package's node and by n8n's own.
 * See README.md beside this file.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { N8n } from '../host/n8n';
import { ROOT } from '../host/package-under-test';
import { startStandIn, type StandIn } from '../test/stand-in';
import { measure } from './memory';
import { drawSources } from './sources';
import { resultTable, type Sample } from './table';
import { credentials, EDIT, editWorkflow, KINDS, type Kind } from './workflows';

/** How long the server takes for an image, milliseconds; the real one takes 20 s and more, which nobody would wait for. */
const DELAY_MS = 250;
/** An answer's picture, bytes. */
const ANSWER_BYTES = 2_000_000;

const { values: options } = parseArgs({
	options: {
		/** Numbers of edits, separated by commas. */
		edits: { type: 'string', default: '25,100,200' },
		/** Requests in flight of this package's node. n8n's own has one. */
		concurrency: { type: 'string', default: '4' },
		/** Runs of each; the table has their medians. */
		repeat: { type: 'string', default: '3' },
		/** A packed package, instead of building one. */
		tarball: { type: 'string' },
	},
});

async function main() {
	const say = (line: string) => console.error(line);
	const concurrency = Number(options.concurrency);
	const numbers = options.edits.split(',').map(Number);
	const sources = await drawSources(join(ROOT, 'out', 'bench'));
	const standIn = await startStandIn({
		provider: 'compatible',
		delayMs: DELAY_MS,
		imageBytes: ANSWER_BYTES,
	});
	const storage = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const n8n = await N8n.prepare({
		allowedFolders: [join(ROOT, 'out', 'bench')],
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_STORAGE_PATH: storage },
		tarball: options.tarball,
		progress: say,
	});
	try {
		await n8n.importCredentials(credentials(standIn.key, standIn.url));
		const filesOf = (edits: number) =>
			Array.from({ length: edits }, (_, index) => sources[index % sources.length] as string);
		await n8n.importWorkflows(
			numbers.flatMap((edits) => KINDS.map((kind) => editWorkflow(kind, filesOf(edits), concurrency))),
		);
		const samples: Sample[] = [];
		// Kinds by turns, so that what else the machine does meets all of them alike.
		for (let round = 1; round <= Number(options.repeat); round++) {
			for (const edits of numbers) {
				for (const kind of KINDS) {
					const sample = await sampleOf(n8n, standIn, kind, edits, filesOf(edits));
					samples.push(sample);
					// Gigabytes otherwise.
					await rm(storage, { recursive: true });
					say(
						`Round ${round}, ${edits} edits, ${kind}: peak ${Math.round(sample.peakBytes / 1e6)} MB` +
							(kind === 'none' ? '' : `, ${(sample.editMs / 1000).toFixed(1)} s`),
					);
				}
			}
		}
		console.log(`${cpus().length} cores, Node.js ${process.version} (server), concurrency ${concurrency}\n`);
		console.log(resultTable(samples));
	} finally {
		await n8n.remove();
		await rm(storage, { recursive: true, force: true });
		await standIn.close();
	}
}

/** @throws Error where an edit failed, or an image did not arrive as it lies on the disk */
async function sampleOf(
	n8n: N8n,
	standIn: StandIn,
	kind: Kind,
	edits: number,
	files: readonly string[],
): Promise<Sample> {
	standIn.reset();
	const { run, peakBytes } = await measure(n8n, `${kind}-${edits}`);
	const { runData, error } = run.data.resultData;
	if (error) throw new Error(`${kind} failed: ${error.message}`);
	if (kind === 'none') return { kind, edits, peakBytes, editMs: 0 };

	const task = runData[EDIT]?.[0];
	const items = task?.data?.main?.[0] ?? [];
	if (!task || items.length !== edits || items.some(({ binary }) => binary === undefined)) {
		throw new Error(`${kind} made ${items.length} items of ${edits}`);
	}
	const sent = standIn.books.map(({ inputs }) => inputs?.[0]?.sha256 ?? '').sort();
	const expected = (await Promise.all(files.map(sha256))).sort();
	if (sent.join() !== expected.join()) throw new Error(`${kind} did not send the images as they are`);
	return { kind, edits, peakBytes, editMs: task.executionTime };
}

async function sha256(path: string): Promise<string> {
	return createHash('sha256')
		.update(await readFile(path))
		.digest('hex');
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
