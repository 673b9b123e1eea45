/** Markup. Whatever is not an `Html` becomes text when it is put into one. */
export class Html {
	constructor(readonly markup: string) {}
}

/** What may stand in the gaps of a piece of markup: `null` for nothing. */
export type Content = Html | string | number | null | readonly Content[];

/**
 * Builds markup. Text in the gaps is escaped, so that it can neither open a tag nor leave the attribute that it stands in;
 * attributes must be written with double quotes.
 */
export function html(pieces: TemplateStringsArray, ...contents: Content[]): Html {
	return new Html(String.raw({ raw: pieces.map(withoutIndents) }, ...contents.map(markupOf)));
}

/** The source is indented for its readers; a line break is all that is left of it. */
function withoutIndents(piece: string): string {
	return piece.replace(/\s*\n\s*/g, '\n');
}

function markupOf(content: Content): string {
	if (content === null) return '';
	if (content instanceof Html) return content.markup;
	if (typeof content === 'object') return content.map(markupOf).join('');
	return escaped(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Characters that a document cannot hold, by the HTML standard. */
const NOT_IN_HTML = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

function escaped(text: string): string {
	return text
		.toWellFormed()
		.replace(NOT_IN_HTML, '\ufffd')
		.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
