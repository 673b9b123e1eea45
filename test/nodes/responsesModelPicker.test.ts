import { runListSearch } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { EDIT_NODE, GENERATE_NODE } from './conversation';
import { setDay } from './day';
import { CREDENTIAL, KEY } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';
import { expectNoKey } from './secrets';

let standIn: StandIn;
let compatible: StandIn;

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

async function search(credential: object = {}, filter?: string, node = GENERATE_NODE) {
	const { results } = await runListSearch(node, 'searchConversationModels', filter, {
		[CREDENTIAL]: { apiKey: KEY, baseUrl: standIn.url, ...credential },
	});
	return results.map(({ name, value }) => ({ name, value: String(value) }));
}

const valuesOf = (found: Awaited<ReturnType<typeof search>>) => found.map(({ value }) => value);

/** A server that has these models. */
async function serverWith(models: object[]): Promise<HttpServer> {
	return await startServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ object: 'list', data: models }));
	});
}

describe('2026-11-21', () => {
	setDay('2026-11-21');

	it.each([GENERATE_NODE, EDIT_NODE])(
		'%s: those worth recommending come first, then the others',
		async (node) => {
			expect(valuesOf(await search({}, undefined, node))).toEqual([
				'gpt-5.6-luna',
				'gpt-6-luna',
				'gpt-6.1-sol',
				'gpt-6-sol',
				'gpt-6-astra',
				'gpt-5.6-terra',
				'gpt-5.6-sol',
				'gpt-5.5',
				'gpt-5',
				'gpt-5-mini',
				'gpt-4.1',
				'gpt-4.1-mini',
				'gpt-4o',
				'gpt-4o-mini',
				'gpt-5.4-nano',
			]);
		},
	);

	it('says what they cost and when they are shut down', async () => {
		const names = new Map((await search()).map(({ name, value }) => [value, name]));
		expect(names.get('gpt-6-luna')).toBe('gpt-6-luna ($0.1 in, $0.5 out per million tokens)');
		expect(names.get('gpt-5')).toBe('gpt-5 ($1.25 in, $10 out per million tokens, shuts down 2026-12-11)');
		// Nothing is known of it.
		expect(names.get('gpt-5.4-nano')).toBe('gpt-5.4-nano');
	});

	it.each([
		['LUNA', ['gpt-5.6-luna', 'gpt-6-luna']],
		['4o', ['gpt-4o', 'gpt-4o-mini']],
		['no such model', []],
	])('filters by %s', async (filter, expected) => {
		expect(valuesOf(await search({}, filter))).toEqual(expected);
	});

	it('leaves out what is for something else', async () => {
		const other = [
			'gpt-image-2.5-flare',
			'chatgpt-image-latest',
			'gpt-4o-realtime-preview',
			'gpt-4o-audio-preview',
			'gpt-4o-transcribe',
			'gpt-4o-mini-tts',
			'gpt-4o-search-preview',
			'gpt-5.3-codex',
			'gpt-3.5-turbo',
			'o3-deep-research',
			'text-embedding-3-small',
			'omni-moderation-latest',
			'whisper-1',
			'sora-2',
			'babbage-002',
		];
		const chat = ['gpt-6-luna', 'gpt-6-luna-2026-09-01', 'gpt-7', 'o4-mini'];
		const server = await serverWith([...other, ...chat].map((id) => ({ id, object: 'model' })));
		try {
			const found = await search({ baseUrl: server.origin });
			expect(valuesOf(found)).toEqual(['gpt-6-luna', 'gpt-6-luna-2026-09-01', 'gpt-7', 'o4-mini']);
			// A dated name costs what its model does.
			expect(found[1]!.name).toBe('gpt-6-luna-2026-09-01 ($0.1 in, $0.5 out per million tokens)');
		} finally {
			server.close();
		}
	});

	it("goes by the server's own word on when a model is shut down", async () => {
		const server = await serverWith([{ id: 'gpt-7', shutdown_date: '2027-03-04T00:00:00Z' }]);
		try {
			expect((await search({ baseUrl: server.origin }))[0]!.name).toBe('gpt-7 (shuts down 2027-03-04)');
		} finally {
			server.close();
		}
	});

	it('of a compatible server lists everything, those that are known first', async () => {
		const values = valuesOf(await search({ provider: 'compatible', baseUrl: compatible.url }));
		expect(values).toEqual(expect.arrayContaining(['gpt-6-luna', 'gpt-4o', 'gpt-5.4-nano', 'dall-e-2']));
		expect(values.indexOf('gpt-4o-mini')).toBeLessThan(values.indexOf('dall-e-2'));
	});

	it('a key that is refused is an error that holds no piece of it', async () => {
		const apiKey = 'sk-other-Xy7fQ_Kp9_Wm';
		const error: unknown = await search({ apiKey }).then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(Error);
		const { message, description, name } = error as Error & { description?: unknown };
		expect(message).toMatch(/the API key was refused/);
		expectNoKey({ message, description, name }, apiKey);
	});
});

describe('2027-01-20', () => {
	setDay('2027-01-20');

	it('those that were shut down are gone, and of a compatible server are not', async () => {
		const ended = ['gpt-5', 'gpt-5-mini', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4o', 'gpt-4o-mini'];
		const values = valuesOf(await search());
		expect(values).toEqual(expect.arrayContaining(['gpt-5.6-luna', 'gpt-5.5']));
		expect(values.filter((value) => ended.includes(value))).toEqual([]);
		const others = valuesOf(await search({ provider: 'compatible', baseUrl: compatible.url }));
		expect(others).toEqual(expect.arrayContaining(ended));
	});
});
