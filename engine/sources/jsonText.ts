import type { SourceProblem } from './description';
import { findSyntaxFault } from './jsonSyntax';

const SHOWN_BEFORE = 40;
const SHOWN_AFTER = 20;

/** Reads JSON. A byte order mark does no harm. */
export function parseJson(text: string): { value: unknown } | { problem: SourceProblem } {
	const json = text.replace(/^\uFEFF/, '');
	try {
		return { value: JSON.parse(json) as unknown };
	} catch {
		const { offset, reason } = findSyntaxFault(json) ?? { offset: 0, reason: 'It cannot be read.' };
		const message = `This is not valid JSON. ${reason} The place (>>>): ${excerpt(json, offset)}`;
		return { problem: { path: placeOf(json, offset), message } };
	}
}

/** `line 4, column 18`, both from 1. */
function placeOf(text: string, offset: number): string {
	const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
	return `line ${lines.length}, column ${[...(lines.at(-1) ?? '')].length + 1}`;
}

/** The text on both sides of a place, on one line. */
function excerpt(text: string, offset: number): string {
	const from = Math.max(0, offset - SHOWN_BEFORE);
	const to = Math.min(text.length, offset + SHOWN_AFTER);
	const before = `${from > 0 ? '...' : ''}${onOneLine(text.slice(from, offset))}`;
	const after = `${onOneLine(text.slice(offset, to))}${to < text.length ? '...' : ''}`;
	return `${before}>>>${after}`;
}

function onOneLine(text: string): string {
	return text
		.toWellFormed()
		.replace(/\s+/g, ' ')
		.replace(/\p{Cc}/gu, '?');
}
