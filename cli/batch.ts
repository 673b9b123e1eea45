import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { nanoUsd } from '../engine/costs/money';
import { totalOf } from '../engine/costs/price';
import { FileNames } from '../engine/jobs/fileNames';
import type { JobOutcome } from '../engine/jobs/outcome';
import { counted, money } from '../engine/reports/figures';
import type { RunRecord } from '../engine/reports/record';
import type { Transport } from '../engine/requests/wire';
import { Paces } from '../engine/runner/paces';
import { stopOf } from '../engine/reports/stop';
import { runJobs } from '../engine/runner/run';
import type { RunSettings } from '../engine/runner/settings';
import { bookedTransport } from './bookedTransport';
import { clock } from './clock';
import { countEarlier, nameEarlier, takeEarlier, type EarlierImages } from './earlier';
import { ImageFiles, type ImageFile } from './imageFiles';
import type { CommandJob } from './jobs';
import { Journal, readJournal, type JobEntries } from './journal';
import { shownPath, type OutputFolder } from './outputFolder';
import { sweepParts } from './parts';
import { reportedJob, type JobResult } from './record';
import { runJob, wholeIndex, type RunJob } from './runJob';
import { UsageError } from './usageError';

/** A batch that may be run. */
export interface Batch {
	jobs: readonly CommandJob[];
	settings: RunSettings;
	/** Made already, and kept to this run. */
	folder: OutputFolder;
	/** Whether to go on with what lies in the folder (`resume`), or to leave it aside (`scratch`). */
	earlier: 'resume' | 'scratch' | 'ask';
	warnings: readonly string[];
	transport: Transport;
	/** Aborted when the user cancels. */
	signal: AbortSignal;
	/** Takes a line on how far the run is. */
	say(line: string): void;
}

const NOTHING: EarlierImages = { images: [] };

/**
 * Makes a batch's images, each kept in the folder the moment it is there.
 * @throws UsageError where an earlier run of the same jobs is not done, and nobody said what is to become of it
 */
export async function runBatch(batch: Batch): Promise<RunRecord<ImageFile>> {
	const { jobs, settings, folder, transport, signal, say } = batch;
	const startedAt = clock.now();
	const entries = await readJournal(folder.path);
	if (batch.earlier === 'ask') await refuseUnfinished(batch, entries);
	const journal = await Journal.open(folder.path);
	try {
		const names = new FileNames(jobs, startedAt);
		const files = new ImageFiles(
			folder.path,
			journal,
			(job, index, format) => {
				const which = wholeIndex(job as RunJob, index);
				const { whole } = job as RunJob;
				return { job: whole.fingerprint, index: which, name: names.nameOf(whole, which, format) };
			},
			(file, bytes) => say(`${shownPath(folder, file)} (${Math.ceil(bytes / 1024)} KB)`),
		);
		const run = randomUUID();
		const results = await begin(batch, entries, { files, journal, run });
		const toRun = results
			.map(({ job, earlier }) => runJob(job, new Set(earlier.images.map(({ index }) => index))))
			.filter(({ missing }) => missing.length > 0);
		const paces = new Paces(clock);
		const outcomes = await runJobs(toRun, settings, {
			enterPace: (model, imagesPerMinute) => paces.enter('', model, imagesPerMinute),
			transport: bookedTransport(transport, journal, toRun),
			clock,
			store: files,
			signal,
			onProgress: ({ requests, done, images }) =>
				say(`${done} of ${counted(requests, 'request')} done, ${counted(images, 'image')}`),
		});
		const made = new Map(outcomes.map((outcome) => [(outcome.job as RunJob).whole, outcome]));
		return await recordOf(batch, results, made, startedAt);
	} finally {
		await journal.close();
	}
}

