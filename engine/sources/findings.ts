import type { SourceProblem } from './description';
import { counted } from './shown';

/** Different warnings that are shown one by one. */
const MOST_WARNINGS = 100;

interface Warning {
	path: string;
	text: string;
	/** Jobs with the same, beyond the first. */
	more: number;
}

/** What is found while a source is read. The same warning for many jobs is given once. */
export class Findings {
	readonly problems: SourceProblem[] = [];
	private readonly found = new Map<string, Warning>();

	/** @param field its own name, where it is one */
	problem(path: string, message: string, field?: string): void {
		this.problems.push({ path, ...(field === undefined ? {} : { field }), message });
	}

	/** @param text what follows the path: `is not known.` */
	warn(path: string, text: string): void {
		const key = `${path.replace(/\[\d+\]/, '')} ${text}`;
		const known = this.found.get(key);
		if (known) known.more++;
		else this.found.set(key, { path, text, more: 0 });
	}

	/** Sentences. */
	get warnings(): string[] {
		const all = [...this.found.values()];
		const shown = all
			.slice(0, MOST_WARNINGS)
			.map(({ path, text, more }) => `${path}${more > 0 ? ` (and ${counted(more)} more)` : ''} ${text}`);
		const left = all.length - shown.length;
		return left > 0 ? [...shown, `${counted(left)} more warnings are not shown.`] : shown;
	}
}
