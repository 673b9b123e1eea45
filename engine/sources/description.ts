import type { ImageParameters } from '../jobs/job';

/** What is to be done: from nothing, from images, or another version of an image. */
export const JOB_KINDS = ['generate', 'edit', 'variation'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** A batch has no more jobs than OpenAI's Batch API takes requests. */
export const MOST_JOBS = 50_000;

/** One job as its source describes it. What it leaves out is the batch's default. */
export interface JobDescription {
	/** Where it was read, for messages: `jobs[3]`, `Item 3`, `prompt "fox" (line 12)`. */
	label: string;
	/** As it was given, blanks and all. */
	prompt: string;
	name?: string;
	/** Folders and file name, safe on any disk: forward slashes, no `..`, no leading slash; the ending is kept as given. */
	outputPath?: string;
	/** Folders that all of the batch goes to, on top of its path; safe likewise. */
	folder?: string;
	/** Left out: an edit where there are images. */
	kind?: JobKind;
	model?: string;
	/** 1 to 1000. */
	n?: number;
	/**
	 * Size, quality, format, background, moderation, compression and fidelity, in the API's words. The word `auto` is
	 * kept: it says that the batch's default does not hold for this job.
	 */
	parameters: ImageParameters;
	/** URLs, file ids or names of binary properties. Never empty. */
	images?: string[];
	/** As one of the images. */
	mask?: string;
	/** The user's own, carried along. */
	metadata?: unknown;
}

/** One thing that is wrong with a source: a sentence that says what was given, what is allowed and what to do. */
export interface SourceProblem {
	/** `jobs[3].size`, `retry_policy.max_retries`, `Item 3.size`, `line 3`. */
	path: string;
	/** The field's own name, where it is one: `size`. */
	field?: string;
	message: string;
}

/** What a source came to. */
export interface SourceReading {
	/** Where there are problems, those jobs that have none. */
	jobs: JobDescription[];
	problems: SourceProblem[];
	/** Worth knowing, but no obstacle. */
	warnings: string[];
}
