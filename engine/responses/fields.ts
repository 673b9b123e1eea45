/** Reads of documents that came from outside: whatever is not of the type asked for counts as missing. */

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function recordOf(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** The objects of a list. */
export function recordsOf(value: unknown): Array<Record<string, unknown>> {
	return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** A whole number from 0, or 0. */
export function countOf(value: unknown): number {
	return isCount(value) ? value : 0;
}

/** A text that is not empty, or `null`. */
export function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
