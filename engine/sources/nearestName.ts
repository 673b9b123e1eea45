/** Longer ones are no slips of the pen. */
const LONGEST_NAME = 40;
const MOST_SLIPS = 3;

/** A name without what its spelling adds: `outputFormat`, `Output Format` and `output_format` are the same. */
export function plainName(name: string): string {
	return name.toLowerCase().replace(/[\s_-]+/g, '');
}

/**
 * The name that was probably meant: the one with the fewest letters added, left out, exchanged or swapped, at most one in
 * three and no more than 3. Spelling with capitals, blanks or hyphens is no difference.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
	if (name.length > LONGEST_NAME) return undefined;
	const plain = plainName(name);
	let nearest: string | undefined;
	let fewest = Infinity;
	for (const candidate of names) {
		if (candidate.length > LONGEST_NAME) continue;
		const other = plainName(candidate);
		const most = Math.min(MOST_SLIPS, Math.floor(Math.max(plain.length, other.length) / 3));
		if (Math.abs(plain.length - other.length) > most) continue;
		const slips = slipsBetween(plain, other);
		if (slips <= most && slips < fewest) {
			nearest = candidate;
			fewest = slips;
		}
	}
	return nearest;
}

/** ` Did you mean png?`, with the blank before it; empty where nothing is near. */
export function didYouMean(name: string, names: readonly string[]): string {
	const nearest = nearestName(name, names);
	return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
}

/** Optimal string alignment: the distance of Damerau and Levenshtein in which no letter is moved twice. */
function slipsBetween(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, place) => place);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			if (swapped) slips = Math.min(slips, at(beforeLast, j - 2) + 1);
			row.push(slips);
		}
		beforeLast = last;
		last = row;
	}
	return at(last, b.length);
}

function at(row: readonly number[], place: number): number {
	return row[place] ?? Infinity;
}
