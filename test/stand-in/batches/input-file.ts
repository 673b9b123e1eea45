import type { BatchError } from 'openai/resources/batches';
import type { ImageModel, Models } from '../models';
import { isFields } from '../parameters';
import type { Fields } from '../parameters';
import { batchEndpoints } from './create-request';
import type { BatchEndpoint } from './create-request';

/** What one file holds at the most (OpenAI's guide to batches). */
export const mostLines = 50_000;
export const mostBytes = 200 * 1024 * 1024;

/** One request of a batch. Its body was not looked at but for the model. */
export interface RequestLine {
	customId: string;
	body: Fields;
}

/** A file of requests, taken apart. */
export interface InputFile {
	/** Why the batch fails; none where the file is good. */
	errors: BatchError[];
	requests: RequestLine[];
	/** Of the first line that names one. */
	model: string | null;
}

/** Reads a batch's file of requests, as strictly as the API does before it begins. Empty lines are skipped. */
export function readInputFile(file: Buffer, endpoint: BatchEndpoint, models: Models): InputFile {
	const failed = (code: string, message: string): InputFile => ({
		errors: [{ code, message, line: null, param: null }],
		requests: [],
		model: null,
	});
	if (file.length > mostBytes) {
		return failed('file_too_large', `The input file is too large: it may have ${mostBytes} bytes at most.`);
	}
	const lines = [...nonEmptyLines(file)];
	if (lines.length === 0) return failed('empty_file', emptyFile);
	if (lines.length > mostLines) {
		return failed('too_many_tasks', `The batch has ${lines.length} requests; ${mostLines} are the most.`);
	}
	const reader = new Reader(endpoint, models);
	for (const { text, number } of lines) reader.read(text, number);
	const { errors, requests, model } = reader;
	return errors.length > 0 ? { errors, requests: [], model } : { errors, requests, model };
}

const emptyFile = 'The input file is empty. Please ensure that the batch contains at least one request.';

function* nonEmptyLines(file: Buffer): Generator<{ text: Buffer; number: number }> {
	let number = 0;
	for (let from = 0; from < file.length;) {
		const found = file.indexOf(0x0a, from);
		const end = found === -1 ? file.length : found;
		const text = file.subarray(from, end);
		number += 1;
		if (text.some((byte) => byte > 0x20)) yield { text, number };
		from = end + 1;
	}
}

/** Reads line after line, remembering what the next ones must agree with. */
class Reader {
	readonly errors: BatchError[] = [];
	readonly requests: RequestLine[] = [];
	model: string | null = null;
	private readonly customIds = new Set<string>();

	constructor(
		private readonly endpoint: BatchEndpoint,
		private readonly models: Models,
	) {}

	read(text: Buffer, line: number): void {
		const fault = this.faultOf(text);
		if (fault) this.errors.push({ ...fault, line });
	}

	/** @returns what is wrong with the line; null where it was taken */
	private faultOf(text: Buffer): Omit<BatchError, 'line'> | null {
		const fields = parsed(text);
		if (!fields) return fault('invalid_json_line', 'This line is not parseable as valid JSON.', null);
		for (const [name, isRight] of requiredFields) {
			if (!isRight(fields[name])) {
				return fault('missing_required_parameter', `Missing required parameter: '${name}'.`, name);
			}
		}
		const { custom_id: customId, method, url, body } = fields as unknown as RawLine;
		if (this.customIds.has(customId)) return fault('duplicate_custom_id', duplicate, 'custom_id');
		this.customIds.add(customId);
		if (method !== 'POST') {
			return fault('invalid_method', `Invalid method: '${method}'. Only 'POST' is supported.`, 'method');
		}
		if (url !== this.endpoint) return fault('invalid_url', urlFault(url), 'url');
		const model = body.model;
		if (typeof model !== 'string') {
			return fault('missing_required_parameter', "Missing required parameter: 'body.model'.", 'body.model');
		}
		if (this.model === null) {
			this.model = model;
			if (!takesBatches(this.models.find(model))) {
				const message = `The provided model '${model}' is not supported by the Batch API.`;
				return fault('model_not_found', message, 'body.model');
			}
		} else if (this.model !== model) {
			return fault('mismatched_model', mismatch(model, this.model), 'body.model');
		}
		this.requests.push({ customId, body });
		return null;
	}
}

interface RawLine {
	custom_id: string;
	method: string;
	url: string;
	body: Fields;
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';

const requiredFields: ReadonlyArray<[name: keyof RawLine, isRight: (value: unknown) => boolean]> = [
	['custom_id', isText],
	['method', isText],
	['url', isText],
	['body', isFields],
];

const duplicate =
	'The custom_id for this request is a duplicate of another request. ' +
	'The custom_id parameter must be unique for each request in a batch.';

function urlFault(url: string): string {
	return (batchEndpoints as readonly string[]).includes(url)
		? `The URL '${url}' does not match the endpoint of the batch.`
		: `Invalid URL: '${url}'.`;
}

function mismatch(model: string, first: string): string {
	return (
		`The provided model '${model}' in this request does not match the model '${first}' of the batch's first ` +
		'request. Each batch must contain requests for a single model.'
	);
}

function takesBatches(model: ImageModel | null): boolean {
	return model?.batches ?? false;
}

function fault(code: string, message: string, param: string | null): Omit<BatchError, 'line'> {
	return { code, message, param };
}

function parsed(text: Buffer): Fields | null {
	try {
		const value: unknown = JSON.parse(text.toString());
		return isFields(value) ? value : null;
	} catch {
		return null;
	}
}
