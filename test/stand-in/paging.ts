import { invalidRequest } from './errors';
import { readInteger } from './parameters';

/** A page of a list, as `GET` gives it. */
export interface Page<Item> {
	items: Item[];
	hasMore: boolean;
}

/**
 * The part of a list that a request asks for with `limit` and `after`.
 *
 * @param usual how many there are where it does not say
 * @throws ApiError 400 for a limit out of range, or an `after` that is not in the list
 */
export function pageOf<Item extends { id: string }>(
	items: Item[],
	query: URLSearchParams,
	{ usual, most }: { usual: number; most: number },
): Page<Item> {
	const given = query.get('limit');
	const number = given !== null && /^-?\d+$/.test(given) ? Number(given) : given;
	const limit = readInteger({ limit: number }, 'limit', 1, most) ?? usual;
	const after = query.get('after');
	const before = after === null ? -1 : items.findIndex(({ id }) => id === after);
	if (after !== null && before === -1) {
		throw invalidRequest(`Invalid 'after': there is no '${after}'.`, 'after', 'invalid_value');
	}
	const rest = items.slice(before + 1);
	return { items: rest.slice(0, limit), hasMore: rest.length > limit };
}

/** A page as the API writes it. */
export function listObject(data: Array<{ id: string }>, hasMore: boolean) {
	return {
		object: 'list',
		data,
		first_id: data[0]?.id ?? null,
		last_id: data.at(-1)?.id ?? null,
		has_more: hasMore,
	};
}
