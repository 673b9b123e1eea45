import { isoDate } from '../models/lifecycle';
import { extensionOf } from '../responses/imageHeader';
import type { OutputFormat } from '../models/model';
import { formatOf, type ImageJob } from './job';
import { isPossibleCount } from './validation';

/** A job and how its files are to be called. */
export interface NamedJob extends Pick<ImageJob, 'index' | 'prompt' | 'n' | 'model' | 'parameters'> {
	/** `{slug}` `{name}` `{index}` `{image}` `{NN}` `{model}` `{quality}` `{date}`; empty for the default. */
	fileName?: string;
	/** Folders below the output's own, with forward slashes, each a safe name. */
	folder?: string;
	/** The job's own name, where it has one. */
	name?: string;
}

/** Most disks take 255 bytes; a counter and an ending come on top. */
const LONGEST_NAME = 200;
const LONGEST_SLUG = 80;
/** A slug of Latin letters stays readable. */
const LONGEST_SLUG_LETTERS = 50;

/**
 * Names the files of a run before it begins, so that they do not depend on which request is done first, and
 * so that no name is given twice (neither case nor the way an accent is written tells names apart on every disk).
 */
export class FileNames {
	private readonly taken = new Set<string>();
	/** The last counter that a name was told apart by. */
	private readonly counts = new Map<string, number>();
	private readonly names = new Map<number, string[]>();
	/** By a job's index. */
	private readonly places = new Map<number, number>();

	/** @param now milliseconds since 1970, for `{date}` */
	constructor(
		private readonly jobs: readonly NamedJob[],
		private readonly now: number,
	) {
		for (const [place, job] of jobs.entries()) {
			this.places.set(job.index, place);
			this.names.set(
				job.index,
				Array.from({ length: isPossibleCount(job.n) ? job.n : 0 }, (_, image) =>
					this.unique(folderOf(job) + this.baseName(job, image), formatOf(job), image),
				),
			);
		}
	}

	/**
	 * @param image which of the job's images, from 0
	 * @param partial which partial one of it, from 0; left out for the image itself
	 */
	nameOf(job: Pick<ImageJob, 'index'>, image: number, format: OutputFormat, partial?: number): string {
		const [first = 'image'] = this.names.get(job.index) ?? [];
		const known = this.names.get(job.index)?.[image];
		// A server may send more images than it was asked for, or others.
		const base =
			known !== undefined && this.isOf(job, format) ? known : this.unique(known ?? first, format, image);
		const name = partial === undefined ? base : this.unique(`${base}_partial_${partial}`, format, 0);
		return `${name}.${extensionOf(format)}`;
	}

	private isOf({ index }: Pick<ImageJob, 'index'>, format: OutputFormat): boolean {
		const job = this.jobs[this.places.get(index) ?? -1];
		return job !== undefined && formatOf(job) === format;
	}

	/**
	 * What names a job's files in another run: folders and name without an ending, with the tokens `{image}` and `{NN}` where
	 * they tell its images apart.
	 */
	stemOf(job: NamedJob): string {
		const [first = ''] = this.names.get(job.index) ?? [];
		if (job.n === 1 || !IMAGE_TOKEN.test(job.fileName ?? '')) return first;
		return folderOf(job) + this.baseName(job, undefined);
	}

	private baseName(job: NamedJob, image: number | undefined): string {
		const several = this.jobs.length > 1;
		const template = job.fileName?.trim() || (several ? '{index}_{slug}' : '{slug}');
		const digits = Math.max(2, String(this.jobs.length).length);
		const slug = slugOf(job.prompt);
		const values: Record<string, string> = {
			slug,
			name: job.name ?? slug,
			index: String((this.places.get(job.index) ?? 0) + 1).padStart(digits, '0'),
			...(image === undefined ? {} : { image: String(image + 1), NN: String(image + 1).padStart(2, '0') }),
			model: job.model,
			quality: job.parameters.quality ?? 'auto',
			date: isoDate(this.now),
		};
		const filled = template.replace(/\{(\w+)\}/g, (token, name: string) => values[name] ?? token);
		return safeName(filled.replace(IMAGE_EXTENSION, ''));
	}

	private unique(base: string, format: OutputFormat, image: number): string {
		const keyOf = (name: string) => `${name}.${extensionOf(format)}`.normalize('NFC').toLowerCase();
		const key = keyOf(base);
		let count = Math.max(this.counts.get(key) ?? 0, image) + 1;
		let name = base;
		for (; this.taken.has(keyOf(name)); count++) {
			if (count > 1) name = `${base}_${count}`;
		}
		this.counts.set(key, count - 1);
		this.taken.add(keyOf(name));
		return name;
	}
}

function folderOf({ folder }: NamedJob): string {
	return folder ? `${folder}/` : '';
}

/** Tokens that stand for the place of an image in its job. */
const IMAGE_TOKEN = /\{(image|NN)\}/;

/** The true format decides on the ending, whatever the template says. */
const IMAGE_EXTENSION = /\.(png|jpe?g|webp|gif|svg)$/i;

/** A prompt as part of a file's name: `a-red-fox`. Letters of every script are kept; accents are not. */
export function slugOf(text: string): string {
	const words = text
		.slice(0, 500)
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.normalize('NFC')
		.toLowerCase()
		.match(/[\p{L}\p{M}\p{N}]+/gu);
	const fits = (slug: string) =>
		[...slug].length <= LONGEST_SLUG_LETTERS && Buffer.byteLength(slug) <= LONGEST_SLUG;
	let slug = '';
	for (const word of words ?? []) {
		const longer =
			slug === '' ? cut([...word].slice(0, LONGEST_SLUG_LETTERS).join(''), LONGEST_SLUG) : `${slug}-${word}`;
		if (!fits(longer)) break;
		slug = longer;
	}
	return slug || 'image';
}

/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(con|conin\$|conout\$|prn|aux|nul|(?:com|lpt)[\d¹²³])(?=\s*(?:\.|$))/i;

/** One file name that any disk takes: no folder, no reserved character or name, no leading or trailing dot. */
export function safeName(name: string): string {
	const safe = name
		.toWellFormed()
		.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-')
		.replace(/^[.\s-]+/, '')
		.replace(DEVICE, '$1_');
	return cut(safe, LONGEST_NAME).replace(/[.\s]+$/, '') || 'image';
}

/** The beginning of a text that takes no more than so many bytes, cut between letters. */
function cut(text: string, bytes: number): string {
	let length = 0;
	let end = 0;
	for (const letter of text) {
		length += Buffer.byteLength(letter);
		if (length > bytes) break;
		end += letter.length;
	}
	return text.slice(0, end);
}
