import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sdkClient, sdkTransport } from '../../cli/transport';
import { clock } from '../../cli/clock';
import { ImageError } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import type { JobOutcome } from '../../engine/jobs/outcome';
import type { ImageBytes } from '../../engine/jobs/source';
import type { Transport, WireRequest } from '../../engine/requests/wire';
import { readImageHeader } from '../../engine/responses/imageHeader';
import type { ArrivedImage } from '../../engine/runner/ports';
import { Paces } from '../../engine/runner/paces';
import { runJobs } from '../../engine/runner/run';
import { job, SETTINGS } from '../engine/world';
import { startStandIn, type StandIn } from '../stand-in';
import { EXAMPLES } from './command';

/** The engine over the SDK, beside the engine over the plainest wire there is. */
let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(async () => await standIn.close());
beforeEach(() => standIn.reset());

const plainTransport = (): Transport => {
	const bodyOf = async ({
		json,
		multipart,
	}: WireRequest): Promise<{ body: string | FormData; headers: object }> => {
		if (json) return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
		const body = new FormData();
		for (const part of multipart ?? []) {
			if ('value' in part) {
				body.append(part.name, part.value);
				continue;
			}
			const pieces: Uint8Array[] = [];
			for await (const piece of part.content()) pieces.push(piece);
			body.append(part.name, new File([Buffer.concat(pieces)], part.fileName, { type: part.contentType }));
		}
		return { body, headers: {} };
	};
	const ask = async (url: string, init: RequestInit) => {
		const response = await fetch(url, init);
		async function* pieces() {
			try {
				yield* response.body as unknown as AsyncIterable<Uint8Array>;
			} catch {
				throw new ImageError({ kind: 'interrupted', code: 'lost', message: 'lost', maybeBilled: true });
			}
		}
		return { status: response.status, headers: Object.fromEntries(response.headers), body: pieces() };
	};
	return {
		redact: (text) => text.replaceAll(standIn.key, '[redacted]'),
		send: async (request) => {
			const { body, headers } = await bodyOf(request);
			try {
				return await ask(standIn.url + request.path, {
					method: request.method,
					body,
					headers: { ...headers, authorization: `Bearer ${standIn.key}` },
				});
			} catch {
				throw new ImageError({ kind: 'interrupted', code: 'lost', message: 'lost', maybeBilled: true });
			}
		},
		download: async (url) => await ask(url, {}),
	};
};

const sdk = async (): Promise<Transport> => {
	const client = await sdkClient({ apiKey: standIn.key, baseUrl: standIn.url }, 'openai');
	return sdkTransport(client, (text) => text.replaceAll(standIn.key, '[redacted]'));
};

const picture = (name: string): ImageBytes => {
	const bytes = readFileSync(join(EXAMPLES, 'batch-configuration/pictures', name));
	return {
		kind: 'bytes',
		label: name,
		facts: { bytes: bytes.length, header: readImageHeader(bytes) },
		read: async () => await Promise.resolve(bytes),
		async *open() {
			for (let from = 0; from < bytes.length; from += 1000)
				yield await Promise.resolve(bytes.subarray(from, from + 1000));
		},
	};
};

const ORDERS: ReadonlyArray<[string, Partial<ImageJob>]> = [
	['an image', {}],
	['letters of all kinds', { prompt: '«Füchse» 🦊\n\t"im" \\ Schnee \u2028' }],
	['several images', { n: 3, parameters: { size: '1024x640', quality: 'low', output_format: 'webp' } }],
	['more than one request makes', { n: 12, parameters: { size: '1024x640', quality: 'low' } }],
	['an edit', { endpoint: 'edits', images: [picture('cup.png')] }],
	[
		'an edit of several images with a mask',
		{
			endpoint: 'edits',
			images: [picture('house.png'), picture('cup.png')],
			mask: picture('house_mask.png'),
			parameters: { output_format: 'jpeg', output_compression: 80, quality: 'low' },
		},
	],
	[
		'an address',
		{ endpoint: 'edits', images: [{ kind: 'url', label: 'image 1', value: 'https://127.0.0.1:1/x.png' }] },
	],
	['an answer with an address', { prompt: '[[url]] a fox' }],
	['an answer without tokens', { prompt: '[[no-usage]] a fox' }],
	['an answer in many pieces', { prompt: '[[chunked 40]] a fox' }],
	['an error of the server, twice', { prompt: '[[status 500 x2]] a fox' }],
	['a limit of the rate', { prompt: '[[rate-limit 0.05 x1]] a fox' }],
	['moderation', { prompt: '[[moderation]] a fox' }],
	['a refusal', { prompt: '[[status 418]] a fox' }],
	['a page of HTML', { prompt: '[[html 502 x9]] a fox' }],
	['an answer that breaks off', { prompt: '[[cut]] a fox' }],
	['a connection that is lost', { prompt: '[[reset]] a fox' }],
	['what is no image', { prompt: '[[not-an-image]] a fox' }],
	['nothing', { prompt: '[[empty]] a fox' }],
	['a quota that is used up', { prompt: '[[quota]] a fox' }],
];

