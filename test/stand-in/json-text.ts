import type { Wishes } from './directives';

/** JSON in the manner that a prompt asked for: `[[pretty]]`, `[[escaped]]`. */
export function jsonText(value: unknown, wishes: Wishes): string {
	const plain = JSON.stringify(value, null, wishes.has('pretty') ? 2 : undefined);
	// As PHP's json_encode (\/) and .NET's (\u002B) do. Neither sign stands in JSON but within strings.
	return wishes.has('escaped') ? plain.replaceAll('/', '\\/').replaceAll('+', '\\u002B') : plain;
}
