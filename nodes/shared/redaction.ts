import type { OpenAiImageCredential } from './authentication';

const REDACTED = '[redacted]';

/** Keys as OpenAI writes them, also shortened with asterisks or dots as servers do in their messages. */
const KEY_LIKE = /\b(?:sk|sess|ek)-[\w*.…-]{4,}/g;
/** Anything whose middle was starred out. */
const STARRED = /[\w-]*\*{3,}[\w-]*/g;

/** Too short to be a secret; taking it out would spoil harmless words. */
const SHORTEST_SECRET = 6;

/** Takes the credential's secrets, whole or shortened, out of texts that come from outside. */
export function redactionFor({ apiKey, headers }: OpenAiImageCredential): (text: string) => string {
	const secrets = [apiKey, ...headers.map(({ value }) => value)]
		.flatMap((secret) => [secret, secret.replace(/^Bearer\s+/i, '')])
		.filter((secret) => secret.length >= SHORTEST_SECRET)
		.sort((a, b) => b.length - a.length);
	return (text) =>
		secrets
			.reduce((clean, secret) => clean.split(secret).join(REDACTED), text)
			.replace(KEY_LIKE, REDACTED)
			.replace(STARRED, REDACTED);
}
