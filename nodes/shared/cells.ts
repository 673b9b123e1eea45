/** Cells of spreadsheets are met half-way: empty ones are not given, numbers may be text, ` High ` is understood. */

/** A value as text: nothing is empty, objects are JSON. */
export function textOf(value: unknown): string {
	return value === undefined || value === null
		? ''
		: typeof value === 'object'
			? JSON.stringify(value)
			: String(value);
}

/** One word out of a list, however it is written. `auto` is the API's default, and not every server knows the word. */
export function choiceOf(value: unknown): string | undefined {
	const word = textOf(value).trim().toLowerCase();
	return word === '' || word === 'auto' ? undefined : word;
}

/** A number, also as text; what is no number stays as it was given, for the validation to name. */
export function numberOf(value: unknown): number | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === ''))
		return undefined;
	const read = Number(value);
	return Number.isNaN(read) ? (value as number) : read;
}
