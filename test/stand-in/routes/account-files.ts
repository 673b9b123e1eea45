import { fileObject } from '../account-files';
import type { AccountFile } from '../account-files';
import { json } from '../answer';
import type { Answer } from '../answer';
import { ApiError, invalidRequest } from '../errors';
import type { Exchange, Route, Service } from '../exchange';
import { longestFile } from '../form';
import { readLifetime } from '../lifetime';
import { fieldsOf } from '../orders/form-fields';
import { listObject, pageOf } from '../paging';
import { readChoice, readRequiredString, refuseUnknown } from '../parameters';
import type { Fields } from '../parameters';

/** What a file may be uploaded for; images are `vision`. */
const purposes = ['vision', 'user_data', 'batch'] as const;

/** OpenAI's 512 MB for any one file. Of images no more is taken than an edit takes. */
const mostBytes = 512 * 1024 * 1024;

/** Files of requests are kept for 30 days where nothing else is said, others for ever. */
const batchLifetimeMs = 30 * 24 * 60 * 60_000;

/** Files as OpenAI's Files API has them: the part of it that edits and batches need. */
export const accountFileRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/files',
		accepts: ['multipart/form-data'],
		mostBytes,
		key: true,
		booked: null,
		answer: ({ service, key, body }) => {
			const fields = fieldsOf(body);
			refuseUnknown(fields, ['purpose', ...expiryFields]);
			readRequiredString(fields, 'purpose');
			const purpose = readChoice(fields, 'purpose', purposes) ?? 'vision';
			const lifetimeMs = readExpiry(fields) ?? (purpose === 'batch' ? batchLifetimeMs : null);
			const [file, another] = body.files;
			if (file?.field !== 'file' || another) {
				throw invalidRequest("'file' is a required property, once.", 'file', 'missing_required_parameter');
			}
			const { bytes: content, contentType } = file;
			if (file.tooLong || (purpose !== 'batch' && content.length > longestFile)) throw tooLarge();
			const fileName = file.fileName ?? 'upload';
			if (purpose === 'batch' && !fileName.endsWith('.jsonl')) throw notJsonLines(fileName);
			const added = { key, content, contentType, fileName, purpose };
			return json(200, fileObject(service.accountFiles.add(added, lifetimeMs), content.length));
		},
	},
	{
		method: 'GET',
		path: '/v1/files',
		key: true,
		booked: null,
		answer: async ({ service, key, query }) => {
			await service.batches.settle(key);
			const order = readChoice({ order: query.get('order') }, 'order', ['asc', 'desc'] as const) ?? 'desc';
			const purpose = query.get('purpose');
			const files = service.accountFiles
				.list(key)
				.filter((file) => purpose === null || file.purpose === purpose);
			if (order === 'desc') files.reverse();
			const { items, hasMore } = pageOf(files, query, { usual: 10_000, most: 10_000 });
			return json(200, listObject(await Promise.all(items.map(listed)), hasMore));
		},
	},
	{
		method: 'GET',
		path: '/v1/files/:id',
		key: true,
		booked: null,
		answer: async (exchange) => json(200, await listed(find(exchange))),
	},
	{
		method: 'GET',
		path: '/v1/files/:id/content',
		key: true,
		booked: null,
		answer: async (exchange) => await contentOf(find(exchange), exchange.service),
	},
	{
		method: 'DELETE',
		path: '/v1/files/:id',
		key: true,
		booked: null,
		answer: ({ service, key, params }) => {
			const id = params.id ?? '';
			service.accountFiles.delete(key, id);
			return json(200, { id, object: 'file', deleted: true });
		},
	},
];

function find({ service, key, params }: Exchange): AccountFile {
	return service.accountFiles.get(key, params.id ?? '');
}

async function listed(file: AccountFile) {
	const { content } = file;
	return fileObject(file, Buffer.isBuffer(content) ? content.length : await content.length());
}

async function contentOf({ content, contentType }: AccountFile, { batches }: Service): Promise<Answer> {
	if (Buffer.isBuffer(content)) return { status: 200, contentType, body: content };
	const { options } = batches;
	if (options.cutDownloads <= 0) return { status: 200, contentType, body: content };
	options.cutDownloads -= 1;
	return { status: 200, contentType, body: content, cutAt: Math.floor((await content.length()) / 2) };
}

/** As the SDK names them in a form. */
const expiryFields = ['expires_after[anchor]', 'expires_after[seconds]'];

function readExpiry(fields: Fields): number | null {
	const given = Object.entries(fields).filter(([name]) => expiryFields.includes(name));
	if (given.length === 0) return null;
	return readLifetime(Object.fromEntries(given), 'expires_after[', ']');
}

function tooLarge(): ApiError {
	return new ApiError(413, {
		message: 'The file is too large for the stand-in.',
		type: 'invalid_request_error',
		param: 'file',
		code: 'file_too_large',
	});
}

function notJsonLines(fileName: string): ApiError {
	return invalidRequest(
		`Invalid file format for Batch API: '${fileName}'. Must be .jsonl`,
		'file',
		'invalid_file_format',
	);
}