/** What there is of an outcome that does not depend on the day, the request's id and the wire's own words. */
function plain({ status, images, error, loss, attempts }: JobOutcome<string>): object {
	return {
		status,
		images: images.map(({ index, ref, header, bytes, usage, cost, served, warnings }) => ({
			...{ index, ref, header, bytes, usage, cost, served, warnings },
		})),
		error: error && {
			kind: error.kind,
			status: error.details.status,
			maybeBilled: error.details.maybeBilled,
		},
		loss,
		attempts: attempts.map(({ result }) => result),
	};
}

async function outcomeOver(transport: Transport, change: Partial<ImageJob>) {
	standIn.reset();
	const [outcome] = await runJobs(
		[job(0, { prompt: 'a fox', parameters: { size: '1024x640', quality: 'low' }, ...change })],
		{ ...SETTINGS, retryDelayMs: 1 },
		{
			transport,
			clock,
			enterPace: (model, imagesPerMinute) => new Paces(clock).enter('', model, imagesPerMinute),
			signal: new AbortController().signal,
			store: {
				put: async ({ bytes }: ArrivedImage) =>
					await Promise.resolve(createHash('sha256').update(bytes).digest('hex')),
			},
		},
	);
	const books = standIn.books.map(({ endpoint, model, n, images, usd, body, inputs }) => ({
		...{ endpoint, model, n, images, usd, body, inputs },
	}));
	return { outcome: plain(outcome!), books };
}

it.each(ORDERS)('%s: the same over the SDK and over plain HTTP', async (_, change) => {
	const over = await outcomeOver(await sdk(), change);
	expect(over).toEqual(await outcomeOver(plainTransport(), change));
	expect(over.books.length).toBeGreaterThan(0);
});

describe('the SDK', () => {
	const send = async (base: string, more: Partial<WireRequest> = {}) => {
		const client = await sdkClient({ apiKey: 'sk-stand-in-secret', baseUrl: base }, 'openai');
		return await sdkTransport(client, (text) => text.replaceAll('sk-stand-in-secret', '[redacted]')).send({
			method: 'POST',
			path: '/images/generations',
			json: { model: 'gpt-image-2.5-flare', prompt: '[[delay 60000]] a fox' },
			timeoutMs: 60_000,
			signal: new AbortController().signal,
			...more,
		});
	};

	it('says that nothing was sent where nobody answers', async () => {
		await expect(send('http://127.0.0.1:65123/v1')).rejects.toMatchObject({
			kind: 'connection',
			details: { code: 'ECONNREFUSED' },
		});
	});

	it('ends when the time is up, and when the user cancels', async () => {
		await expect(send(standIn.url, { timeoutMs: 50 })).rejects.toMatchObject({
			kind: 'timeout',
			details: { maybeBilled: true },
		});
		const cancel = new AbortController();
		setTimeout(() => cancel.abort(), 50);
		await expect(send(standIn.url, { signal: cancel.signal })).rejects.toMatchObject({ kind: 'cancelled' });
	});

	it('shows its key as the provider wants it, and to nobody that a redirect names', async () => {
		const asked: IncomingHttpHeaders[] = [];
		const server = createServer((request, response) => {
			asked.push(request.headers);
			response.writeHead(307, { location: '/elsewhere' }).end();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
		try {
			for (const provider of ['openai', 'azure'] as const) {
				const client = await sdkClient({ apiKey: 'sk-1', baseUrl, project: 'proj' }, provider);
				const answer = await sdkTransport(client, (text) => text).send({
					method: 'GET',
					path: '/models',
					timeoutMs: 1000,
					signal: new AbortController().signal,
				});
				expect(answer.status).toBe(307);
				for await (const _ of answer.body);
			}
		} finally {
			server.closeAllConnections();
			server.close();
		}
		expect(asked).toHaveLength(2);
		expect(asked[0]).toMatchObject({ authorization: 'Bearer sk-1', 'openai-project': 'proj' });
		expect(asked[0]).not.toHaveProperty('api-key');
		expect(asked[1]).toMatchObject({ 'api-key': 'sk-1' });
		expect(asked[1]).not.toHaveProperty('authorization');
	});

	it('keeps a key that is no header out of the error', async () => {
		const client = await sdkClient(
			{ apiKey: 'sk-stand-in-\u{1f98a}-secret', baseUrl: standIn.url },
			'openai',
		);
		const redact = (text: string) => text.replaceAll('sk-stand-in-\u{1f98a}-secret', '[redacted]');
		const sent = sdkTransport(client, redact).send({
			method: 'GET',
			path: '/models',
			timeoutMs: 1000,
			signal: new AbortController().signal,
		});
		await expect(sent).rejects.toMatchObject({ kind: 'invalid_request' });
		await expect(sent).rejects.not.toMatchObject({ message: expect.stringContaining('secret') as string });
	});
});
