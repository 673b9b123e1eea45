/**
 * `npm run bench:compare`: images by this package's node beside n8n's own OpenAI node, n8n's HTTP Request node and a plain
 * script, against the same server. See README.md beside this file.
 */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { N8n } from '../host/n8n';
import { comparePlot } from './compare-plot';
import { runScript, runWorkflow, type Run } from './compare-run';
import { caseName, compareTable, figuresOf, type Case, type CompareSample } from './compare-table';
import { compareWorkflow, credentials, KINDS, type Kind, type Setting } from './compare-workflows';
import { DELAYS, delaysOf, idealMs, mostInFlight } from './delays';
import { startSeparateStandIn, type SeparateStandIn } from './separate-stand-in';

const { values: options } = parseArgs({
	options: {
		/** Numbers of images, separated by commas. */
		images: { type: 'string', default: '24,200' },
		/** What an image weighs, in 1,000,000 bytes, separated by commas. */
		mb: { type: 'string', default: '0.1,2' },
		/** `fixed`, `spread` or both. */
		delay: { type: 'string', default: DELAYS.join() },
		/** How long the server takes for an image on average, milliseconds. */
		'delay-ms': { type: 'string', default: '500' },
		/** Requests in flight, where there is a choice. n8n's own OpenAI node has one. */
		concurrency: { type: 'string', default: '8' },
		/** Runs of each; table and plot have their medians. */
		repeat: { type: 'string', default: '3' },
		/** Which of `builtin`, `http`, `script`, `plainest`, `ours`. */
		with: { type: 'string', default: Object.keys(KINDS).join() },
		/** Where the plot goes. */
		plot: { type: 'string', default: join(__dirname, 'compare.svg') },
		/** A packed package, instead of building one. */
		tarball: { type: 'string' },
	},
});

/** Where images are stored, and what makes them. */
interface Bench {
	n8n: N8n;
	standIn: SeparateStandIn;
	storage: string;
}

const concurrency = Number(options.concurrency);
const meanDelayMs = Number(options['delay-ms']);
const say = (line: string) => console.error(line);

async function main() {
	const kinds = listed(options.with, Object.keys(KINDS) as Kind[]);
	const delays = listed(options.delay, DELAYS);
	const [numbers, sizes] = [options.images, options.mb].map((list) => list.split(',').map(Number));
	const storage = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const n8n = await N8n.prepare({
		env: {
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_STORAGE_PATH: storage,
			N8N_CUSTOM_EXTENSIONS: join(__dirname, 'plainest'),
		},
		tarball: options.tarball,
		progress: say,
	});
	const samples: CompareSample[] = [];
	try {
		for (const mb of sizes ?? []) {
			// It pads to one size from its start to its end.
			const standIn = await startSeparateStandIn({
				delayMs: 0,
				imageBytes: mb * 1e6,
				provider: 'compatible',
			});
			try {
				await n8n.importCredentials(credentials({ apiKey: standIn.key, baseUrl: standIn.url }));
				for (let round = 1; round <= Number(options.repeat); round++) {
					for (const images of numbers ?? []) {
						for (const delay of delays) {
							const taken = await sampleEach({ n8n, standIn, storage }, { images, mb, delay }, kinds);
							samples.push(...taken);
						}
					}
				}
			} finally {
				await standIn.close();
			}
		}
	} finally {
		await n8n.remove();
		await rm(storage, { recursive: true, force: true });
	}
	const figures = figuresOf(samples.sort((a, b) => a.mb - b.mb || a.images - b.images));
	await writeFile(options.plot, comparePlot(figures));
	console.log(`${cpus().length} cores, concurrency ${concurrency}, ${meanDelayMs} ms an image\n`);
	console.log(compareTable(figures));
}

