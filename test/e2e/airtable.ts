import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a column takes. */
export type ColumnType = 'text' | 'number' | 'singleSelect' | 'attachments';

/** A file in an attachment cell. */
export interface Attachment {
	filename: string;
	type: string;
	bytes: Buffer;
}

/** A row; an empty cell has no key. Attachments are apart. */
export interface AirtableRow {
	id: string;
	fields: Record<string, string | number>;
	attachments: Attachment[];
}

/** A stand-in for one table of Airtable. */
export interface Airtable {
	/** The base URLs: of records, and of uploads. */
	apiUrl: string;
	contentUrl: string;
	token: string;
	baseId: string;
	table: string;
	rows: AirtableRow[];
	/** Every request that was answered: method, what was asked for, status. */
	log: string[];
	close(): Promise<void>;
}

export interface AirtableOptions {
	columns: Record<string, ColumnType>;
	/** As a CSV has them: an empty text is an empty cell. */
	rows: Array<Record<string, string>>;
	/** The most records a page has; Airtable's own limit, and the default, is 100. */
	pageSize?: number;
}

/** What a request is refused with: status, Airtable's type of error and message. */
class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly type: string,
		message: string,
	) {
		super(message);
	}
}

const BASE = 'appTeaShop0000001';
const TABLE = 'Pictures of Tea';
const TOKEN = 'patTeaShop00000001.0123456789abcdef';

/** Airtable's limits: requests a second to a base, and bytes of a file that is uploaded. */
const REQUESTS_A_SECOND = 5;
const LARGEST_FILE = 5 * 1024 * 1024;

/**
 * Starts a stand-in on loopback for listing records, updating one, and uploading an attachment, as strict as
 * https://airtable.com/developers/web/api about the token, the pace, names, types and sizes.
 */
