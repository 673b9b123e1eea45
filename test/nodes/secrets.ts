import { stringify } from 'flatted';

/** How many characters of a key are a piece worth hiding. */
const PIECE = 6;

/** Words of the stand-in's keys that stand in texts of its own (`org-stand-in`) and of n8n's (`quota-exhausted`). */
const PUBLIC = ['-stand-in', 'quota-'];

/**
 * Throws where a value, as n8n stores it or in any corner of it (an error's message, stack or cause), holds the key
 * or a piece of six characters or more of it.
 */
export function expectNoKey(value: unknown, key: string): void {
	const text = [JSON.stringify(value), stringify(value), ...textsIn(value)].join('\n');
	const found = piecesOf(key).filter((piece) => text.includes(piece));
	expect(found).toEqual([]);
}

/** Every piece of `PIECE` characters; a longer one holds one of them. */
export function piecesOf(key: string): string[] {
	return Array.from({ length: Math.max(0, key.length - PIECE + 1) }, (_, at) =>
		key.slice(at, at + PIECE),
	).filter((piece) => !PUBLIC.some((word) => word.includes(piece)));
}

/** Every text in a value, also those that JSON leaves out: what an error does not enumerate, names of fields. */
function textsIn(value: unknown): string[] {
	const texts: string[] = [];
	const seen = new Set<object>();
	const rest = [value];
	while (rest.length > 0) {
		const next = rest.pop();
		if (typeof next === 'string') texts.push(next);
		if (typeof next !== 'object' || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
		seen.add(next);
		for (const [name, { value: own }] of Object.entries(Object.getOwnPropertyDescriptors(next))) {
			texts.push(name);
			rest.push(own);
		}
	}
	return texts;
}
