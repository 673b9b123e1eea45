/** What a line of a batch carries of its job, so that its result can be told without anything else at hand. */
export interface LineIdentity {
	/** The job's place in the submission, from 0. */
	index: number;
	/** The first of the job's images that the line makes, from 0. */
	first: number;
	/** The job's id. */
	id: string;
	/** Folders and name of the first image's file, without its ending. */
	path: string;
}

/** No limit is documented; more than this is not risked, characters. */
const LONGEST = 512;

/** `12-0:fox:animals/fox`, with everything but plain characters encoded as in addresses. */
export function customIdOf({ index, first, id, path }: LineIdentity): string {
	const parts = [`${index}-${first}`, encoded(id), encoded(path)];
	const whole = parts.join(':');
	// A name that is too long is made anew when the result is collected; the place always fits.
	return whole.length <= LONGEST ? whole : `${parts[0]}:${encoded(id.slice(0, 40))}:`;
}

/** @returns `undefined` for an id that is not one of ours */
export function readCustomId(customId: string): LineIdentity | undefined {
	const match = /^(\d+)-(\d+):([^:]*):([^:]*)$/.exec(customId);
	if (!match) return undefined;
	const [, index, first, id = '', path = ''] = match;
	try {
		return {
			index: Number(index),
			first: Number(first),
			id: decodeURIComponent(id),
			path: decodeURIComponent(path),
		};
	} catch {
		return undefined;
	}
}

function encoded(text: string): string {
	return encodeURIComponent(text.toWellFormed()).replaceAll('%2F', '/');
}
