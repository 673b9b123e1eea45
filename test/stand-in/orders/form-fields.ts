import type { RequestBody } from '../body';
import { duplicateParameter } from '../inputs/form-inputs';
import { isFields } from '../parameters';
import type { Fields } from '../parameters';

const integers = [
	'expires_after[seconds]',
	'frame_count',
	'frame_duration_ms',
	'n',
	'output_compression',
	'partial_images',
];
const booleans = ['stream'];

/**
 * A body's fields as JSON has them. A form has text only: what looks like the number or the truth value that belongs
 * there becomes one, anything else stays as it is, to be refused.
 *
 * @throws ApiError 400 `duplicate_parameter` where a text field came more than once
 */
export function fieldsOf(body: RequestBody): Fields {
	const fields = isFields(body.value) ? body.value : {};
	if (body.type !== 'multipart/form-data') return fields;
	const [repeated] = body.repeated;
	if (repeated !== undefined) throw duplicateParameter(repeated, false);
	return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, typed(name, String(text))]));
}

function typed(name: string, text: string): unknown {
	if (integers.includes(name) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
	if (booleans.includes(name) && (text === 'true' || text === 'false')) return text === 'true';
	return text;
}
