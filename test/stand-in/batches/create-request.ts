import type { AccountFile, AccountFiles } from '../account-files';
import { invalidRequest } from '../errors';
import { readLifetime } from '../lifetime';
import {
	fieldsIn,
	readChoice,
	readObject,
	readRequiredString,
	readString,
	refuseLonger,
	refuseUnknown,
} from '../parameters';
import type { Fields } from '../parameters';

/** The endpoints for images that batches are for. */
export const batchEndpoints = ['/v1/images/generations', '/v1/images/edits'] as const;

export type BatchEndpoint = (typeof batchEndpoints)[number];

/** A request for a batch, found good. What is in the file is looked at later. */
export interface BatchRequest {
	inputFile: AccountFile;
	endpoint: BatchEndpoint;
	completionWindow: '24h';
	metadata: Record<string, string> | null;
	/** Of the files of results, in ms; null for no end. */
	outputLifetimeMs: number | null;
}

const mostPairs = 16;
const longestKey = 64;
const longestValue = 512;

/**
 * @throws ApiError 400 for a field, 404 for a file that is not there
 */
export function readBatchRequest(fields: Fields, key: string, files: AccountFiles): BatchRequest {
	refuseUnknown(fields, [
		'completion_window',
		'endpoint',
		'input_file_id',
		'metadata',
		'output_expires_after',
	]);
	const inputFileId = readRequiredString(fields, 'input_file_id');
	readRequiredString(fields, 'endpoint');
	const endpoint = readChoice(fields, 'endpoint', batchEndpoints) ?? batchEndpoints[0];
	readRequiredString(fields, 'completion_window');
	const completionWindow = readChoice(fields, 'completion_window', ['24h'] as const) ?? '24h';
	const metadata = readMetadata(fields);
	const policy = readObject(fields, 'output_expires_after');
	const outputLifetimeMs = policy
		? readLifetime(fieldsIn(policy, 'output_expires_after'), 'output_expires_after.')
		: null;
	const inputFile = files.get(key, inputFileId, 'input_file_id');
	if (inputFile.purpose !== 'batch') {
		throw invalidRequest(
			`Invalid file purpose: expected 'batch', but ${inputFileId} has '${inputFile.purpose}'.`,
			'input_file_id',
			'invalid_value',
		);
	}
	return { inputFile, endpoint, completionWindow, metadata, outputLifetimeMs };
}

function readMetadata(fields: Fields): Record<string, string> | null {
	const metadata = readObject(fields, 'metadata');
	if (!metadata) return null;
	const names = Object.keys(metadata);
	if (names.length > mostPairs) {
		throw invalidRequest(
			`Invalid 'metadata': too many properties. Expected an object with at most ${mostPairs} properties, but got ` +
				`an object with ${names.length} properties instead.`,
			'metadata',
			'object_above_max_properties',
		);
	}
	const inside = fieldsIn(metadata, 'metadata');
	return Object.fromEntries(
		names.map((name) => {
			refuseLonger(name, 'metadata', longestKey);
			readRequiredString(inside, `metadata.${name}`);
			return [name, readString(inside, `metadata.${name}`, longestValue) ?? ''];
		}),
	);
}
