/** Marks that reorder the text around them; a cut may part them from the mark that ends them. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

/** A letter and what is written around it, at the most; longer ones are cut. */
const LONGEST_LETTER = 8;

/** The beginning of a text on one line. @param letters how many at the most */
export function shortened(text: string, letters: number): string {
	const all = [...onOneLine(text.trimStart().slice(0, letters * LONGEST_LETTER))];
	if (all.length <= letters && text.trim().length <= letters * LONGEST_LETTER) return all.join('');
	return `${all
		.slice(0, letters - 1)
		.join('')
		.trimEnd()}…`;
}

/** A path by its beginning and its end, where the file's name is. @param letters how many at the most */
export function shortenedPath(path: string, letters: number): string {
	const all = [...onOneLine(path)];
	if (all.length <= letters) return all.join('');
	const end = Math.ceil((letters * 2) / 3);
	return `${all.slice(0, letters - 1 - end).join('')}…${all.slice(-end).join('')}`;
}

function onOneLine(text: string): string {
	return text.replace(REORDERING, '').replace(/\s+/g, ' ').trim();
}