/** All kinds one after the other, so that what else the machine does meets all of them alike. */
async function sampleEach(bench: Bench, which: Case, kinds: readonly Kind[]): Promise<CompareSample[]> {
	const { n8n, standIn } = bench;
	const delays = delaysOf(which.delay, which.images, meanDelayMs);
	const prompts = delays.map((ms, index) => `A red fox, number ${index} [[delay ${ms}]]`);
	const setting = (id: string): Setting => ({ id, prompts, concurrency, meanDelayMs });
	const server = { apiKey: standIn.key, baseUrl: standIn.url };
	const inN8n = ['idle', ...kinds.filter((kind) => kind !== 'script')] as const;
	await n8n.importWorkflows(inN8n.map((kind) => compareWorkflow(kind, setting(kind), server)));
	const idle = {
		n8n: (await runWorkflow(n8n, 'idle')).peakBytes,
		script: (
			await inFolder(
				bench,
				async (folder) => await runScript(n8n, folder, { prompts: [], concurrency }, server),
			)
		).peakBytes,
	};
	const samples: CompareSample[] = [];
	for (const kind of kinds) {
		await standIn.reset();
		const taken = await inFolder(bench, async (folder) => {
			const run = await (
				kind === 'script' ? runScript(n8n, folder, setting(kind), server) : runWorkflow(n8n, kind)
			).catch(outOfMemory);
			return run && { run, mb: await weightOf(folder, which) };
		});
		if (!taken) {
			say(`${caseName(which)}, ${KINDS[kind]}: out of memory`);
			continue;
		}
		const { run, mb } = taken;
		const sample = await sampleOf(run, mb, kind, idle[kind === 'script' ? 'script' : 'n8n']);
		samples.push(sample);
		const { ms, mostInFlight: most, peakBytes, idleBytes, cpuMs } = sample;
		say(
			`${caseName(sample)}, ${KINDS[kind]}: ${ms} ms of ${sample.idealMs}, ${most} in flight, ` +
				`${Math.round((peakBytes - idleBytes) / 1e6)} MB above idle, CPU ${cpuMs} ms`,
		);
	}
	return samples;

	async function sampleOf({ ms, cpuMs, peakBytes }: Run, mb: number, kind: Kind, idleBytes: number) {
		const books = (await standIn.books()).filter(({ status }) => status === 200);
		if (books.length !== which.images) {
			throw new Error(`${KINDS[kind]}: of ${which.images} images the server made ${books.length}.`);
		}
		const ideal = idealMs(delays, concurrency);
		return {
			...which,
			mb,
			kind,
			ms,
			cpuMs,
			peakBytes,
			idleBytes,
			idealMs: ideal,
			mostInFlight: mostInFlight(books),
		};
	}
}

/** A process that needs more memory than Node.js gives it is a result, too. @throws any other error */
function outOfMemory(error: Error): undefined {
	if (!error.message.includes('heap out of memory')) throw error;
}

/** Does something with the folder in which images are stored, and empties it: they are gigabytes otherwise. */
async function inFolder<T>({ storage }: Bench, work: (folder: string) => Promise<T>): Promise<T> {
	await mkdir(storage, { recursive: true });
	try {
		return await work(storage);
	} finally {
		await rm(storage, { recursive: true, force: true });
	}
}

/**
 * What an image weighs, in 1,000,000 bytes to one decimal: a picture that is larger than asked for as it is drawn stays so.
 * @throws Error where images are missing, or not kept at their full size
 */
async function weightOf(folder: string, { images, mb }: Case): Promise<number> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const sizes = await Promise.all(
		entries
			.filter((entry) => entry.isFile())
			.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
	);
	const whole = sizes.filter((size) => size >= 0.9 * mb * 1e6);
	if (whole.length !== images) throw new Error(`Of ${images} images ${whole.length} were kept whole.`);
	return Math.round(whole.reduce((sum, size) => sum + size, 0) / images / 1e5) / 10;
}

/** @throws Error for a word that is none of these */
function listed<Word extends string>(list: string, words: readonly Word[]): Word[] {
	return list.split(',').map((given) => {
		const word = words.find((one) => one === given);
		if (word === undefined) throw new Error(`"${given}" is none of ${words.join(', ')}.`);
		return word;
	});
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
