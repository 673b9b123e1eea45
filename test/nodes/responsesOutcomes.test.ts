import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import type { BookEntry, StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { withHole } from '../stand-in/harness';
import type { Price } from './conversation';
import { EDIT_NODE, GENERATE_NODE, turnOf, turns } from './conversation';
import { setDay } from './day';
import { file } from './edit';
import type { ErrorJson, ItemJson } from './generate';
import { errorOf, nano } from './generate';

let standIn: StandIn;
let compatible: StandIn;

beforeAll(async () => {
	[standIn, compatible] = await Promise.all([startStandIn(), startStandIn({ provider: 'compatible' })]);
});

afterAll(async () => {
	await Promise.all([standIn.close(), compatible.close()]);
});

beforeEach(() => {
	standIn.reset();
	compatible.reset();
});

/** As by default, only fewer: each is waited for. */
const parameters = { execution: { maxRetries: 1 } };

async function generate(json: IDataObject): Promise<{ json: ItemJson; books: BookEntry[] }> {
	const result = await turns(GENERATE_NODE, { rows: [{ json }], standIn, parameters });
	expect(result.json).toHaveLength(1);
	return { json: result.json[0]!, books: [...standIn.books] };
}

/** What is paid although there is no image. */
const lossOf = (json: ItemJson) => json.cost as unknown as Price & { image: Price; conversation: Price };

describe('2026-11-21', () => {
	setDay('2026-11-21');

	interface Case {
		name: string;
		directive: string;
		error: Partial<ErrorJson>;
		message: RegExp;
		extra?: object;
	}

	const unpaidImages: Case[] = [
		{
			name: 'words instead of an image',
			directive: '[[text-answer Which fox do you mean?]]',
			error: { code: 'text_instead_of_image', type: 'text_answer', param: null, retryable: false },
			message: /^Item 0: The model answered with words .*"Which fox do you mean\?".*what to draw/,
		},
		{
			name: 'a refusal',
			directive: '[[refusal]]',
			error: { code: 'text_instead_of_image', type: 'text_answer', retryable: false },
			message: /"I'm sorry, but I can't help with that image\."/,
		},
		{
			name: 'a call that moderation stops',
			directive: '[[call-failed]]',
			error: { code: 'moderation_blocked', retryable: false },
			message: /safety system.*Change the prompt, or set Moderation to Low/,
			extra: { moderation_details: { moderation_stage: expect.any(String) as string } },
		},
		{
			name: 'a response that ended too soon',
			directive: '[[incomplete]]',
			error: { code: 'incomplete', type: 'invalid_response', retryable: false },
			message: /ended before the image was made \(max_output_tokens\)/,
		},
		{
			name: 'a response without output',
			directive: '[[empty]]',
			error: { code: 'no_image', type: 'invalid_response', retryable: false },
			message: /answered without an image/,
		},
	];

	describe.each([
		['whole', {}],
		['streamed', { partial_images: 1 }],
	])('an answer that is %s', (_kind, how) => {
		const cases = unpaidImages;

		it.each(cases)('$name costs what the conversation does', async ({ directive, error, message, extra }) => {
			const { json, books } = await generate({ prompt: `${directive} a fox`, ...how });
			expect(errorOf(json)).toMatchObject({ status: 200, attempts: 1, ...error, ...extra });
			expect(errorOf(json).message).toMatch(message);
			expect(errorOf(json).request_id).toMatch(/^req_/);
			expect(books).toHaveLength(1);
			expect(books[0]).toMatchObject({ images: 0, imageUsd: 0 });
			expect(books[0]!.conversationUsd).toBeGreaterThan(0);
			const { total, image, conversation } = lossOf(json);
			expect(nano(conversation.total)).toBe(nano(books[0]!.conversationUsd!));
			expect(nano(image.total)).toBe(0);
			expect(nano(total)).toBe(nano(conversation.total));
			expect(json.usage).toMatchObject({
				output_tokens: 0,
				conversation: { model: 'gpt-6-luna', output_tokens: expect.any(Number) as number },
			});
			expect(json).not.toHaveProperty('image');
			expect(json).not.toHaveProperty('image_call_id');
		});

		it('a response that failed is tried again, and says why in the end', async () => {
			const { json, books } = await generate({ prompt: '[[response-failed]] a fox', ...how });
			expect(errorOf(json)).toMatchObject({
				code: 'server_error',
				type: 'server_error',
				retryable: true,
				attempts: 2,
			});
			expect(books).toHaveLength(2);
			// What it cost the server does not say.
			expect(lossOf(json)).toMatchObject({ total: null, basis: 'unknown', conversation: { total: null } });
		});

		it('a response that failed once is made the second time', async () => {
			const { json, books } = await generate({ prompt: '[[response-failed x1]] a fox', ...how });
			expect(turnOf(json).timing.attempts).toBe(2);
			expect(books.map(({ images }) => images)).toEqual([0, 1]);
			expect(nano(json.cost.total)).toBe(nano(books[1]!.usd));
		});

		it('a response that failed of itself is not tried again', async () => {
			const { json, books } = await generate({
				prompt: '[[response-failed image_content_policy_violation]] a fox',
				...how,
			});
			expect(errorOf(json)).toMatchObject({ code: 'image_content_policy_violation', retryable: false });
			expect(books).toHaveLength(1);
		});

		it('what is refused before anything is made costs nothing', async () => {
			const { json, books } = await generate({ prompt: '[[moderation]] a fox', ...how });
			expect(errorOf(json)).toMatchObject({ status: 400, code: 'moderation_blocked', attempts: 1 });
			expect(errorOf(json)).toHaveProperty('moderation_details');
			expect(books).toMatchObject([{ usd: 0 }]);
			expect(json).not.toHaveProperty('cost');
		});

		it.each([
			['[[not-base64]]', /base64|no png/],
			['[[not-an-image]]', /no png, jpeg/],
		])('%s: what is no image is a failure that tells its whole price', async (directive, message) => {
			const { json, books } = await generate({ prompt: `${directive} a fox`, ...how });
			expect(errorOf(json)).toMatchObject({ type: 'invalid_response', retryable: false });
			expect(errorOf(json).message).toMatch(message);
			expect(nano(lossOf(json).total)).toBe(nano(books[0]!.usd));
			expect(nano(lossOf(json).image.total)).toBe(nano(books[0]!.imageUsd!));
		});

		it.each(['[[no-usage]]', '[[no-tool-usage]]'])(
			'%s: an unknown part makes the sum unknown',
			async (which) => {
				const { json } = await generate({ prompt: `${which} a fox`, ...how });
				const { cost } = turnOf(json);
				const [known, unknown] =
					which === '[[no-usage]]' ? [cost.image, cost.conversation] : [cost.conversation, cost.image];
				expect(cost).toMatchObject({ total: null, basis: 'unknown' });
				expect(unknown).toMatchObject({ total: null, basis: 'unknown' });
				expect(known.total).toBeGreaterThan(0);
			},
		);
	});

	it('a text of any length is quoted up to a point', async () => {
		const { json } = await generate({ prompt: `[[text-answer ${'Hm. '.repeat(500)}]] a fox` });
		expect(errorOf(json).message).toMatch(/Hm\. Hm\./);
		expect(errorOf(json).message.length).toBeLessThan(800);
	});

	it('a question that the model asks can be answered in the next turn', async () => {
		const asked = await generate({ prompt: '[[text-answer Which fox?]] a fox' });
		expect(asked.json.response_id).toBe(asked.books[0]!.responseId);
		const answered = await generate({ prompt: 'The red one', previous: String(asked.json.response_id) });
		expect(answered.json.error).toBeUndefined();
		expect(answered.books[1]!.previousResponseId).toBe(asked.json.response_id);
	});

	it('a response that nobody knows is named as the reason', async () => {
		const { json, books } = await generate({ prompt: 'a fox', previous: 'resp_0123456789' });
		expect(errorOf(json)).toMatchObject({
			status: 400,
			code: 'previous_response_not_found',
			param: 'previous_response_id',
			retryable: false,
			attempts: 1,
		});
		expect(errorOf(json).message).toMatch(/resp_0123456789.*30 days.*Leave Previous Response ID empty/);
		expect(books).toMatchObject([{ usd: 0 }]);
	});

	it('so is one that has expired', async () => {
		const forgetful = await startStandIn({ responseLifetimeMs: 1 });
		try {
			const first = await turns(GENERATE_NODE, { rows: [{ json: { prompt: 'a fox' } }], standIn: forgetful });
			await sleep(20);
			const { response_id: previous } = turnOf(first.json[0]);
			const { json } = await turns(EDIT_NODE, {
				rows: [{ json: { prompt: 'make it blue', previous } }],
				standIn: forgetful,
			});
			expect(errorOf(json[0])).toMatchObject({ code: 'previous_response_not_found', attempts: 1 });
			expect(errorOf(json[0]).message).toContain(previous);
		} finally {
			await forgetful.close();
		}
	});

	it('an image call that nobody knows is named as the reason', async () => {
		const { json } = await turns(EDIT_NODE, {
			rows: [{ json: { prompt: 'make it blue', call: 'ig_0123456789' } }],
			standIn,
		});
		expect(errorOf(json[0])).toMatchObject({ retryable: false, attempts: 1 });
		expect(errorOf(json[0]).message).toContain('ig_0123456789');
		expect(standIn.books).toMatchObject([{ usd: 0 }]);
	});

	it.each([
		['does not take the image tool', 'gpt-5.4-nano', 400, /image_generation/],
		['nobody knows', 'gpt-99-nova', 400, /gpt-99-nova/],
	])('a conversation model that %s', async (_what, talker, status, message) => {
		const { json } = await generate({ prompt: 'a fox', talker });
		expect(errorOf(json)).toMatchObject({ status, retryable: false, attempts: 1 });
		expect(errorOf(json).message).toMatch(message);
	});

	it('an edit of a conversation without an image fails with the reason', async () => {
		const { books } = await generate({ prompt: '[[text-answer]] a fox' });
		const { json } = await turns(EDIT_NODE, {
			rows: [{ json: { prompt: 'make it blue', previous: books[0]!.responseId! } }],
			standIn,
		});
		expect(errorOf(json[0])).toMatchObject({ status: 400, retryable: false, attempts: 1 });
		expect(errorOf(json[0]).message).toMatch(/no image in the context/);
	});

	describe('is refused before anything is sent:', () => {
		const refused = async (type: string, row: Parameters<typeof turns>[1]['rows'][number]) => {
			const { json } = await turns(type, { rows: [row], standIn });
			expect(standIn.books).toEqual([]);
			expect(errorOf(json[0])).toMatchObject({ type: 'validation_error', attempts: 0, status: null });
			return errorOf(json[0]).message;
		};

		it('a markup', async () => {
			const drawn = file(await withHole(816, 816, '#f00', { left: 9, top: 9, width: 90, height: 90 }));
			const json = { previous: 'resp_1', markup: 'drawn' };
			expect(await refused(EDIT_NODE, { json, files: { drawn } })).toMatch(
				/^Item 0: markup: .*not possible in a conversation.*Images API/,
			);
		});

		it('an earlier response with the Images API', async () => {
			expect(await refused(EDIT_NODE, { json: { api: 'images', previous: 'resp_1' } })).toMatch(
				/imageSource: .*Responses API only. Set API to Responses/,
			);
		});

		it('an API that there is not', async () => {
			expect(await refused(GENERATE_NODE, { json: { api: 'chat' } })).toMatch(
				/api: "chat" is not possible. Allowed: images, responses/,
			);
		});

		it('no conversation model', async () => {
			expect(await refused(GENERATE_NODE, { json: { talker: ' ' } })).toMatch(
				/conversationModel: No conversation model is given/,
			);
		});

		it('an edit of nothing', async () => {
			expect(await refused(EDIT_NODE, {})).toMatch(
				/no image to start from.*ID of the response or of the image call/,
			);
		});

		it('an empty prompt', async () => {
			expect(await refused(GENERATE_NODE, { json: { prompt: ' ' } })).toMatch(/prompt: The prompt is empty/);
		});

		it('a model, a size and a quality that do not fit, all in one', async () => {
			expect(await refused(GENERATE_NODE, { json: { size: '1000x10', quality: 'best' } })).toMatch(
				/size: .*quality: /,
			);
		});
	});

	it.each(['gpt-5', 'gpt-4o', 'gpt-5-mini'])('%s, which ends soon, comes with a warning', async (talker) => {
		const { json } = await generate({ prompt: 'a fox', talker });
		expect(turnOf(json).warnings).toEqual([
			expect.stringMatching(
				new RegExp(`^OpenAI shuts ${talker} down on 20\\d\\d-\\d\\d-\\d\\d\\. Change to gpt-`),
			),
		]);
	});

	describe('On Error', () => {
		const rows = [
			{ json: { prompt: 'a fox' } },
			{ json: { prompt: '[[text-answer Which owl?]] an owl', sku: 'O-2' } },
			{ json: { prompt: 'a hare' } },
		];
		const one = { execution: { concurrency: 1 }, output: { includeInput: true } };

		it('Stop: says which item, what the model said, and what was paid', async () => {
			const { result } = await turns(GENERATE_NODE, {
				rows,
				standIn,
				parameters: one,
				onError: 'stopWorkflow',
			});
			expect(result.run.status).toBe('error');
			expect(result.error!.message).toMatch(/^Item 1: .*"Which owl\?"/);
			expect(result.error!.description).toMatch(
				/^1 image had been made and paid for \(\$0\.0\d+\).*On Error/,
			);
			// The words were not free.
			expect(result.error!.description).toMatch(/\$0\.0\d+ went on answers that held no usable image/);
			expect(standIn.books).toHaveLength(2);
		});

		it('Continue: the others are made', async () => {
			const { items, json } = await turns(GENERATE_NODE, { rows, standIn, parameters: one });
			expect(json.map(({ error }) => error?.code)).toEqual([undefined, 'text_instead_of_image', undefined]);
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2].map((item) => ({ item })));
			expect(json[1]).toMatchObject({ sku: 'O-2', cost: { basis: 'usage' } });
		});

		it('Continue (using error output): the failed one comes out there, with its cost', async () => {
			const { result, json } = await turns(GENERATE_NODE, {
				rows,
				standIn,
				parameters: one,
				onError: 'continueErrorOutput',
			});
			expect(json.map(({ prompt }) => prompt)).toEqual(['a fox', 'a hare']);
			const [failed, ...others] = result.items('Node', 1);
			expect(others).toEqual([]);
			expect(failed!.json).toMatchObject({
				sku: 'O-2',
				error: { code: 'text_instead_of_image' },
				usage: { conversation: { model: 'gpt-6-luna' } },
			});
			expect(nano(lossOf(failed!.json as ItemJson).total)).toBe(nano(standIn.books[1]!.usd));
		});
	});
});

