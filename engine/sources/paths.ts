import { safeName } from '../jobs/fileNames';

/** A relative path that any disk takes and that stays below its folder, or why there is none. */
export type CleanPath = { path: string } | { refusal: string };

const REFUSALS: ReadonlyArray<readonly [RegExp, string]> = [
	[/[\p{Cc}\p{Zl}\p{Zp}]/u, 'has a control character or a line break'],
	[/^[\\/]/, 'begins with a slash'],
	[/^[a-z]:/i, 'names a drive'],
	[/^[a-z][a-z\d+.-]*:[\\/]{2}/i, 'is an address'],
];

/**
 * Cleans a file's path: folders and a name, with the ending as it was given. Blanks around it, `./` and backslashes
 * between folders do no harm. Each part is made safe by itself: long names, reserved characters, names of devices.
 */
export function cleanFilePath(given: string): CleanPath {
	const parts = partsOf(given);
	if ('refusal' in parts) return parts;
	const file = parts.names.at(-1);
	if (file === undefined || /[\\/]\.?\s*$/.test(given)) return { refusal: 'names no file' };
	return { path: [...parts.names.slice(0, -1).map(safeName), safeFileName(file)].join('/') };
}

/** Cleans a folder's path in the same way. Empty for the folder that one is in: `.`, `./`. */
export function cleanFolderPath(given: string): CleanPath {
	const parts = partsOf(given);
	return 'refusal' in parts ? parts : { path: parts.names.map(safeName).join('/') };
}

function partsOf(given: string): { names: string[] } | { refusal: string } {
	const path = given.trim();
	const refused = REFUSALS.find(([pattern]) => pattern.test(path));
	if (refused) return { refusal: refused[1] };
	const names = path
		.split(/[\\/]/)
		.map((name) => name.trim())
		.filter((name) => name !== '' && name !== '.');
	// Windows takes `.. ` and `...` for `..`.
	if (names.some((name) => name.startsWith('.') && /^[.\s]+$/.test(name))) {
		return { refusal: 'leads out of the folder with ..' };
	}
	return { names };
}

/** The ending does not count towards the longest name, as everywhere. */
function safeFileName(name: string): string {
	let end = name.length;
	while (end > 0 && /[.\s]/.test(name.charAt(end - 1))) end--;
	const whole = name.slice(0, end);
	const ending = /\.[a-z\d]{1,10}$/i.exec(whole)?.[0] ?? '';
	return safeName(whole.slice(0, whole.length - ending.length)) + ending;
}
