import { createHash } from 'node:crypto';
import type { MadeContent } from '../account-files';
import { ApiError } from '../errors';
import type { Service } from '../exchange';
import { imagesResponse } from '../image-response';
import { jsonText } from '../json-text';
import type { GoodOrder, WorkedLine } from './line';
import type { Painter } from './painter';

/** What results are made of. */
export interface ResultMaker {
	painter: Painter;
	service: Pick<Service, 'files' | 'origin'>;
	/** Seconds since 1970: what answers give as their `created`. */
	created: number;
}

/** A file of results as it is read: lines in an order of their own, the same each time. */
export class Results implements MadeContent {
	private measured: Promise<number> | null = null;

	constructor(
		private readonly lines: readonly WorkedLine[],
		/** Those that it came to no more. */
		private readonly expired: readonly WorkedLine[],
		private readonly maker: ResultMaker,
	) {}

	length(): Promise<number> {
		this.measured ??= this.measure();
		return this.measured;
	}

	async *pieces(): AsyncGenerator<Buffer> {
		const texts = shuffled([
			...this.lines.map((line) => ({ line, text: () => resultText(line, this.maker) })),
			...this.expired.map((line) => ({ line, text: () => Promise.resolve(expiredText(line)) })),
		]);
		for await (const text of ahead(texts)) yield* text;
	}

	private async measure(): Promise<number> {
		let length = 0;
		for await (const piece of this.pieces()) length += piece.length;
		return length;
	}
}

interface Pending {
	line: WorkedLine;
	text: () => Promise<Buffer[]>;
}

/** By something that has nothing to do with their order. */
function shuffled(lines: Pending[]): Pending[] {
	const key = ({ line }: Pending) => createHash('sha256').update(line.customId).digest('base64');
	return lines
		.map((pending) => ({ pending, key: key(pending) }))
		.sort((one, other) => (one.key < other.key ? -1 : 1))
		.map(({ pending }) => pending);
}

/** So many lines are drawn at once. */
const atOnce = 2;

async function* ahead(lines: Pending[]): AsyncGenerator<Buffer[]> {
	const drawn: Array<Promise<Buffer[]>> = [];
	for (const { text } of lines) {
		const next = text();
		// It may fail before it is its turn.
		next.catch(() => undefined);
		drawn.push(next);
		if (drawn.length >= atOnce) yield await drawn.shift()!;
	}
	for (const rest of drawn) yield await rest;
}

const lineFeed = Buffer.from('\n');

async function resultText(line: WorkedLine, maker: ResultMaker): Promise<Buffer[]> {
	const { wishes } = line;
	if (wishes.has('lost-line')) return [];
	const text = await answerText(line, maker);
	const written = [...(wishes.has('broken-line') ? firstHalf(text) : text), lineFeed];
	if (!wishes.has('foreign-line')) return written;
	const foreign = { ...line, id: `${line.id}-foreign`, customId: `foreign-${line.id}` };
	return [...written, ...(await answerText(foreign, maker)), lineFeed];
}

async function answerText(line: WorkedLine, maker: ResultMaker): Promise<Buffer[]> {
	const { outcome, wishes } = line;
	if (!(outcome instanceof ApiError)) return await drawnText(line, outcome, maker);
	return [Buffer.from(jsonText(answered(line, outcome.status, { error: outcome.body }), wishes))];
}

async function drawnText(
	line: WorkedLine,
	{ order, text }: GoodOrder,
	{ painter, service, created }: ResultMaker,
): Promise<Buffer[]> {
	const pictures = await painter.paint(order, text);
	const { body } = imagesResponse(order, pictures, line.wishes, service);
	return await painter.write(jsonText(answered(line, 200, { ...body, created }), line.wishes), order);
}

function answered({ id, customId, requestId }: WorkedLine, statusCode: number, body: object) {
	return {
		id,
		custom_id: customId,
		response: { status_code: statusCode, request_id: requestId, body },
		error: null,
	};
}

function expiredText({ id, customId }: WorkedLine): Buffer[] {
	const error = {
		code: 'batch_expired',
		message: 'This request could not be executed before the completion window expired.',
	};
	return [Buffer.from(JSON.stringify({ id, custom_id: customId, response: null, error })), lineFeed];
}

function firstHalf(pieces: Buffer[]): Buffer[] {
	let left = Math.floor(pieces.reduce((sum, { length }) => sum + length, 0) / 2);
	const kept: Buffer[] = [];
	for (const piece of pieces) {
		kept.push(piece.subarray(0, left));
		left -= Math.min(left, piece.length);
	}
	return kept;
}
