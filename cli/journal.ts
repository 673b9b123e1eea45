import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cost } from '../engine/costs/price';
import type { Usage } from '../engine/costs/usage';
import { UsageError } from './usageError';

/** The journal's name, in the folder of the images. */
export const JOURNAL = 'batch-journal.jsonl';

/** These jobs are begun anew: what was said of them before holds no more. */
export interface BeginLine {
	kind: 'begin';
	/** The run's own. */
	run: string;
	/** ISO 8601, UTC. */
	at: string;
	/** Fingerprints. */
	jobs: readonly string[];
}

/** An image has arrived. It is whole in its part file, or under its name. */
export interface ImageLine {
	kind: 'image';
	/** The fingerprint of its job. */
	job: string;
	/** Which of the job's images, from 0. */
	index: number;
	/** Below the folder, with forward slashes. */
	file: string;
	/** Where it lies until it has its name; likewise. */
	part: string;
	bytes: number;
	/** Hexadecimal. */
	sha256: string;
}

/** An answer has ended. It brought so many images, and this is what it cost. */
export interface BillLine {
	kind: 'bill';
	/** The fingerprint of its job. */
	job: string;
	images: number;
	usage: Usage | null;
	/** In nano-dollars. */
	cost: Cost;
	requestId: string | null;
}

export type JournalLine = BeginLine | ImageLine | BillLine;

/** What a journal says of one job. */
export interface JobEntries {
	/** The run that began it. */
	run: string;
	/** By the image's index; of several lines for one the last. */
	images: Map<number, ImageLine>;
	/** In the order of the answers. */
	bills: BillLine[];
}

/**
 * Reads a folder's journal: by fingerprint, what there is of the run that began the job last. Lines that are no lines
 * of a journal are passed over: the last one may be torn.
 * @throws UsageError where it is there and cannot be read
 */
export async function readJournal(folder: string): Promise<Map<string, JobEntries>> {
	const jobs = new Map<string, JobEntries>();
	for (const line of (await textOf(join(folder, JOURNAL))).split('\n')) {
		const entry = parse(line);
		if (entry?.kind === 'begin') {
			for (const job of entry.jobs) jobs.set(job, { run: entry.run, images: new Map(), bills: [] });
		} else if (entry?.kind === 'image') jobs.get(entry.job)?.images.set(entry.index, entry);
		else if (entry?.kind === 'bill') jobs.get(entry.job)?.bills.push(entry);
	}
	return jobs;
}

async function textOf(path: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw unusable(path, error);
	}
}

/** Nothing was sent yet. */
function unusable(path: string, error: unknown): UsageError {
	return new UsageError(`Nothing was sent. The journal ${path} cannot be used: ${(error as Error).message}`);
}

function parse(line: string): JournalLine | undefined {
	try {
		const value = JSON.parse(line) as JournalLine | null;
		return typeof value === 'object' ? (value ?? undefined) : undefined;
	} catch {
		return undefined;
	}
}

/** Writes a folder's journal: what is told to it is on the disk when the telling returns. */
export class Journal {
	private last: Promise<void> = Promise.resolve();

	private constructor(private readonly file: FileHandle) {}

	/** Opens it for more lines. @throws UsageError where it cannot be written */
	static async open(folder: string): Promise<Journal> {
		const path = join(folder, JOURNAL);
		try {
			const file = await open(path, 'a');
			// The last line may be torn: the next one is not to become a part of it.
			await file.appendFile('\n');
			return new Journal(file);
		} catch (error) {
			throw unusable(path, error);
		}
	}

	async tell(line: JournalLine): Promise<void> {
		const written = this.last.then(async () => {
			await this.file.appendFile(`${JSON.stringify(line)}\n`);
			await this.file.datasync();
		});
		this.last = written.catch(() => undefined);
		await written;
	}

	async close(): Promise<void> {
		await this.last;
		await this.file.close();
	}
}
