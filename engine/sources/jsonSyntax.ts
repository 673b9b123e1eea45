/** The first place at which a text is no JSON. */
export interface SyntaxFault {
	/** In UTF-16 units, from 0; the text's length where it ends too early. */
	offset: number;
	/** A sentence. */
	reason: string;
}

type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'separator' | 'nothing';
type Bracket = '{' | '[';

const CLOSING: Readonly<Record<Bracket, string>> = { '{': '}', '[': ']' };
const BLANK = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Finds out where a text stops being JSON, which the messages of `JSON.parse` do not always say.
 * @returns `undefined` for JSON
 */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
	const open: Bracket[] = [];
	let expected: Expected = 'value';
	let at = 0;
	const close = () => {
		open.pop();
		at++;
	};
	for (;;) {
		at = endOf(BLANK, text, at) ?? at;
		const found = text[at];
		const inner = open.at(-1);
		if (expected === 'nothing' && found === undefined) return undefined;
		if (expected === 'colon' && found === ':') {
			at++;
			expected = 'value';
		} else if (expected === 'separator' && found === ',') {
			at++;
			expected = inner === '{' ? 'name' : 'value';
		} else if (mayClose(expected) && inner !== undefined && found === CLOSING[inner]) {
			close();
			expected = open.length > 0 ? 'separator' : 'nothing';
		} else if (found === '"' && (isValue(expected) || isName(expected))) {
			const end = endOfString(text, at);
			if (typeof end !== 'number') return end;
			at = end;
			expected = isName(expected) ? 'colon' : open.length > 0 ? 'separator' : 'nothing';
		} else if (isValue(expected) && (found === '{' || found === '[')) {
			open.push(found);
			at++;
			expected = found === '{' ? 'nameOrEnd' : 'valueOrEnd';
		} else {
			const end: number | undefined = isValue(expected) ? endOf(SCALAR, text, at) : undefined;
			if (end === undefined) return { offset: at, reason: reasonFor(text, at, expected, inner) };
			at = end;
			expected = open.length > 0 ? 'separator' : 'nothing';
		}
	}
}

function isValue(expected: Expected): boolean {
	return expected === 'value' || expected === 'valueOrEnd';
}

function isName(expected: Expected): boolean {
	return expected === 'name' || expected === 'nameOrEnd';
}

function mayClose(expected: Expected): boolean {
	return expected === 'separator' || expected === 'valueOrEnd' || expected === 'nameOrEnd';
}

function endOf(sticky: RegExp, text: string, at: number): number | undefined {
	sticky.lastIndex = at;
	return sticky.test(text) ? sticky.lastIndex : undefined;
}

/** @param at of the opening quote */
function endOfString(text: string, at: number): number | SyntaxFault {
	for (let place = at + 1; place < text.length; place++) {
		const letter = text.charAt(place);
		if (letter === '"') return place + 1;
		if (letter < ' ') {
			const reason = 'A text must stand on one line, between two ". Write \\n for a line break.';
			return { offset: place, reason };
		}
		if (letter !== '\\') continue;
		const escape = /^(?:["\\/bfnrt]|u[\da-fA-F]{4})/.exec(text.slice(place + 1, place + 6))?.[0];
		if (escape === undefined) {
			return { offset: place, reason: 'A backslash in a text must be written twice: \\\\.' };
		}
		place += escape.length;
	}
	return { offset: at, reason: 'The text that begins here has no closing ".' };
}

const REASONS: Readonly<Record<Expected, string>> = {
	value: 'A value is expected here: a text in ", a number, true, false, null, { or [.',
	valueOrEnd: 'A value or ] is expected here.',
	name: 'The name of a field is expected here, in ".',
	nameOrEnd: 'The name of a field, in ", or } is expected here.',
	colon: 'A colon is missing before this.',
	separator: 'A comma is missing before this, or a \\ before a " within a text.',
	nothing: 'Nothing may follow here.',
};

/** Slips of the pen that have a reason of their own, by the character found. */
const SLIPS: ReadonlyArray<readonly [RegExp, string]> = [
	[/['`]/, 'JSON has texts and names in ", not in single quotes.'],
	[/[“”„‟«»‘’]/, 'These are typographic quotes. Use ".'],
	[/[/#]/, 'JSON has no comments. Take this out.'],
];

function reasonFor(text: string, at: number, expected: Expected, inner: Bracket | undefined): string {
	const found = text[at];
	if (found === undefined) {
		const missing = inner === undefined ? 'there is nothing to read' : `a ${CLOSING[inner]} is missing`;
		return `The text ends too early: ${missing}.`;
	}
	const closes = inner !== undefined && found === CLOSING[inner];
	if (closes && text.slice(0, at).trimEnd().endsWith(',')) return 'The comma before this is one too many.';
	if (expected === 'separator' && (found === '}' || found === ']') && inner !== undefined) {
		return `A ${CLOSING[inner]} is missing before this.`;
	}
	return SLIPS.find(([pattern]) => pattern.test(found))?.[1] ?? REASONS[expected];
}
