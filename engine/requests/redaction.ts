const REDACTED = '[redacted]';

/** Keys as OpenAI writes them, also shortened with asterisks or dots as servers do in their messages. */
const KEY_LIKE = /\b(?:sk|sess|ek)-[\w*.…-]{4,}/g;
/** Anything whose middle was starred out. */
const STARRED = /[\w-]*\*{3,}[\w-]*/g;
/** Shorter ones are no secrets, and taking them out would spoil harmless words. */
const SHORTEST = 6;

/** Takes secrets out of texts. */
export interface Redaction {
	/** Out of what the program says: the secrets themselves. */
	own(text: string): string;
	/** Out of what a server said: also what looks like a key, or like the rest of one. */
	foreign(text: string): string;
}

/** @param secrets whole */
export function redactionOf(secrets: readonly string[]): Redaction {
	const long = secrets.filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
	const own = (text: string) => long.reduce((clean, secret) => clean.split(secret).join(REDACTED), text);
	return {
		own,
		foreign: (text) => own(text).replace(KEY_LIKE, REDACTED).replace(STARRED, REDACTED),
	};
}
