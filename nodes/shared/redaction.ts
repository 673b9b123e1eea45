import { redactionOf } from '../../engine/requests/redaction';
import type { OpenAiImageCredential } from './authentication';

/** Takes the credential's secrets, whole or shortened, out of texts that come from outside. */
export function redactionFor({ apiKey, headers }: OpenAiImageCredential): (text: string) => string {
	const values = [apiKey, ...headers.map(({ value }) => value)];
	return redactionOf([...values, ...values.map((value) => value.replace(/^Bearer\s+/i, ''))]).foreign;
}
