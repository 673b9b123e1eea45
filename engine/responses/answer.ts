import type { TextUsage, Usage } from '../costs/usage';
import { ImageError } from '../jobs/error';
import { isRecord, textOf } from './fields';
import type { FoundImage } from './jsonImages';
import type { SpareBuffers } from './spareBuffers';
import { readTextUsage } from './usage';

/** What the server says it made. A field is `null` where the server does not say. */
export interface Served {
	size: string | null;
	quality: string | null;
	background: string | null;
	output_format: string | null;
}

export const NOTHING_SERVED: Served = { size: null, quality: null, background: null, output_format: null };

/** A text model that was at work beside the image model. */
export interface TextAuthor {
	/** Whether it led the conversation, or wrote an SVG. */
	role: 'conversation' | 'svg';
	/** Empty where the server does not say. */
	model: string;
	/** `null` where the server does not say. */
	usage: TextUsage | null;
}

/** The turn of a conversation that an image comes from. */
export interface Turn {
	responseId: string | null;
	/** With it a later turn can name this very image. */
	imageCallId: string | null;
	/** What was done: `generate` or `edit`. */
	action: string | null;
}

/** One image of an answer. */
export interface AnswerEntry {
	/** Its number among the images that were taken from the answer. */
	image?: number;
	/** Where it is, if the answer only names it. */
	url?: string;
	revisedPrompt: string | null;
	turn?: Turn;
}

/** An answer without its images. */
export interface ImagesAnswer {
	/** In order. Empty only where `error` says why. */
	entries: AnswerEntry[];
	served: Served;
	usage: Usage | null;
	authors: TextAuthor[];
	/** Why images are missing although the request itself succeeded. */
	error?: ImageError;
	/** The answer broke off after these images, before their price. */
	brokenOff?: true;
}

/** Takes the images of an answer over, one after the other; reading goes on when one is taken. */
export interface Takers {
	/** @param number which of the answer's images, from 0 */
	image(image: FoundImage, number: number): Promise<void>;
	/** @param index which of the partial images, from 0 */
	partial(image: FoundImage, index: number): Promise<void>;
}

/** What readers of answers need beside the answer. */
export interface Reading {
	takers: Takers;
	/** Takes the user's secrets out of a text. */
	redact(text: string): string;
	/** Milliseconds since 1970. */
	now: number;
	/** How many images were asked for. */
	expected: number;
	/** Buffers to use again. */
	spare?: SpareBuffers;
}

/** What a document says of the image that was made. */
export function servedIn(document: Record<string, unknown>): Served {
	return {
		size: textOf(document.size),
		quality: textOf(document.quality),
		background: textOf(document.background),
		output_format: textOf(document.output_format),
	};
}

/** The text model that wrote an SVG, by the `svg_usage` of the answer. */
export function svgAuthors(usage: unknown): TextAuthor[] {
	if (!isRecord(usage)) return [];
	return [{ role: 'svg', model: textOf(usage.model) ?? '', usage: readTextUsage(usage) }];
}

/** What an answer gets that has no image and no word on why. */
export function noImageInAnswer(): ImageError {
	return new ImageError({
		kind: 'invalid_response',
		code: 'no_image',
		message: 'The server answered without an image. The request may have been billed.',
		maybeBilled: true,
	});
}

/** A stream that ends without the event that ends it. */
export function streamBrokenOff(): ImageError {
	return new ImageError({
		kind: 'interrupted',
		code: 'incomplete_response',
		message: 'The stream broke off before the image. The request may have been billed.',
		maybeBilled: true,
	});
}

/**
 * What is left of an answer that broke off: the images that had come by then. Their price was to come at its end.
 * @throws the error itself where there is none
 */
export function brokenOffAfter(
	entries: AnswerEntry[],
	error: unknown,
	authors: TextAuthor[] = [],
): ImagesAnswer {
	if (entries.length === 0 || !(error instanceof ImageError)) throw error;
	return { entries, served: NOTHING_SERVED, usage: null, authors, error, brokenOff: true };
}
