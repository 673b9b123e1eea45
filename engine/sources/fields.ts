import type { Findings } from './findings';
import { didYouMean } from './nearestName';
import { counted, shown } from './shown';

/** Where fields are read from: an object of a configuration, or an item. */
export interface FieldSource {
	/** `undefined` where there is none. */
	value(name: string): unknown;
	/** For messages: `jobs[3].size`. */
	path(name: string): string;
	/** Whether the values are cells of a table, where one text may name several things. */
	cells?: boolean;
	/** What to add where a field is missing that must be there: sentences, after a blank. */
	hint?(name: string): string;
}

/** Both ends included. */
export interface Range {
	min: number;
	max: number;
}

const TRUE = ['true', 'yes', '1'];
const FALSE = ['false', 'no', '0'];

/**
 * Reads fields one by one and notes what is wrong with them; `undefined` for what is not given or wrong. Cells of
 * spreadsheets are met half-way, in configurations as well: null and blanks mean that nothing is given, numbers may be
 * text and texts numbers, and capitals and blanks around words do no harm.
 */
export class Fields {
	constructor(
		private readonly source: FieldSource,
		private readonly findings: Findings,
	) {}

	get areCells(): boolean {
		return this.source.cells === true;
	}

	/** As it was given; `undefined` for null, too, and for blanks. */
	value(name: string): unknown {
		const value = this.source.value(name);
		return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
	}

	/** As it was given, blanks around it and all. */
	text(name: string): string | undefined {
		const value = this.value(name);
		if (value === undefined || typeof value === 'string') return value;
		return typeof value === 'number' && Number.isFinite(value) ? String(value) : this.refuse(name, 'a text');
	}

	/** A text without the blanks around it. */
	trimmed(name: string): string | undefined {
		return this.text(name)?.trim();
	}

	/** A text that must be there. Empty where it is missing, which is noted. */
	required(name: string, otherwise: string): string {
		if (this.value(name) === undefined) this.missing(name, otherwise);
		return this.text(name) ?? '';
	}

	/** A word in lower case. */
	word(name: string): string | undefined {
		return this.trimmed(name)?.toLowerCase();
	}

	/** A word out of a list. @param spelling makes the usual spelling of a word out of another one */
	oneOf<Word extends string>(
		name: string,
		words: readonly Word[],
		spelling: (word: string) => string = (word) => word,
	): Word | undefined {
		const word = this.word(name);
		if (word === undefined) return undefined;
		const known = words.find((one) => one === spelling(word));
		return known ?? this.refuse(name, words.join(', '), didYouMean(word, words));
	}

	/** @param advice where it is out of range: a sentence, after a blank */
	wholeNumber(name: string, { min, max }: Range, advice = ''): number | undefined {
		const value = this.value(name);
		if (value === undefined) return undefined;
		const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
		return Number.isInteger(number) && number >= min && number <= max
			? number
			: this.refuse(name, `a whole number from ${counted(min)} to ${counted(max)}`, advice);
	}

	/** true or false, in words or as 1 or 0, too. */
	flag(name: string): boolean | undefined {
		const value = this.value(name);
		if (value === undefined || typeof value === 'boolean') return value;
		const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
		return TRUE.includes(word) ? true : FALSE.includes(word) ? false : this.refuse(name, 'true, false');
	}

	/** Notes that a field is not there, with what the source knows of where it may be. */
	missing(name: string, message: string): void {
		this.problem(name, message + (this.source.hint?.(name) ?? ''));
	}

	/** Notes that a field's value is none of those allowed. @param advice a sentence, after a blank */
	refuse(name: string, allowed: string, advice = ''): undefined {
		this.problem(name, `${shown(this.value(name))} is not possible. Allowed: ${allowed}.${advice}`);
	}

	problem(name: string, message: string): void {
		this.findings.problem(this.source.path(name), message, name);
	}

	/** @param text what follows the field's path */
	warn(name: string, text: string): void {
		this.findings.warn(this.source.path(name), text);
	}
}
