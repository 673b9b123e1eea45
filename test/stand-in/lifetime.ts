import { readChoice, readInteger, readRequiredString, refuseUnknown } from './parameters';
import type { Fields } from './parameters';

const hour = 3600;
const thirtyDays = 2_592_000;

/**
 * How long a file is to be kept, in milliseconds: OpenAI's `{anchor: 'created_at', seconds}`.
 *
 * @param prefix what the fields' names begin with, such as `output_expires_after.`
 * @param suffix what they end with, as `]` in a form
 * @throws ApiError 400
 */
export function readLifetime(fields: Fields, prefix: string, suffix = ''): number {
	const [anchor, seconds] = [`${prefix}anchor${suffix}`, `${prefix}seconds${suffix}`];
	refuseUnknown(fields, [anchor, seconds]);
	readRequiredString(fields, anchor);
	readChoice(fields, anchor, ['created_at']);
	return (readInteger(fields, seconds, hour, thirtyDays) ?? thirtyDays) * 1000;
}
