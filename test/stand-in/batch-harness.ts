import { toFile } from 'openai';
import type OpenAI from 'openai';
import type { Bench } from './harness';

export const generations = '/v1/images/generations';

/** What most requests of a batch ask for. */
export const usualBody = { model: 'gpt-image-2.5-flare', size: '816x816' } as const;

/** A line of a file of requests. */
export interface RequestedLine {
	custom_id: string;
	method: string;
	url: string;
	body: Record<string, unknown>;
}

/** A line of a file of results. */
export interface ResultLine {
	id: string;
	custom_id: string;
	response: { status_code: number; request_id: string; body: OpenAI.ImagesResponse } | null;
	error: { code: string; message: string } | null;
}

export function line(
	customId: string,
	body: Record<string, unknown> = {},
	url: string = generations,
): RequestedLine {
	return {
		custom_id: customId,
		method: 'POST',
		url,
		body: { ...usualBody, prompt: `Job ${customId}`, ...body },
	};
}

/** `job-0`, `job-1`, ... */
export function lines(count: number): RequestedLine[] {
	return Array.from({ length: count }, (_, index) => line(`job-${index}`));
}

/** Uploads a file of requests. */
export async function uploadLines(
	{ client }: Pick<Bench, 'client'>,
	content: RequestedLine[] | string | Buffer,
): Promise<string> {
	const text = Array.isArray(content) ? content.map((one) => `${JSON.stringify(one)}\n`).join('') : content;
	const file = await toFile(Buffer.isBuffer(text) ? text : Buffer.from(text), 'batch.jsonl');
	return (await client.files.create({ file, purpose: 'batch' })).id;
}

/** Uploads a file of requests and makes a batch of it. */
export async function submit(
	bench: Pick<Bench, 'client'>,
	content: RequestedLine[] | string | Buffer,
	more: Partial<OpenAI.BatchCreateParams> = {},
): Promise<OpenAI.Batch> {
	return await bench.client.batches.create({
		input_file_id: await uploadLines(bench, content),
		endpoint: generations,
		completion_window: '24h',
		...more,
	});
}

/** A file's content. */
export async function read({ client }: Pick<Bench, 'client'>, id: string | undefined): Promise<string> {
	return await (await client.files.content(id ?? '')).text();
}

/** The lines of a file of results. */
export async function results(bench: Pick<Bench, 'client'>, id: string | undefined): Promise<ResultLine[]> {
	const content = await read(bench, id);
	return content
		.split('\n')
		.slice(0, -1)
		.map((one) => JSON.parse(one) as ResultLine);
}
