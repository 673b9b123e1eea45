import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, cheapRows, requestsFor } from './batch';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 200 });
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

/** A run of a configuration. @param settings the configuration's @param execution the node's */
const run = async (jobs: IDataObject[], settings: IDataObject, execution: INodeParameters = {}) =>
	await batch({
		standIn,
		parameters: { source: 'json', json: JSON.stringify({ jobs, ...settings }), execution },
	});

const fox = (directives: string): IDataObject => ({ prompt: `${directives} a fox`, ...CHEAP });

describe('the concurrency', () => {
	const six = cheapRows(6);

	it.each<[number, string, IDataObject, INodeParameters]>([
		[4, "is the configuration's", { max_concurrent: 4 }, { concurrency: 3 }],
		[3, "is the node's where the configuration says nothing", {}, { concurrency: 3 }],
		[2, 'of a configuration is 2 where nobody says anything', {}, {}],
	])('%i: %s', async (most, _, settings, execution) => {
		await run(six, settings, execution);
		expect(standIn.maxInFlight).toBe(most);
	});

	it('of items and prompt lists is 4 where the node says nothing', async () => {
		await batch({ standIn, rows: six, parameters: {} });
		expect(standIn.maxInFlight).toBe(4);
		standIn.reset();
		const promptList = six.map(({ prompt }) => `# ${String(prompt)}\n${String(prompt)}`).join('\n');
		await batch({ standIn, parameters: { source: 'promptList', promptList, ...CHEAP } });
		expect(standIn.maxInFlight).toBe(4);
	});

	it.each([0, 33, 2.5])('of %p is refused before anything is sent', async (given) => {
		const { result } = await run(six, { max_concurrent: given });
		expect(result.error!.message).toMatch(/max_concurrent: .*whole number from 1 to 32/);
		const node = await run(six, {}, { concurrency: given });
		expect(node.result.error!.message).toMatch(/concurrency.*whole number from 1 to 32/);
		expect(standIn.books).toEqual([]);
	});
});

describe('what is tried again', () => {
	const quick = { retry_delay_ms: 100 };
	const attemptsAt = (prompt: string) => requestsFor(standIn, prompt).length;
	const all = [fox('[[status 500 x1]]'), fox('[[reset x1]]'), fox('[[rate-limit 0.01 x1]]')];

	it.each<[string, IDataObject, INodeParameters, number[]]>([
		['nothing said: what costs nothing', {}, { retryDelay: 10 }, [2, 1, 2]],
		["the node's word", {}, { retryDelay: 10, retryOn: ['interrupted'] }, [1, 2, 1]],
		['a policy of no words: its defaults', { retry_policy: quick }, {}, [1, 2, 2]],
		["a policy's word", { retry_policy: { ...quick, retry_on_errors: ['server_error'] } }, {}, [2, 1, 1]],
		[
			"a policy's word before the node's",
			{ retry_policy: { ...quick, retry_on_errors: ['server_error'] } },
			{ retryOn: ['rate_limit'] },
			[2, 1, 1],
		],
		[
			"the node's word before a policy's defaults",
			{ retry_policy: quick },
			{ retryOn: ['server_error'] },
			[2, 1, 1],
		],
		[
			'nothing, where a policy says so',
			{ retry_policy: { ...quick, max_retries: 0 } },
			{ maxRetries: 2 },
			[1, 1, 1],
		],
	])('%s', async (_, settings, execution, attempts) => {
		const { images, failed } = await run(all, { max_concurrent: 3, ...settings }, execution);
		expect(all.map(({ prompt }) => attemptsAt(String(prompt)))).toEqual(attempts);
		expect(images.map(({ prompt, timing }) => [prompt, timing.attempts])).toEqual(
			all.flatMap(({ prompt }, place) => (attempts[place] === 2 ? [[prompt, 2]] : [])),
		);
		expect(failed.map(({ error }) => error.attempts)).toEqual(attempts.filter((tries) => tries === 1));
	});

	it("a policy's timeout means what was lost on the way, too", async () => {
		const late = fox('[[delay 8000 x1]]');
		const retryOn = { retry_policy: { ...quick, retry_on_errors: ['timeout'] } };
		const { images } = await run([late, ...all], { max_concurrent: 4, ...retryOn }, { requestTimeout: 1000 });
		expect([late, ...all].map(({ prompt }) => attemptsAt(String(prompt)))).toEqual([2, 1, 2, 1]);
		expect(images).toHaveLength(2);
	});

	it('is tried so often as the policy says', async () => {
		const often = { max_retries: 3, retry_on_errors: ['server_error'], retry_delay_ms: 100 };
		await run([fox('[[status 500]]')], { retry_policy: often }, { maxRetries: 1 });
		expect(standIn.books).toHaveLength(4);
	});

	it('is never what will not pass', async () => {
		const hopeless = ['[[moderation]]', '[[status 404]]', '[[not-an-image]]', '[[empty]]'].map(fox);
		await run(hopeless, {
			retry_policy: {
				...quick,
				retry_on_errors: ['rate_limit', 'server_error', 'connection', 'interrupted', 'timeout'],
			},
		});
		expect(standIn.books).toHaveLength(hopeless.length);
	});
});

describe('the wait before the first retry', () => {
	/** Milliseconds, less what chance may take off. */
	const shortest = (delay: number) => delay * 0.75 - 1;
	const waited = () => {
		const [first, second] = standIn.books;
		return second!.startedAt - first!.endedAt;
	};
	const jobs = [fox('[[status 500 x1]]')];
	const policy = (more: IDataObject) => ({ retry_policy: { retry_on_errors: ['server_error'], ...more } });

	it("is the configuration's, before the node's", async () => {
		await run(jobs, policy({ retry_delay_ms: 600 }), { retryDelay: 0 });
		expect(waited()).toBeGreaterThanOrEqual(shortest(600));
	});

	it("is the node's, before the default of five seconds", async () => {
		// With that one the run would be over before the retry.
		const { images } = await run(jobs, { timeout: 3000 }, { retryDelay: 300 });
		expect(images).toHaveLength(1);
		expect(waited()).toBeGreaterThanOrEqual(shortest(300));
	});

	it('is five seconds in a configuration that does not say', async () => {
		const { failed } = await run(jobs, { timeout: 1000, ...policy({}) });
		expect(standIn.books).toHaveLength(1);
		expect(failed).toMatchObject([{ status: 'cancelled', error: { code: 'timeout', attempts: 1 } }]);
	});

	it('is half a second where there is no configuration', async () => {
		const { images } = await batch({ standIn, rows: jobs, parameters: { execution: { timeout: 3000 } } });
		expect(images).toHaveLength(1);
		expect(waited()).toBeGreaterThanOrEqual(shortest(500));
	});
});

it('all mistakes of the settings are reported together', async () => {
	const { result } = await run([fox('')], {
		max_concurrent: 'many',
		timeout: 999,
		output_dir: '../out',
		retry_policy: { max_retries: 6, retry_delay_ms: 99, retry_on_errors: ['rate_limt'] },
	});
	for (const path of [
		'max_concurrent: ',
		'timeout: ',
		'output_dir: ',
		'retry_policy.max_retries: ',
		'retry_policy.retry_delay_ms: ',
		'retry_policy.retry_on_errors: ',
	]) {
		expect(result.error!.message).toContain(`- ${path}`);
	}
	expect(result.error!.message).toContain('Did you mean rate_limit?');
	expect(standIn.books).toEqual([]);
});