describe('2027-01-20, when models have been shut down', () => {
	setDay('2027-01-20');

	const shutDown = [
		['gpt-5', '2026-12-11', 'gpt-5.6-sol'],
		['gpt-5-mini-2025-08-07', '2026-12-11', 'gpt-6-luna'],
		['gpt-4o-mini', '2027-01-14', 'gpt-6-luna'],
	];

	it.each(shutDown)('%s is refused before anything is sent', async (talker, day, instead) => {
		const { json, books } = await generate({ prompt: 'a fox', talker });
		expect(books).toEqual([]);
		expect(errorOf(json)).toMatchObject({
			type: 'validation_error',
			param: 'conversationModel',
			attempts: 0,
		});
		expect(errorOf(json).message).toBe(
			`Item 0: conversationModel: OpenAI shut ${talker} down on ${day}. Use ${instead} instead.`,
		);
	});

	it('a compatible server may well have it', async () => {
		const { json } = await turns(GENERATE_NODE, {
			rows: [{ json: { prompt: 'a fox', talker: 'gpt-4o-mini' } }],
			standIn: compatible,
			credential: { provider: 'compatible' },
		});
		expect(turnOf(json[0]).usage.conversation.model).toBe('gpt-4o-mini');
		expect(turnOf(json[0]).warnings).toEqual([]);
	});
});
