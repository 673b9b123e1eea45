import { runListSearch } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { setDay } from './day';
import { CREDENTIAL, KEY } from './generate';
import { expectNoKey } from './secrets';

let standIn: StandIn;
let compatible: StandIn;
/** The base URL of a server that has been switched off. */
let gone: string;

setDay('2026-11-21');

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
	const closed = await startStandIn();
	gone = closed.url;
	await closed.close();
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

async function search(credential: object, filter?: string) {
	const { results } = await runListSearch('openAiImageGenerate', 'searchModels', filter, {
		[CREDENTIAL]: { apiKey: KEY, baseUrl: standIn.url, ...credential },
	});
	return results.map(({ name, value }) => ({ name, value: String(value) }));
}

it('has the image models that are alive, newest first', async () => {
	const values = (await search({})).map(({ value }) => value);
	expect(values).toEqual([
		'gpt-image-2.6-flare',
		'gpt-image-2.6-sunburst',
		'gpt-image-2.5-flare',
		'gpt-image-2.5-flare-2026-09-08',
		'gpt-image-2.5-sunburst',
		'gpt-image-2.5-sunburst-2026-09-08',
		'gpt-image-2',
		'gpt-image-2-2026-04-21',
		'gpt-image-1.5',
		'gpt-image-1.5-2025-12-16',
		'chatgpt-image-latest',
		'gpt-image-1-mini',
	]);
});

it('says what a medium square image costs', async () => {
	const names = new Map((await search({})).map(({ name, value }) => [value, name]));
	// 439, 1,756 and 1,375 tokens, and a range where there is no formula.
	expect(names.get('gpt-image-2.5-flare')).toBe('gpt-image-2.5-flare ($0.013 a medium image)');
	expect(names.get('gpt-image-2')).toBe('gpt-image-2 ($0.053 a medium image)');
	expect(names.get('gpt-image-2.6-flare')).toMatch(
		/^gpt-image-2\.6-flare \(\$0\.0\d+-\$0\.0\d+ a medium image\)$/,
	);
});

it('says when a model is shut down', async () => {
	const names = new Map((await search({})).map(({ name, value }) => [value, name]));
	expect(names.get('gpt-image-1-mini')).toBe(
		'gpt-image-1-mini ($0.011 a medium image, shuts down 2026-12-01)',
	);
	expect(names.get('gpt-image-1.5')).toContain('shuts down 2026-12-01');
	expect(names.get('gpt-image-2')).not.toContain('shuts down');
});

it.each([
	['SUNBURST', ['gpt-image-2.6-sunburst', 'gpt-image-2.5-sunburst', 'gpt-image-2.5-sunburst-2026-09-08']],
	['mini', ['gpt-image-1-mini']],
	['no such model', []],
])('filters by %s', async (filter, expected) => {
	expect((await search({}, filter)).map(({ value }) => value)).toEqual(expected);
});

it('of a compatible server lists everything, the models that OpenAI has shut down too', async () => {
	const found = await search({ provider: 'compatible', baseUrl: compatible.url });
	const values = found.map(({ value }) => value);
	expect(values).toEqual(expect.arrayContaining(['gpt-image-2', 'dall-e-3', 'gpt-image-1', 'gpt-4o']));
	// Image models first.
	expect(values.indexOf('dall-e-2')).toBeLessThan(values.indexOf('gpt-4o'));
});

it('takes a base URL with a slash at its end', async () => {
	expect(await search({ baseUrl: `${standIn.url}/` })).not.toEqual([]);
});

it.each([
	['a wrong key', () => ({ apiKey: 'sk-other-Xy7fQ_Kp9_Wm' })],
	['a wrong base URL', () => ({ baseUrl: standIn.url.replace('/v1', '/v2') })],
	['a server that is not there', () => ({ baseUrl: gone })],
])('%s is an error that holds no piece of the key', async (_name, credential) => {
	const error: unknown = await search(credential()).then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(Error);
	const { apiKey = KEY } = credential() as { apiKey?: string };
	// What the editor shows of it.
	const { message, description, name } = error as Error & { description?: unknown };
	expectNoKey({ message, description, name }, apiKey);
});
