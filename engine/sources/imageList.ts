/** Where one text of a table ends and the next begins. Addresses and data URLs may have commas of their own. */
const BETWEEN = /[\r\n]+|,(?=\s|https?:|data:|file-)/i;
const ADDRESS = /^(?:https?|data):/i;

/**
 * Reads the names of images: a text or a list of them.
 * @param cells whether it comes from a table, where one text names several (`logo, photo`; after an address the comma
 * needs a blank), and where Airtable has its attachments (`[{"url": "..."}]`)
 * @returns `undefined` for anything else
 */
export function readImageList(value: unknown, cells: boolean): string[] | undefined {
	const entries: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [undefined];
	const texts = entries.map((entry) => (cells ? (attachmentUrl(entry) ?? entry) : entry));
	if (!texts.every((text) => typeof text === 'string')) return undefined;
	const names = cells && typeof value === 'string' ? texts.flatMap(namesIn) : texts;
	return names.map((name) => name.trim()).filter((name) => name !== '');
}

function namesIn(text: string): string[] {
	return text.split(BETWEEN).flatMap((part) => (ADDRESS.test(part.trim()) ? [part] : part.split(',')));
}

function attachmentUrl(entry: unknown): unknown {
	return typeof entry === 'object' && entry !== null && 'url' in entry ? entry.url : undefined;
}
