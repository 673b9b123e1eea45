import { json } from '../answer';
import { ApiError, invalidRequest } from '../errors';
import type { Exchange, Route } from '../exchange';
import { fieldsOf } from '../orders/form-fields';
import { readChoice, readRequiredString, refuseUnknown } from '../parameters';
import type { Upload } from '../uploads';

/** What a file may be uploaded for; images are `vision`. */
const purposes = ['vision', 'user_data'] as const;

/** Files as OpenAI's Files API has them: the part of it that edits need. */
export const uploadRoutes: readonly Route[] = [
	{
		method: 'POST',
		path: '/v1/files',
		accepts: ['multipart/form-data'],
		key: true,
		booked: null,
		answer: ({ service, body }) => {
			const fields = fieldsOf(body);
			refuseUnknown(fields, ['purpose']);
			readRequiredString(fields, 'purpose');
			const purpose = readChoice(fields, 'purpose', purposes) ?? 'vision';
			const [file, another] = body.files;
			if (file?.field !== 'file' || another) {
				throw invalidRequest("'file' is a required property, once.", 'file', 'missing_required_parameter');
			}
			if (file.tooLong) {
				throw new ApiError(413, {
					message: 'The file is too large for the stand-in.',
					type: 'invalid_request_error',
					param: 'file',
					code: 'file_too_large',
				});
			}
			const { bytes, contentType } = file;
			const fileName = file.fileName ?? 'upload';
			return json(200, listed(service.uploads.add({ bytes, contentType, fileName, purpose })));
		},
	},
	{
		method: 'GET',
		path: '/v1/files/:id',
		key: true,
		booked: null,
		answer: (exchange) => json(200, listed(find(exchange))),
	},
	{
		method: 'GET',
		path: '/v1/files/:id/content',
		key: true,
		booked: null,
		answer: (exchange) => {
			const { bytes, contentType } = find(exchange);
			return { status: 200, contentType, body: bytes };
		},
	},
];

function find({ service, params }: Exchange): Upload {
	const upload = service.uploads.get(params.id ?? '');
	if (upload) return upload;
	throw new ApiError(404, {
		message: `No such File object: ${params.id}`,
		type: 'invalid_request_error',
		param: 'id',
		code: null,
	});
}

function listed({ id, bytes, createdAt, fileName, purpose }: Upload) {
	return {
		id,
		object: 'file',
		bytes: bytes.length,
		created_at: createdAt,
		expires_at: null,
		filename: fileName,
		purpose,
		status: 'processed',
		status_details: null,
	};
}
