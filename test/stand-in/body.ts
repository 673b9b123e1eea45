import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { invalidRequest } from './errors';
import { readForm } from './form';
import type { FormFile } from './form';

/** How a route may be written to. */
export type BodyType = 'application/json' | 'multipart/form-data';

/** What came with a request. */
export interface RequestBody {
	/** Whether nothing came. */
	empty: boolean;
	/** How it was read: as a form where it is said to be one, else as JSON. */
	type: BodyType;
	/** JSON's value, or a form's text fields as strings; undefined where it could not be read. */
	value: unknown;
	/** Text fields of a form that came more than once. */
	repeated: string[];
	/** A form's files, in the order they came. */
	files: FormFile[];
}

/**
 * Reads a request to its end. Never rejects: a body that cannot be read has the value undefined.
 *
 * @param mostBytes of one file in a form
 */
export async function readBody(request: IncomingMessage, mostBytes?: number): Promise<RequestBody> {
	if (isForm(request)) {
		const form = await readForm(request, mostBytes).catch(() => null);
		const { fields = undefined, repeated = [], files = [] } = form ?? {};
		return { empty: false, type: 'multipart/form-data', value: fields, repeated, files };
	}
	const raw = await buffer(request).catch(() => Buffer.alloc(0));
	return {
		empty: raw.length === 0,
		type: 'application/json',
		value: parsed(raw),
		repeated: [],
		files: [],
	};
}

/**
 * Refuses a body that is of another type than the route takes, or not what it is said to be.
 *
 * @throws ApiError 400 `unsupported_content_type`, or without a code
 */
export function refuseUnreadable(
	body: RequestBody,
	contentType: string,
	accepted: readonly BodyType[],
): void {
	if (body.empty) return;
	const isJson = /^application\/json\b/i.test(contentType);
	if (!accepted.includes(body.type) || (body.type === 'application/json' && !isJson)) {
		const names = accepted.map((type) => `'${type}'`).join(' and ');
		throw invalidRequest(
			`Unsupported content type: '${contentType}'. This API method only accepts ${names} requests, but ` +
				`you specified the header 'Content-Type: ${contentType}'. Please try again with a supported content type.`,
			null,
			'unsupported_content_type',
		);
	}
	if (body.value !== undefined) return;
	throw invalidRequest(
		body.type === 'multipart/form-data'
			? 'Could not parse multipart form.'
			: "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP " +
					'library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
		null,
		null,
	);
}

function isForm(request: IncomingMessage): boolean {
	return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

function parsed(raw: Buffer): unknown {
	try {
		return JSON.parse(raw.toString()) as unknown;
	} catch {
		return undefined;
	}
}
