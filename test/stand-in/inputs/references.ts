import { createHash } from 'node:crypto';
import type { AccountFile } from '../account-files';
import { ApiError, invalidRequest } from '../errors';
import type { Exchange } from '../exchange';
import { longestFile } from '../form';
import { fieldsIn, isFields, readString, refuseUnknown } from '../parameters';
import type { Fields } from '../parameters';
import { download } from './download';
import type { GivenInput, InputRole } from './input';

/** Of a data URL, in characters (OpenAI's OpenAPI document, ImageRefParam). */
const longestDataUrl = 20_971_520;

/** Of a request, what fetching needs. */
type Fetching = Pick<Exchange, 'service' | 'key' | 'signal'>;

/** The fields of a JSON edit that name images. */
export const referenceFields = ['images', 'mask', 'markup'] as const;

/** An image that was named but not yet fetched: its place in the JSON, and one of the two. */
export interface Reference {
	role: InputRole;
	field: string;
	imageUrl?: string;
	fileId?: string;
}

/**
 * The images that a JSON body names, in their order, then mask and markup; addresses are fetched, on loopback only.
 *
 * @throws ApiError 400 for a reference that is malformed, 404 for a file that is not there, 400 `invalid_value` for
 *   an address that cannot be had
 */
export async function referencedInputs(fields: Fields, exchange: Fetching): Promise<GivenInput[]> {
	const references = readReferences(fields);
	return await Promise.all(references.map((reference) => fetchReference(reference, exchange)));
}

function readReferences(fields: Fields): Reference[] {
	const { images, mask, markup } = fields;
	if (images !== undefined && !Array.isArray(images)) throw notAReference('images', 'an array of objects');
	const references = ((images ?? []) as unknown[]).map((image, index) =>
		readReference(image, 'image', `images[${index}]`),
	);
	if (images !== undefined && references.length === 0) {
		throw invalidRequest(
			"Invalid 'images': empty array. Expected an array with minimum length 1, but got an empty array instead.",
			'images',
			'empty_array',
		);
	}
	if (mask !== undefined && mask !== null) references.push(readReference(mask, 'mask', 'mask'));
	if (markup !== undefined && markup !== null) references.push(readReference(markup, 'markup', 'markup'));
	return references;
}

/**
 * One image that a JSON body names.
 *
 * @param field its place in the body
 * @throws ApiError 400
 */
export function readReference(value: unknown, role: InputRole, field: string): Reference {
	if (!isFields(value)) throw notAReference(field, 'an object');
	const inside = fieldsIn(value, field);
	refuseUnknown(inside, [`${field}.image_url`, `${field}.file_id`]);
	const imageUrl = readString(inside, `${field}.image_url`, longestDataUrl);
	const fileId = readString(inside, `${field}.file_id`);
	if ((imageUrl === undefined) === (fileId === undefined)) {
		throw invalidRequest(
			`Invalid '${field}': provide exactly one of 'image_url' or 'file_id'.`,
			field,
			'invalid_value',
		);
	}
	return imageUrl === undefined ? { role, field, fileId } : { role, field, imageUrl };
}

/**
 * Fetches an image that was named.
 *
 * @throws ApiError 404 for a file that is not there, 400 `invalid_value` for an address that cannot be had
 */
export async function fetchReference(
	{ role, field, imageUrl, fileId }: Reference,
	{ service, key, signal }: Fetching,
): Promise<GivenInput> {
	if (fileId !== undefined) return uploaded(service.accountFiles.find(key, fileId), fileId, role, field);
	const param = `${field}.image_url`;
	const url = imageUrl ?? '';
	if (url.startsWith('data:')) {
		const { contentType, bytes } = readDataUrl(url, param);
		const tooLong = bytes.length > longestFile;
		return given({ role, field, param, fileName: null, contentType, bytes, tooLong, source: 'data_url' });
	}
	return given({ role, field, param, ...(await download(url, param, signal)), source: 'url' });
}

function uploaded(file: AccountFile | undefined, id: string, role: InputRole, field: string): GivenInput {
	const param = `${field}.file_id`;
	// What the stand-in makes as it is read is no image.
	if (!file || !Buffer.isBuffer(file.content)) {
		throw new ApiError(404, {
			message: `No such File object: ${id}`,
			type: 'invalid_request_error',
			param,
			code: null,
		});
	}
	const { fileName, contentType, content: bytes } = file;
	return given({ role, field, param, fileName, contentType, bytes, tooLong: false, source: 'file_id' });
}

function readDataUrl(url: string, param: string): { contentType: string; bytes: Buffer } {
	const comma = url.indexOf(',');
	const contentType = /^data:(image\/[a-z0-9.+-]+);base64$/i.exec(url.slice(0, Math.max(0, comma)))?.[1];
	const text = url.slice(comma + 1);
	if (contentType === undefined || text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
		throw invalidRequest(
			`Invalid '${param}'. Expected a base64-encoded data URL with an image MIME type ` +
				"(e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got an invalid one.",
			param,
			'invalid_value',
		);
	}
	return { contentType: contentType.toLowerCase(), bytes: Buffer.from(text, 'base64') };
}

/** An input with the sum of its bytes. */
export function given(input: Omit<GivenInput, 'sha256'>): GivenInput {
	return { ...input, sha256: createHash('sha256').update(input.bytes).digest('hex') };
}

function notAReference(name: string, expected: string): ApiError {
	return invalidRequest(`Invalid type for '${name}': expected ${expected}.`, name, 'invalid_type');
}
