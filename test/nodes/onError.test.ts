import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import type { ErrorJson } from './generate';
import { errorOf, generate, nano } from './generate';
import secondTry from './workflows/second-try.json';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** The items that fail, and how. */
const faults: Record<number, { directive: string; error: Partial<ErrorJson> }> = {
	7: {
		directive: '[[moderation]]',
		error: {
			code: 'moderation_blocked',
			type: 'image_generation_user_error',
			status: 400,
			retryable: false,
			attempts: 1,
		},
	},
	18: {
		directive: '[[status 500]]',
		error: { code: null, type: 'server_error', status: 500, retryable: true, attempts: 2 },
	},
	33: {
		directive: '[[not-an-image]]',
		error: { code: 'not_an_image', status: 200, retryable: false, attempts: 1 },
	},
};

const rows = Array.from({ length: 40 }, (_, index) => ({
	prompt: `${faults[index]?.directive ?? ''} picture ${index}`.trim(),
	second: `second try of picture ${index}`,
	size: '1024x640',
	quality: 'low',
}));
const failing = Object.keys(faults).map(Number);

function expectFailure(json: { prompt?: unknown; error?: ErrorJson }, index: number): void {
	const error = errorOf(json as never);
	expect(json.prompt).toBe(rows[index]!.prompt);
	expect(Object.keys(error)).toEqual(
		expect.arrayContaining([
			'message',
			'code',
			'type',
			'status',
			'param',
			'request_id',
			'retryable',
			'attempts',
		]),
	);
	expect(error).toMatchObject(faults[index]!.error);
	expect(error.message).toMatch(new RegExp(`^Item ${index}: .`));
	expect(error.request_id).toMatch(/^req_/);
}

it('Continue: 37 of 40 come out as images and 3 as errors, each in its place', async () => {
	const { result, items, json } = await generate(table, {
		rows,
		standIn,
		onError: 'continueRegularOutput',
		parameters: { execution: { concurrency: 8, maxRetries: 1 } },
	});
	expect(result.run.status).toBe('success');
	expect(items).toHaveLength(40);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
	expect(json.map(({ prompt }) => prompt)).toEqual(rows.map(({ prompt }) => prompt));

	for (const [index, item] of items.entries()) {
		if (index in faults) expectFailure(json[index]!, index);
		else {
			expect(json[index]!.error).toBeUndefined();
			expect((await result.binary(item, 'data')).length).toBe(json[index]!.image.bytes);
		}
	}
	// The image that was none has been paid for all the same.
	const paid = standIn.books.reduce((sum, { usd }) => sum + nano(usd), 0);
	const counted = json.reduce((sum, { cost }) => sum + (cost ? nano(cost.total) : 0), 0);
	expect(counted).toBe(paid);
	expect(standIn.books).toHaveLength(41);
});

it('Continue (using error output): the 3 come out of the second output, and can be tried again', async () => {
	const { result, items } = await generate(secondTry, {
		rows,
		standIn,
		parameters: { execution: { maxRetries: 1 } },
	});
	expect(result.run.status).toBe('success');
	expect(items.map(({ json }) => json.prompt)).toEqual(
		rows.filter((_, index) => !(index in faults)).map(({ prompt }) => prompt),
	);
	const failed = result.items('Generate', 1);
	expect(failed.map(({ json }) => json.prompt)).toEqual(failing.map((index) => rows[index]!.prompt));
	for (const [place, item] of failed.entries()) expectFailure(item.json, failing[place]!);

	const again = result.items('Try Again');
	expect(again.map(({ json }) => json.prompt)).toEqual(failing.map((index) => rows[index]!.second));
	expect(again.every(({ binary }) => binary?.data !== undefined)).toBe(true);
});

describe('Stop', () => {
	it('fails the run, names the item and the reason, and says what had been paid for', async () => {
		const { result, items } = await generate(table, {
			rows: [
				{ prompt: 'picture 0', size: '1024x640', quality: 'low' },
				{ prompt: 'picture 1', size: '1024x640', quality: 'low', n: 2 },
				{ prompt: '[[moderation]] picture 2', size: '1024x640', quality: 'low' },
				{ prompt: 'picture 3', size: '1024x640', quality: 'low' },
			],
			standIn,
			parameters: { execution: { concurrency: 1 } },
		});
		expect(result.run.status).toBe('error');
		expect(items).toEqual([]);
		const error = result.error!;
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toMatch(/^Item 2: .*rejected by the safety system/);
		expect(error.context).toMatchObject({ itemIndex: 2 });
		const paid = standIn.books.reduce((sum, { usd }) => sum + nano(usd), 0) / 1e9;
		expect(paid).toBeGreaterThan(0);
		expect(error.description).toContain('3 images had been made and paid for');
		expect(error.description).toContain(`$${paid}`);
		expect(error.description).toContain('On Error');
		// Nothing more is sent once an item has failed.
		expect(standIn.books).toHaveLength(3);
	});

	it('waits for what is in flight, which is paid for, and counts it', async () => {
		const { result } = await generate(table, {
			rows: [
				{ prompt: '[[delay 400]] picture 0', size: '1024x640', quality: 'low' },
				{ prompt: '[[delay 400]] picture 1', size: '1024x640', quality: 'low' },
				{ prompt: '[[moderation]] [[delay 50]] picture 2', size: '1024x640', quality: 'low' },
				{ prompt: 'picture 3', size: '1024x640', quality: 'low' },
			],
			standIn,
			parameters: { execution: { concurrency: 3 } },
		});
		expect(result.error!.message).toMatch(/^Item 2: /);
		expect(result.error!.description).toContain('2 images had been made and paid for');
		expect(standIn.books.map(({ status }) => status).sort()).toEqual([200, 200, 400]);
	});

	it('says where nothing had been paid for', async () => {
		const { result } = await generate(table, {
			rows: [{ prompt: '[[moderation]] picture' }],
			standIn,
		});
		expect(result.error!.message).toMatch(/^Item 0: /);
		expect(result.error!.description).toContain('No image had been paid for');
	});

	it('says what went on an image that was none', async () => {
		const { result } = await generate(table, {
			rows: [{ prompt: '[[not-an-image]] picture', size: '1024x640', quality: 'low' }],
			standIn,
		});
		expect(result.error!.description).toContain('No image had been made');
		expect(result.error!.description).toContain(`$${standIn.books[0]!.usd} went on answers`);
	});

	it('does not say that nothing had been paid for where the server may have billed', async () => {
		const { result } = await generate(table, {
			rows: [{ prompt: '[[cut]] picture', size: '1024x640', quality: 'low' }],
			standIn,
		});
		expect(standIn.books[0]!.usd).toBeGreaterThan(0);
		expect(result.error!.message).toMatch(/may have been (carried out and )?billed/);
		expect(result.error!.description).not.toContain('No image had been paid for');
	});

	it('keeps the message as it is where it holds one of the codes that n8n looks for', async () => {
		const { result } = await generate(table, {
			rows: [{ prompt: 'picture', size: 'ECONNREFUSED' }],
			standIn,
		});
		expect(result.error!.message).toMatch(
			/^Item 0: size: "econnrefused" is not a size of gpt-image-2\.5-flare\./,
		);
	});
});
