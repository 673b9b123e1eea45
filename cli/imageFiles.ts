import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, open, rm } from 'node:fs/promises';
import { dirname, extname, join, posix } from 'node:path';
import type { ImageJob } from '../engine/jobs/job';
import type { OutputFormat } from '../engine/models/model';
import type { ArrivedImage, ImageStore } from '../engine/runner/ports';
import type { ImageLine, Journal } from './journal';
import { staysWithin } from './outputFolder';

/** An image's file: below the folder, with forward slashes. */
export interface ImageFile {
	file: string;
}

/** Which image it is, over all runs. */
export interface ImagePlace {
	/** The fingerprint of its job. */
	job: string;
	/** Which of the job's images, from 0. */
	index: number;
	/** The name that is meant for it, below the folder. */
	name: string;
}

/** Names that disks without links answer with. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/**
 * Keeps images in a folder as they arrive. Each is written whole under a name of its own, told to the journal, and only
 * then given its name, which no other file may have: whenever the run is killed, what the journal tells of is there.
 */
export class ImageFiles implements ImageStore<ImageFile> {
	/** Names given by this run, in lower case. */
	private readonly given = new Set<string>();

	/**
	 * @param root absolute, with links followed
	 * @param placeOf says which image has arrived
	 * @param saved is told of each one's name
	 */
	constructor(
		private readonly root: string,
		private readonly journal: Journal,
		private readonly placeOf: (job: ImageJob, index: number, format: OutputFormat) => ImagePlace,
		private readonly saved: (file: string, bytes: number) => void,
	) {}

	async put({ job, index, bytes, header }: ArrivedImage): Promise<ImageFile> {
		const place = this.placeOf(job, index, header.format);
		const folder = join(this.root, dirname(place.name));
		if (!(await staysWithin(this.root, folder)))
			throw new Error(`${dirname(place.name)} leads out of the output folder through a link.`);
		await mkdir(folder, { recursive: true });
		const part = posix.join(posix.dirname(place.name), `.${randomUUID()}.part`);
		await writeWhole(join(this.root, part), bytes);
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		const { job: fingerprint, index: which } = place;
		return await this.name(place.name, {
			kind: 'image',
			job: fingerprint,
			index: which,
			part,
			bytes: bytes.length,
			sha256,
		});
	}

	/** Gives a part file a name that is free, the one that is meant if it can be. */
	async name(meant: string, image: Omit<ImageLine, 'file'>): Promise<ImageFile> {
		for (;;) {
			const file = await this.freeName(meant);
			await this.journal.tell({ ...image, file });
			if (!(await place(join(this.root, image.part), join(this.root, file)))) continue;
			await rm(join(this.root, image.part), { force: true });
			this.saved(file, image.bytes);
			return { file };
		}
	}

	private async freeName(meant: string): Promise<string> {
		const ending = extname(meant);
		const stem = meant.slice(0, meant.length - ending.length);
		for (let run = 1; ; run++) {
			const name = run === 1 ? meant : `${stem}_run${run}${ending}`;
			const key = name.normalize('NFC').toLowerCase();
			if (this.given.has(key) || (await isThere(join(this.root, name)))) continue;
			this.given.add(key);
			return name;
		}
	}
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
	const file = await open(path, 'wx');
	try {
		await file.writeFile(bytes);
		await file.sync();
	} finally {
		await file.close();
	}
}

async function isThere(path: string): Promise<boolean> {
	return await lstat(path).then(
		() => true,
		() => false,
	);
}

/** @returns `false` where the name is taken by now */
async function place(part: string, path: string): Promise<boolean> {
	try {
		await link(part, path).catch(async (error: NodeJS.ErrnoException) => {
			if (!NO_LINKS.includes(error.code ?? '')) throw error;
			await copyFile(part, path, constants.COPYFILE_EXCL);
		});
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
}
