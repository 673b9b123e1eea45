import { randomUUID } from 'node:crypto';

/** A new id as the Responses API has them, such as `resp_...` or `ig_...`. */
export function newId(prefix: 'resp' | 'ig' | 'rs' | 'msg' | 'fc'): string {
	return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
