import { invalidRequest } from './errors';

/** What a prompt can ask of the stand-in; README.md says what each does. The value is its number's part in it. */
const directives = {
	chunked: 'required',
	cut: 'none',
	'data-url': 'none',
	delay: 'required',
	empty: 'none',
	escaped: 'none',
	html: 'required',
	moderation: 'none',
	'no-usage': 'none',
	'not-an-image': 'none',
	'not-base64': 'none',
	pretty: 'none',
	quota: 'none',
	'rate-limit': 'optional',
	reset: 'none',
	status: 'required',
	url: 'none',
} as const;

export type DirectiveName = keyof typeof directives;

/** One `[[name number xN]]`. */
export interface Directive {
	name: DirectiveName;
	number: number | null;
	/** Only on the first so many attempts at the prompt; Infinity for all. */
	attempts: number;
}

/** A prompt taken apart. */
export interface DirectedPrompt {
	/** What is left to be drawn. */
	text: string;
	/** In the order they stand in. */
	directives: Directive[];
}

/**
 * Takes the directives out of a prompt.
 *
 * @throws ApiError 400 `invalid_value` where something in double brackets is no directive, so that a typing error in
 *   a test cannot pass for success
 */
export function readDirectives(prompt: string): DirectedPrompt {
	const found: Directive[] = [];
	const text = prompt.replace(/\[\[([^[\]]*)\]\]/g, (whole, inner: string) => {
		found.push(readDirective(whole, inner));
		return ' ';
	});
	return { text: found.length === 0 ? prompt : text.replace(/ {2,}/g, ' ').trim(), directives: found };
}

/** The directives that hold for one attempt, counted from 1, by name. */
export class Wishes {
	private readonly active: Directive[];

	constructor(all: Directive[], attempt: number) {
		this.active = all.filter((directive) => attempt <= directive.attempts);
	}

	has(name: DirectiveName): boolean {
		return this.active.some((directive) => directive.name === name);
	}

	/** The number given with a directive, null where it is not active or has none. */
	number(name: DirectiveName): number | null {
		return this.active.find((directive) => directive.name === name)?.number ?? null;
	}

	/** The first of these that stands in the prompt. */
	first<Name extends DirectiveName>(names: readonly Name[]): (Directive & { name: Name }) | null {
		const isOneOf = (directive: Directive): directive is Directive & { name: Name } =>
			names.some((name) => name === directive.name);
		return this.active.find(isOneOf) ?? null;
	}
}

function readDirective(whole: string, inner: string): Directive {
	const [name = '', ...rest] = inner.trim().split(/\s+/);
	const refuse = () => invalidRequest(`The stand-in knows no directive ${whole}.`, 'prompt', 'invalid_value');
	if (!isName(name)) throw refuse();

	let attempts = Infinity;
	const times = /^x([1-9]\d*)$/.exec(rest.at(-1) ?? '');
	if (times) {
		attempts = Number(times[1]);
		rest.pop();
	}
	const number = rest.length === 0 ? null : Number(rest[0]);
	const need = directives[name];
	if (rest.length > 1 || (number === null ? need === 'required' : need === 'none')) throw refuse();
	if (number !== null && !(number >= 0 && isAllowed(name, number))) throw refuse();
	return { name, number, attempts };
}

function isName(name: string): name is DirectiveName {
	return Object.hasOwn(directives, name);
}

function isAllowed(name: DirectiveName, number: number): boolean {
	if (name === 'status' || name === 'html') return Number.isInteger(number) && number >= 400 && number <= 599;
	if (name === 'chunked') return Number.isInteger(number) && number >= 1;
	return Number.isFinite(number);
}