/** Takes over what is there, and tells the journal of the jobs that are begun anew. */
async function begin(
	{ jobs, folder, earlier, say }: Batch,
	entries: ReadonlyMap<string, JobEntries>,
	{ files, journal, run }: { files: ImageFiles; journal: Journal; run: string },
): Promise<JobResult[]> {
	const known = (job: CommandJob) => (earlier === 'resume' ? entries.get(job.fingerprint) : undefined);
	const anew = jobs.filter((job) => !known(job)).map(({ fingerprint }) => fingerprint);
	for (const fingerprint of anew) {
		const aside = entries.get(fingerprint);
		if (aside) await nameEarlier(folder.path, aside, files);
	}
	if (anew.length > 0)
		await journal.tell({ kind: 'begin', run, at: new Date(clock.now()).toISOString(), jobs: anew });
	const results: JobResult[] = [];
	for (const job of jobs) {
		const left = known(job);
		results.push({
			job,
			run: left?.run ?? run,
			earlier: left ? await takeEarlier(folder.path, job, left, files) : NOTHING,
		});
	}
	const ours = new Set(jobs.map(({ fingerprint }) => fingerprint));
	const others = [...entries].filter(([fingerprint]) => !ours.has(fingerprint));
	const needed = others.flatMap(([, { images }]) => [...images.values()].map(({ part }) => part));
	const folders = jobs.map((job) => posix.join(job.folder ?? '', '.'));
	await sweepParts(folder.path, folders, new Set(needed));
	if (earlier === 'resume') {
		const [there, wanted] = [countOf(results), jobs.reduce((sum, { n }) => sum + n, 0)];
		say(`${there} of ${wanted} images are there from an earlier run.`);
	}
	return results;
}

function countOf(results: readonly JobResult[]): number {
	return results.reduce((sum, { earlier }) => sum + earlier.images.length, 0);
}

/** Who asks twice for the same thing is about to pay twice for the part that is there. */
async function refuseUnfinished(
	{ jobs, folder }: Batch,
	entries: ReadonlyMap<string, JobEntries>,
): Promise<void> {
	let [there, wanted] = [0, 0];
	for (const job of jobs) {
		const left = entries.get(job.fingerprint);
		wanted += job.n;
		there += left ? await countEarlier(folder.path, job, left) : 0;
	}
	if (there === 0 || there === wanted) return;
	throw new UsageError(
		`Nothing was sent. ${there} of these ${wanted} images are in ${folder.path} from an earlier run. ` +
			'To make what is missing, add --resume; to make all of them anew, --from-scratch.',
	);
}

async function recordOf(
	{ settings, folder, warnings }: Batch,
	results: readonly JobResult[],
	made: ReadonlyMap<CommandJob, JobOutcome<ImageFile>>,
	startedAt: number,
): Promise<RunRecord<ImageFile>> {
	const jobs = [];
	for (const result of results) {
		const outcome = made.get(result.job);
		const whole = outcome ? { ...result, made: outcome } : result;
		jobs.push(await reportedJob(whole, (file) => shownPath(folder, file)));
	}
	const stoppedBecause = stopOf(jobs.map(({ outcome }) => outcome));
	return {
		jobs,
		startedAt,
		finishedAt: clock.now(),
		concurrency: settings.concurrency,
		warnings: [...warnings, ...ofEarlierRuns(results)],
		...(stoppedBecause ? { stoppedBecause } : {}),
	};
}

/** The summary is the whole batch's, so it says what of it was paid before. */
function ofEarlierRuns(results: readonly JobResult[]): string[] {
	const bills = results.flatMap(({ earlier }) => [
		...earlier.images.map(({ cost }) => cost),
		...(earlier.loss ? [earlier.loss.cost] : []),
	]);
	if (bills.length === 0) return [];
	const known = bills.map(totalOf).filter((total) => total !== null);
	const sum = money(known.reduce((all, total) => all + total, nanoUsd(0)));
	const atLeast = known.length < bills.length ? 'at least ' : '';
	const there = countOf(results);
	const images = there === 1 ? '1 image is' : `${counted(there, 'image')} are`;
	return [`${images} of an earlier run, which paid ${atLeast}${sum} of the total.`];
}
