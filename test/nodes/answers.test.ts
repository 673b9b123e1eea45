import sharp from 'sharp';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import type { ErrorJson, GenerateResult, ItemJson } from './generate';
import { errorOf, generate, nano } from './generate';
import table from './workflows/table.json';

/** What the server may answer, all of it in one run: nothing that happens to one item may touch another. */
let standIn: StandIn;
let run: GenerateResult;

interface Case {
	name: string;
	/** What the stand-in is asked to do. */
	directive: string;
	n?: number;
	/** Requests that arrived. */
	requests?: number;
	/** The item's error; without one it has all its images. */
	error?: Partial<ErrorJson>;
	says?: RegExp;
}

const made: Case[] = [
	{ name: 'a body in tiny pieces', directive: '[[chunked 61]]' },
	{ name: 'JSON with line breaks', directive: '[[pretty]]', n: 2 },
	{ name: 'escaped base64', directive: '[[escaped]]', n: 2 },
	{ name: 'escaped base64 in tiny pieces', directive: '[[escaped]][[chunked 53]]' },
	{ name: 'base64 with a data URL in front', directive: '[[data-url]]' },
	{ name: 'the same with escaped slashes', directive: '[[data-url]][[escaped]][[chunked 97]]' },
	{ name: 'an address in place of the image', directive: '[[url]]', n: 2 },
	{ name: 'no usage', directive: '[[no-usage]]' },
	{ name: 'one 429 with a waiting time in seconds', directive: '[[rate-limit 1 x1]]', requests: 2 },
	{ name: 'one 429 with a waiting time in milliseconds', directive: '[[rate-limit 0.9 x1]]', requests: 2 },
	{ name: 'one 429 without a waiting time', directive: '[[rate-limit x1]]', requests: 2 },
	{ name: 'two 500s', directive: '[[status 500 x2]]', requests: 3 },
	{ name: 'one 503', directive: '[[status 503 x1]]', requests: 2 },
	{ name: 'one 408', directive: '[[status 408 x1]]', requests: 2 },
	{ name: 'one 409', directive: '[[status 409 x1]]', requests: 2 },
	{ name: 'one 502 of a proxy', directive: '[[html 502 x1]]', requests: 2 },
];

const failed: Case[] = [
	{
		name: 'a moderation that objects',
		directive: '[[moderation]]',
		error: { code: 'moderation_blocked', status: 400, retryable: false, attempts: 1 },
		says: /rejected by the safety system.*Change the prompt/,
	},
	{
		name: 'a 500 that does not end',
		directive: '[[status 500]]',
		requests: 3,
		error: { code: null, type: 'server_error', status: 500, retryable: true, attempts: 3 },
		says: /The server had an error/,
	},
	{
		name: 'a 502 of a proxy that does not end',
		directive: '[[html 502]]',
		requests: 3,
		error: { code: null, type: 'server_error', status: 502, retryable: true, attempts: 3 },
		says: /HTTP 502/,
	},
	{
		name: '429 that does not end',
		directive: '[[rate-limit 0.2]]',
		// As often as others are let in between, and then as often as is allowed.
		error: {
			code: 'rate_limit_exceeded',
			status: 429,
			retryable: true,
			attempts: expect.any(Number) as number,
		},
		says: /Rate limit reached/,
	},
	{
		name: '400',
		directive: '[[status 400]]',
		error: { status: 400, type: 'invalid_request_error', retryable: false, attempts: 1 },
		says: /asked to answer 400/,
	},
	{
		name: '403',
		directive: '[[status 403]]',
		error: { status: 403, code: 'missing_scope', retryable: false, attempts: 1 },
		says: /insufficient permissions.*project behind the API key/,
	},
	{
		name: '404',
		directive: '[[status 404]]',
		error: { status: 404, retryable: false, attempts: 1 },
		says: /Check the model and the base URL/,
	},
	{
		name: 'a connection that is dropped before the answer',
		directive: '[[reset]]',
		error: { code: 'ECONNRESET', type: 'interrupted', status: null, retryable: true, attempts: 1 },
		says: /connection was lost.*may have been carried out and billed/,
	},
	{
		name: 'a connection that is dropped within the answer',
		directive: '[[cut]]',
		error: { type: 'interrupted', retryable: true, attempts: 1 },
		says: /(connection was lost|broke off).*billed/,
	},
	{
		name: 'an answer without an image',
		directive: '[[empty]]',
		error: { code: 'no_image', status: 200, retryable: false, attempts: 1 },
		says: /without an image/,
	},
	{
		name: 'base64 that is none',
		directive: '[[not-base64]]',
		error: { code: 'invalid_base64', status: 200, retryable: false, attempts: 1 },
		says: /not valid base64/,
	},
	{
		name: 'an image that is none',
		directive: '[[not-an-image]]',
		error: { code: 'not_an_image', status: 200, retryable: false, attempts: 1 },
		says: /no png, jpeg, webp, gif or svg/,
	},
];

