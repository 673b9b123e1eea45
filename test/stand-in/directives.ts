import { invalidRequest } from './errors';

/** How a request is answered, which decides what can be asked of the stand-in. */
export type AnswerKind = 'images' | 'image stream' | 'response' | 'response stream' | 'batch line';

/** What may stand behind a directive's name. A code is one word, such as `server_error`. */
type Argument =
	'nothing' | 'number' | 'number or nothing' | 'code or nothing' | 'words or nothing' | 'early or nothing';

/** Who understands a directive; README.md says what each does. */
interface Rule {
	takes: Argument;
	on: readonly AnswerKind[];
	/** For whoever asks where it does not go. */
	hint?: string;
}

const everywhere = ['images', 'image stream', 'response', 'response stream'] as const;
const anywhere = [...everywhere, 'batch line'] as const;
const lines = ['batch line'] as const;
const whole = ['images', 'response'] as const;
const streams = ['image stream', 'response stream'] as const;
const responses = ['response', 'response stream'] as const;

const directives = {
	'broken-line': { takes: 'nothing', on: lines },
	'call-failed': { takes: 'nothing', on: responses },
	chunked: { takes: 'number', on: everywhere },
	cut: { takes: 'nothing', on: whole, hint: '[[stream-cut]] drops a stream.' },
	'data-url': { takes: 'nothing', on: anywhere },
	delay: { takes: 'number', on: everywhere },
	empty: { takes: 'nothing', on: anywhere },
	escaped: { takes: 'nothing', on: anywhere },
	'fewer-partials': { takes: 'nothing', on: streams },
	'foreign-line': { takes: 'nothing', on: lines },
	html: { takes: 'number', on: everywhere },
	incomplete: { takes: 'nothing', on: responses },
	'lost-line': { takes: 'nothing', on: lines },
	moderation: { takes: 'nothing', on: anywhere },
	'no-tool-usage': { takes: 'nothing', on: responses },
	'no-usage': { takes: 'nothing', on: anywhere },
	'not-an-image': { takes: 'nothing', on: anywhere },
	'not-base64': { takes: 'nothing', on: anywhere },
	pretty: { takes: 'nothing', on: everywhere },
	quota: { takes: 'nothing', on: anywhere },
	'rate-limit': { takes: 'number or nothing', on: anywhere },
	refusal: { takes: 'nothing', on: responses },
	reset: { takes: 'nothing', on: everywhere },
	'response-failed': { takes: 'code or nothing', on: responses },
	status: { takes: 'number', on: anywhere },
	'stream-crlf': { takes: 'nothing', on: streams },
	'stream-cut': {
		takes: 'early or nothing',
		on: streams,
		hint: '[[cut]] drops an answer that is no stream.',
	},
	'stream-error': { takes: 'code or nothing', on: streams },
	'text-answer': { takes: 'words or nothing', on: responses },
	url: { takes: 'nothing', on: ['images'], hint: 'Only a whole answer of the Images API has a url.' },
} as const satisfies Record<string, Rule>;

export type DirectiveName = keyof typeof directives;

/** All that there are. */
export const directiveNames = Object.keys(directives);

/** One `[[name argument xN]]`. */
export interface Directive {
	name: DirectiveName;
	number: number | null;
	/** A code, words or `early`. */
	text: string | null;
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

const inBrackets = /\[\[([^[\]]*)\]\]/g;

/** What is left of an older prompt: its directives have had their time, whatever they were. */
export function withoutDirectives(prompt: string): string {
	return tidied(prompt, prompt.replace(inBrackets, ' '));
}

/**
 * Takes the directives out of a prompt.
 *
 * @param param what errors call the prompt
 * @throws ApiError 400 `invalid_value` where something in double brackets is no directive, or none for such an answer,
 *   so that an error in a test cannot pass for success
 */
export function readDirectives(prompt: string, kind: AnswerKind, param: 'prompt' | 'input'): DirectedPrompt {
	const found: Directive[] = [];
	const text = prompt.replace(inBrackets, (brackets, inner: string) => {
		found.push(readDirective(brackets, inner, kind, param));
		return ' ';
	});
	return { text: tidied(prompt, text), directives: found };
}

/** A prompt without directives stays as it is. */
function tidied(prompt: string, left: string): string {
	return left === prompt ? prompt : left.replace(/ {2,}/g, ' ').trim();
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

	/** The code or the words given with a directive, or `early`; null where it is not active or has none. */
	text(name: DirectiveName): string | null {
		return this.active.find((directive) => directive.name === name)?.text ?? null;
	}

	/** The first of these that stands in the prompt. */
	first<Name extends DirectiveName>(names: readonly Name[]): (Directive & { name: Name }) | null {
		const isOneOf = (directive: Directive): directive is Directive & { name: Name } =>
			names.some((name) => name === directive.name);
		return this.active.find(isOneOf) ?? null;
	}
}

function readDirective(
	brackets: string,
	inner: string,
	kind: AnswerKind,
	param: 'prompt' | 'input',
): Directive {
	const [name = '', ...rest] = inner.trim().split(/\s+/);
	const refuse = (message: string) => invalidRequest(message, param, 'invalid_value');
	if (!isName(name)) throw refuse(`The stand-in knows no directive ${brackets}.`);

	let attempts = Infinity;
	const times = /^x([1-9]\d*)$/.exec(rest.at(-1) ?? '');
	if (times) {
		attempts = Number(times[1]);
		rest.pop();
	}
	const rule: Rule = directives[name];
	const argument = readArgument(name, rule.takes, rest);
	if (!argument) throw refuse(`The stand-in knows no directive ${brackets}.`);
	if (!rule.on.includes(kind)) {
		const hint = rule.hint === undefined ? '' : ` ${rule.hint}`;
		throw refuse(`The stand-in has no [[${name}]] for ${answers[kind]}.${hint}`);
	}
	return { name, ...argument, attempts };
}

const answers: Record<AnswerKind, string> = {
	images: 'an answer of the Images API that is no stream',
	'image stream': 'a stream of the Images API',
	response: 'an answer of the Responses API that is no stream',
	'response stream': 'a stream of the Responses API',
	'batch line': 'a request of a batch',
};

/** @returns null where it is not what the directive takes */
function readArgument(
	name: DirectiveName,
	takes: Argument,
	words: string[],
): Pick<Directive, 'number' | 'text'> | null {
	const [first] = words;
	if (first === undefined) return takes === 'number' ? null : { number: null, text: null };
	if (takes === 'words or nothing') return { number: null, text: words.join(' ') };
	if (takes === 'nothing' || words.length > 1) return null;
	if (takes === 'early or nothing') return first === 'early' ? { number: null, text: first } : null;
	if (takes === 'code or nothing') return /^[a-z_]+$/.test(first) ? { number: null, text: first } : null;
	const number = Number(first);
	return number >= 0 && isAllowed(name, number) ? { number, text: null } : null;
}

function isName(name: string): name is DirectiveName {
	return Object.hasOwn(directives, name);
}

function isAllowed(name: DirectiveName, number: number): boolean {
	if (name === 'status' || name === 'html') return Number.isInteger(number) && number >= 400 && number <= 599;
	if (name === 'chunked') return Number.isInteger(number) && number >= 1;
	return Number.isFinite(number);
}
