const LONGEST_SHOWN = 60;

/** How messages show what was given, at the beginning of a sentence. What is within a list or an object is not shown. */
export function shown(value: unknown): string {
	if (typeof value === 'string') return quoted(value);
	if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'A list' : 'An object';
	return value === undefined ? 'Nothing' : String(value);
}

/** A text in quotes, cut where it is long. */
export function quoted(text: string): string {
	const cut = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
	return JSON.stringify(cut.toWellFormed());
}

/** `50,000`. */
export function counted(value: number): string {
	return value.toLocaleString('en-US');
}
