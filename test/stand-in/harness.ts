import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { startStandIn } from './index';
import type { StandIn, StandInOptions } from './index';

/** What most tests of edits ask for. */
export const usual = { model: 'gpt-image-2.5-flare', prompt: 'Edit it', size: '816x816' } as const;

/** A stand-in and the official SDK pointed at it. */
export interface Bench {
	standIn: StandIn;
	client: OpenAI;
	/** A request by plain fetch, with the key, below `/v1`: for what the SDK hides or has not. */
	post(path: string, body: FormData | object, headers?: Record<string, string>): Promise<Response>;
	/** The address of a source under `/stand-in/sources/`. */
	source(kind: string): string;
}

/** Starts stand-ins that are stopped after each test. */
export function useStandIns(): (options?: StandInOptions) => Promise<Bench> {
	const running: StandIn[] = [];
	afterEach(async () => {
		await Promise.all(running.splice(0).map((standIn) => standIn.close()));
	});
	return async (options) => {
		const standIn = await startStandIn(options);
		running.push(standIn);
		return {
			standIn,
			client: new OpenAI({ baseURL: standIn.url, apiKey: standIn.key, maxRetries: 0 }),
			post: (path, body, headers = {}) =>
				fetch(`${standIn.url}${path}`, {
					method: 'POST',
					headers: {
						authorization: `Bearer ${standIn.key}`,
						...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
						...headers,
					},
					body: body instanceof FormData ? body : JSON.stringify(body),
				}),
			source: (kind) => new URL(`/stand-in/sources/${kind}`, standIn.url).href,
		};
	};
}

export function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** One colour, in the given format. */
export async function plain(
	width: number,
	height: number,
	colour: string,
	format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png',
): Promise<Buffer> {
	const create = { width, height, channels: 3, background: colour } as const;
	return await sharp({ create }).toFormat(format).toBuffer();
}

/** A PNG of one colour that is fully transparent within the rectangle. */
export async function withHole(
	width: number,
	height: number,
	colour: string,
	hole: { left: number; top: number; width: number; height: number },
): Promise<Buffer> {
	const cut = {
		create: { width: hole.width, height: hole.height, channels: 4, background: '#000' },
	} as const;
	return await sharp(await plain(width, height, colour))
		.ensureAlpha()
		.composite([{ input: cut, left: hole.left, top: hole.top, blend: 'dest-out' }])
		.png()
		.toBuffer();
}

/** The bytes of an answer's picture. */
export function bytesOf(answer: OpenAI.ImagesResponse, index = 0): Buffer {
	const text = answer.data?.[index]?.b64_json;
	if (text === undefined) throw new Error(`No picture ${index}`);
	return Buffer.from(text, 'base64');
}

/** The colour of one pixel: red, green, blue, and alpha where there is one. */
export async function pixel(image: Buffer, x: number, y: number): Promise<number[]> {
	const region = { left: x, top: y, width: 1, height: 1 };
	return [...(await sharp(image).extract(region).raw().toBuffer())];
}

/** How far two colours lie apart: 0 to 765. */
export function distance(one: number[], other: number[]): number {
	return [0, 1, 2].reduce((sum, at) => sum + Math.abs((one[at] ?? 0) - (other[at] ?? 0)), 0);
}

/** A PNG as the SDK takes it. */
export async function png(bytes: Buffer, name = 'image.png') {
	return await toFile(bytes, name, { type: 'image/png' });
}

/** A file as a form takes it. */
export function blob(bytes: Buffer, type = 'image/png'): Blob {
	return new Blob([new Uint8Array(bytes)], { type });
}

/** The parts of a form beside the usual ones, or instead of them. */
export type Parts = Array<[name: string, value: string | Blob, fileName?: string]>;

/** An edit as a form: a model, a prompt and a size, and what else is given. */
export function form(parts: Parts): FormData {
	const given = parts.map(([name]) => name);
	const made = new FormData();
	for (const [name, text] of Object.entries(usual)) if (!given.includes(name)) made.append(name, text);
	for (const [name, value, fileName] of parts) {
		if (typeof value === 'string') made.append(name, value);
		else made.append(name, value, fileName ?? 'file');
	}
	return made;
}

/** A server-sent event as it stood in the stream. */
export interface Framed {
	event: string | null;
	data: string;
}

/**
 * Takes a stream apart by the standard for server-sent events, apart from the SDK's own reader.
 *
 * @returns only what is closed by an empty line
 */
export function framed(text: string): Framed[] {
	const blocks = text.split(/\r\n\r\n|\n\n/).slice(0, -1);
	return blocks.flatMap((block) => {
		const lines = block.split(/\r\n|\n/).filter((line) => !line.startsWith(':'));
		const field = (name: string) =>
			lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
		const data = field('data');
		return data.length === 0 ? [] : [{ event: field('event')[0] ?? null, data: data.join('\n') }];
	});
}

/** Everything that a body brings until it ends or the connection is lost. */
export async function readAll(response: Response): Promise<{ text: string; lost: boolean }> {
	const pieces: Uint8Array[] = [];
	const text = () => Buffer.concat(pieces).toString();
	try {
		for await (const piece of response.body ?? []) pieces.push(piece);
		return { text: text(), lost: false };
	} catch {
		return { text: text(), lost: true };
	}
}

/** All events of one of the SDK's streams. */
export async function collect<Event>(stream: AsyncIterable<Event>): Promise<Event[]> {
	const events: Event[] = [];
	for await (const event of stream) events.push(event);
	return events;
}

type ImageTool = OpenAI.Responses.Tool.ImageGeneration;

/** What most tests of the Responses API ask for. */
export const talk: { model: string; tools: [ImageTool] } = {
	model: 'gpt-6-luna',
	tools: [{ type: 'image_generation', model: 'gpt-image-2.5-flare', size: '816x816' }],
};

/** The same with other parameters of the tool. */
export function withTool(fields: Partial<ImageTool>): typeof talk {
	return { ...talk, tools: [{ ...talk.tools[0], ...fields }] };
}

/** An image call to point at: the SDK's type wants more of it than the API does. */
export function callItem(id: string): OpenAI.Responses.ResponseInputItem {
	return { type: 'image_generation_call', id } as OpenAI.Responses.ResponseInputItem.ImageGenerationCall;
}

/** A PNG as an address that has it in it. */
export function dataUrl(bytes: Buffer): string {
	return `data:image/png;base64,${bytes.toString('base64')}`;
}

/** A response's image call. */
export function callOf({
	output,
}: OpenAI.Responses.Response): OpenAI.Responses.ResponseOutputItem.ImageGenerationCall {
	const call = output.find((item) => item.type === 'image_generation_call');
	if (!call) throw new Error('No image call');
	return call;
}

/** The picture of a response. */
export function pictureOf(response: OpenAI.Responses.Response): Buffer {
	return Buffer.from(callOf(response).result ?? '', 'base64');
}

/** What a refusal has for a body. */
export interface Refusal {
	error: { message: string; type: string; param: string | null; code: string | null };
}

/** Waits for something that is bound to happen soon, and fails where it does not. */
export async function until(happened: () => boolean): Promise<void> {
	for (let looked = 0; !happened(); looked++) {
		if (looked === 1000) throw new Error('It did not happen');
		await sleep(5);
	}
}