/** Refusals for too many hold up what comes after them, so they come last. */
const isRefusal = ({ directive }: Case) => directive.includes('rate-limit');
const all = [...made, ...failed];
const cases = [...all.filter((one) => !isRefusal(one)), ...all.filter(isRefusal)];
const promptOf = ({ name, directive }: Case) => `${directive} ${name}`;
const itemsOf = (wanted: Case): ItemJson[] => run.json.filter(({ prompt }) => prompt === promptOf(wanted));
const requestsOf = (wanted: Case) => standIn.books.filter(({ prompt }) => prompt === promptOf(wanted));

beforeAll(async () => {
	standIn = await startStandIn();
	run = await generate(table, {
		rows: cases.map((wanted) => ({
			prompt: promptOf(wanted),
			n: wanted.n ?? 1,
			size: '1024x640',
			quality: 'low',
		})),
		standIn,
		onError: 'continueRegularOutput',
		parameters: { execution: { concurrency: 16 } },
	});
}, 90_000);

afterAll(async () => await standIn.close());

it('none of them ends the run, and each is linked to its row', () => {
	expect(run.result.run.status).toBe('success');
	const expected = cases.flatMap(({ n, error }, item) =>
		Array.from({ length: error ? 1 : (n ?? 1) }, () => item),
	);
	expect(run.items.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual(expected);
});

it.each(made)('$name: the images arrive whole', async (wanted) => {
	const items = itemsOf(wanted);
	expect(items.map(({ error }) => error)).toEqual(items.map(() => undefined));
	expect(items.map(({ image }) => image.index)).toEqual(
		Array.from({ length: wanted.n ?? 1 }, (_, index) => index),
	);
	const requests = requestsOf(wanted);
	expect(requests).toHaveLength(wanted.requests ?? 1);
	for (const json of items) {
		expect(json.timing.attempts).toBe(requests.length);
		const bytes = await run.result.binary(run.items[run.json.indexOf(json)]!, 'data');
		expect(bytes.length).toBe(json.image.bytes);
		// `stats` decodes all of it.
		await sharp(bytes).stats();
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1024, height: 640 });
	}
	if (wanted.directive !== '[[no-usage]]') {
		const paid = requests.reduce((sum, { usd }) => sum + nano(usd), 0);
		expect(items.reduce((sum, { cost }) => sum + nano(cost.total), 0)).toBe(paid);
	}
});

it.each(failed)('$name: is the failure of one item', (wanted) => {
	const items = itemsOf(wanted);
	expect(items).toHaveLength(1);
	const error = errorOf(items[0]);
	expect(error).toMatchObject(wanted.error!);
	expect(error.message).toMatch(wanted.says!);
	expect(error.message.startsWith(`Item ${cases.indexOf(wanted)}: `)).toBe(true);
	expect(requestsOf(wanted)).toHaveLength(wanted.requests ?? error.attempts);
});

it('an answer without usage has an unknown cost, not one of 0', () => {
	const [json] = itemsOf(made.find(({ directive }) => directive === '[[no-usage]]')!);
	expect(json!.usage).toBeNull();
	expect(json!.cost).toMatchObject({ input: null, output: null, total: null, basis: 'unknown' });
});

it.each([
	['[[rate-limit 1 x1]]', 1000],
	['[[rate-limit 0.9 x1]]', 900],
	['[[rate-limit x1]]', 375],
])('%s: the next try comes at least %i ms later', (directive, wait) => {
	const [first, second] = requestsOf(made.find((wanted) => wanted.directive === directive)!);
	expect(second!.startedAt - first!.endedAt).toBeGreaterThanOrEqual(wait - 1);
});

it('a request id leads from the item to the server', () => {
	for (const wanted of failed.filter(({ directive }) => directive !== '[[reset]]')) {
		expect(errorOf(itemsOf(wanted)[0]).request_id).toMatch(/^req_/);
	}
	for (const { request_id } of run.images) expect(request_id).toMatch(/^req_/);
	expect(new Set(run.images.map(({ request_id }) => request_id)).size).toBe(made.length);
});

it('a model that the catalogue does not know is left to the server', async () => {
	standIn.reset();
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox', model: 'gpt-image-9' }],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(standIn.books).toHaveLength(1);
	expect(errorOf(json[0])).toMatchObject({
		code: 'model_not_found',
		status: 404,
		param: 'model',
		attempts: 1,
	});
	expect(errorOf(json[0]).message).toMatch(/'gpt-image-9' does not exist/);
});

it('a parameter that the server refuses is named', async () => {
	standIn.reset();
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox', additional: '{"wings": 2}' }],
		standIn,
		onError: 'continueRegularOutput',
	});
	expect(errorOf(json[0])).toMatchObject({ code: 'unknown_parameter', status: 400, param: 'wings' });
});