export async function startAirtable({ columns, rows, pageSize = 100 }: AirtableOptions): Promise<Airtable> {
	const table = new Table(columns, rows, pageSize);
	const log: string[] = [];
	let times: number[] = [];

	const answerTo = async (request: IncomingMessage): Promise<object> => {
		if (request.headers.authorization !== `Bearer ${TOKEN}`) {
			throw new Refusal(401, 'AUTHENTICATION_REQUIRED', 'Authentication required');
		}
		const now = performance.now();
		times = [...times.filter((time) => now - time < 1000), now];
		if (times.length > REQUESTS_A_SECOND) {
			throw new Refusal(429, 'RATE_LIMIT_REACHED', 'Rate limit exceeded. Please try again later');
		}
		const { pathname, searchParams } = new URL(String(request.url), 'http://localhost');
		const [host, version, base, ...path] = pathname.slice(1).split('/').map(decodeURIComponent);
		const notFound = new Refusal(404, 'NOT_FOUND', 'Not found');
		if (version !== 'v0') throw notFound;
		if (base !== BASE) {
			throw new Refusal(403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions, or not found.');
		}
		if (host === 'content' && request.method === 'POST' && path[2] === 'uploadAttachment') {
			return table.upload(path[0]!, path[1]!, await bodyOf(request));
		}
		if (host !== 'api' || path[0] !== TABLE) throw notFound;
		if (request.method === 'GET' && path.length === 1) return table.list(searchParams);
		if (request.method === 'PATCH' && path.length === 2) return table.update(path[1]!, await bodyOf(request));
		throw notFound;
	};

	const server = createServer((request, response) => {
		const answer = (status: number, body: object) => {
			log.push(`${request.method} ${decodeURIComponent(String(request.url)).split('?')[0]} ${status}`);
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		};
		answerTo(request).then(
			(body) => answer(200, body),
			({ status = 500, type, message }: Refusal) => answer(status, { error: { type, message } }),
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		apiUrl: `${url}/api/v0`,
		contentUrl: `${url}/content/v0`,
		token: TOKEN,
		baseId: BASE,
		table: TABLE,
		rows: table.rows,
		log,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
	const invalid = new Refusal(
		422,
		'INVALID_REQUEST_UNKNOWN',
		'Invalid request: parameter validation failed.',
	);
	if (!request.headers['content-type']?.startsWith('application/json')) throw invalid;
	const body = await json(request).catch(() => undefined);
	if (typeof body !== 'object' || body === null) throw invalid;
	return body as Record<string, unknown>;
}

/** The records, and what may be done with them. */
class Table {
	readonly rows: AirtableRow[];

	constructor(
		private readonly columns: Record<string, ColumnType>,
		rows: Array<Record<string, string>>,
		private readonly pageSize: number,
	) {
		this.rows = rows.map((row, index) => ({
			id: `rec${String(index).padStart(14, '0')}`,
			fields: Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')),
			attachments: [],
		}));
	}

	/** Records that a formula of the shape `{Column}='value'` takes, a page at a time. */
	list(query: URLSearchParams): object {
		const known = ['filterByFormula', 'maxRecords', 'pageSize', 'offset'];
		for (const name of query.keys()) if (!known.includes(name)) throw invalid(`Unknown parameter ${name}.`);
		const number = (name: string, otherwise: number, most = Infinity) => {
			const value = Number(query.get(name) ?? otherwise);
			if (!Number.isInteger(value) || value < 1 || value > most) throw invalid(`${name} is not valid.`);
			return value;
		};
		const formula = query.get('filterByFormula') ?? '';
		const [, column, wanted] = /^\{([^}]+)\}='([^']*)'$/.exec(formula) ?? [];
		if (formula !== '' && (column === undefined || !(column in this.columns))) {
			const message = 'The formula for filtering records is invalid.';
			throw new Refusal(422, 'INVALID_FILTER_BY_FORMULA', message);
		}
		const offset = query.get('offset') ?? 'itr/0';
		const from = Number(/^itr\/(\d+)$/.exec(offset)?.[1]);
		if (Number.isNaN(from)) throw new Refusal(422, 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE', 'Bad offset.');
		const matching = this.rows.filter(({ fields }) => column === undefined || fields[column] === wanted);
		const all = matching.slice(0, number('maxRecords', Math.max(1, matching.length)));
		const to = from + Math.min(number('pageSize', 100, 100), this.pageSize);
		const records = all.slice(from, to).map(({ id, fields }) => ({ id, createdTime, fields }));
		return { records, ...(to < all.length && { offset: `itr/${to}` }) };
	}

	/** Changes the cells that are named; `null` empties one. */
	update(id: string, { fields, typecast, ...others }: Record<string, unknown>): object {
		const row = this.row(id);
		if (Object.keys(others).length > 0 || typeof fields !== 'object' || fields === null) {
			throw invalid('Could not understand the request.');
		}
		const cells = Object.entries(fields as Record<string, unknown>);
		for (const [name, value] of cells) this.check(name, value, typecast === true);
		for (const [name, value] of cells) {
			if (value === null) delete row.fields[name];
			else row.fields[name] = value as string | number;
		}
		return { id, createdTime, fields: row.fields };
	}

	/** Adds a file to an attachment cell. */
	upload(id: string, column: string, { contentType, file, filename, ...others }: Record<string, unknown>) {
		const row = this.row(id);
		if (this.columns[column] !== 'attachments') throw invalid(`${column} is no attachment field.`, 'FIELD');
		const texts = [contentType, file, filename];
		if (Object.keys(others).length > 0 || !texts.every((text) => typeof text === 'string' && text !== '')) {
			throw invalid('contentType, file and filename are needed.');
		}
		const bytes = Buffer.from(String(file), 'base64');
		if (bytes.toString('base64') !== file) throw invalid('file is not base64.');
		if (bytes.length > LARGEST_FILE) throw new Refusal(413, 'REQUEST_TOO_LARGE', 'Larger than 5 MB.');
		row.attachments.push({ filename: String(filename), type: String(contentType), bytes });
		const size = bytes.length;
		return { id, createdTime, fields: { [column]: [{ filename, type: contentType, size }] } };
	}

	private row(id: string): AirtableRow {
		const found = this.rows.find((row) => row.id === id);
		if (!found) throw new Refusal(404, 'NOT_FOUND', 'Record not found');
		return found;
	}

	private check(name: string, value: unknown, typecast: boolean): void {
		const type = this.columns[name];
		if (type === undefined) throw invalid(`Unknown field name: "${name}"`, 'UNKNOWN_FIELD_NAME');
		if (value === null) return;
		const wanted = type === 'number' ? 'number' : 'string';
		if (type === 'attachments' || typeof value !== wanted) {
			throw invalid(`Field "${name}" cannot accept the provided value`, 'INVALID_VALUE_FOR_COLUMN');
		}
		// Without typecast a select takes no option that it does not have yet.
		if (type === 'singleSelect' && !typecast && !this.rows.some(({ fields }) => fields[name] === value)) {
			const message = `Insufficient permissions to create new select option "${String(value)}"`;
			throw invalid(message, 'INVALID_MULTIPLE_CHOICE_OPTIONS');
		}
	}
}

const createdTime = '2026-11-21T09:00:00.000Z';

function invalid(message: string, type = 'INVALID_REQUEST_UNKNOWN'): Refusal {
	return new Refusal(422, type, message);
}
