import { N8n, openAiCredential, type CredentialFile, type Execution } from '../../host/n8n';
import { startStandIn, type StandIn, type StandInOptions } from '../stand-in';
import { batchWorkflow, chargedBy, errorOf, outputsOf, prompts, type BatchWorkflow } from './batch-workflows';

let n8n: N8n;
let standIn: StandIn;

beforeAll(async () => {
	n8n = await N8n.prepare({ progress: say });
});

afterAll(async () => await n8n?.remove());

afterEach(async () => await standIn.close());

/** A stand-in for the test, and the credential for it in n8n. */
async function openStandIn(options: StandInOptions = {}, apiKey?: string): Promise<CredentialFile> {
	standIn = await startStandIn(options);
	const credential = openAiCredential({ apiKey: apiKey ?? standIn.key, baseUrl: standIn.url });
	await n8n.importCredentials([credential]);
	return credential;
}

async function runBatch(options: BatchWorkflow): Promise<Execution> {
	await n8n.importWorkflows([batchWorkflow(options)]);
	return await n8n.execute(options.id);
}

function charged(): number {
	return chargedBy(standIn);
}

function delivered(): number {
	return standIn.books.filter(({ aborted }) => !aborted).reduce((sum, { images }) => sum + images, 0);
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

describe('200 jobs, of which ten fail in five ways', () => {
	const DELAY_MS = 1000;
	const LANES = 8;
	const failing = {
		13: '[[moderation]]',
		29: '[[status 500]]',
		47: '[[rate-limit 0.1]]',
		66: '[[not-base64]]',
		85: '[[not-an-image]]',
		104: '[[moderation]]',
		121: '[[status 503]]',
		140: '[[rate-limit 0.1]]',
		163: '[[not-base64]]',
		187: '[[not-an-image]]',
	};
	const places = Object.keys(failing).map(Number);

	it('give 190 images, ten failures with their reasons, and sums that are what the server charged', async () => {
		const credential = await openStandIn({ delayMs: DELAY_MS });
		const execution = await runBatch({
			id: 'twoHundred',
			prompts: prompts(200, failing),
			credential,
			parameters: { execution: { concurrency: LANES, maxRetries: 1, retryDelay: 100 } },
		});
		const { images, failed, summary, task } = outputsOf(execution);
		expect(standIn.maxInFlight).toBe(LANES);
		expect(images.map(({ pairedItem }) => pairedItem)).toEqual(
			prompts(200).flatMap((_, item) => (places.includes(item) ? [] : [{ item }])),
		);
		expect(images.every(({ binary }) => binary?.data?.mimeType === 'image/png')).toBe(true);
		expect(failed.map(({ pairedItem }) => pairedItem)).toEqual(places.map((item) => ({ item })));
		const ways = [
			{ code: 'moderation_blocked', attempts: 1, retryable: false },
			{ status: 500, attempts: 2, retryable: true },
			// Ten refusals at most do not count while others are let in.
			{ status: 429, attempts: expect.any(Number) as number, retryable: true },
			{ attempts: 1, retryable: false },
			{ attempts: 1, retryable: false },
		];
		expect(failed.map(errorOf)).toMatchObject([...ways, { ...ways[0] }, { status: 503 }, ...ways.slice(2)]);
		for (const { status, attempts } of failed.map(errorOf).filter((error) => error.status === 429)) {
			expect([status, Number(attempts) >= 2 && Number(attempts) <= 12]).toEqual([429, true]);
		}
		expect(summary).toMatchObject({ total: 200, succeeded: 190, failed: 10, cancelled: 0, images: 190 });
		expect(summary.results.filter(({ status }) => status === 'failed')).toHaveLength(10);
		expect(charged()).toBeGreaterThan(0);
		expect(summary.total_cost.total).toBe(charged());
		expect(task.hints).toMatchObject([
			{ message: expect.stringMatching(/^190 of 200 images, 10 failed, \$\d+\.\d\d, [\d.]+ s$/) as string },
		]);

		const took = standIn.books.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0);
		const ideal = Math.round(took / LANES);
		const ratio = (summary.total_duration_ms / ideal).toFixed(3);
		say(
			`200 jobs, ${LANES} at once: ${summary.total_duration_ms} ms, ${ratio} times the ideal: ` +
				`${ideal} ms, which is what the server took for all requests, by ${LANES}`,
		);
	});
});

describe('a batch that is ended before its time', () => {
	const LANES = 4;

	it('keeps 30 images of a key whose quota ends there, and sends next to nothing more', async () => {
		const credential = await openStandIn({ delayMs: 100 }, 'sk-stand-in-quota-after-30');
		const execution = await runBatch({
			id: 'quota',
			prompts: prompts(100),
			credential,
			parameters: { execution: { concurrency: LANES } },
		});
		const { images, failed, summary } = outputsOf(execution);
		expect(images).toHaveLength(30);
		const refused = standIn.books.length - 30;
		expect(refused).toBeGreaterThanOrEqual(1);
		expect(refused).toBeLessThanOrEqual(LANES);
		expect(summary).toMatchObject({ succeeded: 30, failed: refused, cancelled: 70 - refused, images: 30 });
		expect(failed).toHaveLength(70);
		expect(new Set(failed.map((item) => errorOf(item).code))).toEqual(new Set(['insufficient_quota']));
		for (const item of failed.filter(({ json }) => json.status === 'cancelled')) {
			expect(errorOf(item).message).toMatch(/run was stopped: .*quota/);
		}
		expect(summary.total_cost.total).toBe(charged());
		expect(JSON.stringify(execution)).not.toContain('quota-after');
	});

	it('never goes beyond 1.00 USD on what would cost 5', async () => {
		const credential = await openStandIn({ delayMs: 50 });
		const parameters = {
			size: '1536x1024',
			quality: 'high',
			execution: { concurrency: LANES, maxCost: 1 },
		};
		const execution = await runBatch({ id: 'budget', prompts: prompts(125), credential, parameters });
		const { images, failed, summary } = outputsOf(execution);
		const { high } = summary.estimated_cost;
		say(`Budget: estimated up to ${high} USD, charged ${charged()} USD for ${images.length} images`);
		expect(high).toBeGreaterThan(4.5);
		expect(charged()).toBeLessThanOrEqual(1);
		const each = charged() / images.length;
		expect(charged()).toBeGreaterThan(1 - 2 * each);
		expect(images).toHaveLength(delivered());
		expect(summary).toMatchObject({ failed: 0, cancelled: 125 - images.length });
		expect(new Set(failed.map((item) => errorOf(item).code))).toEqual(new Set(['budget']));
		expect(summary.total_cost.total).toBe(charged());
	});

	it('delivers what was finished when its 2 seconds are over', async () => {
		const credential = await openStandIn({ delayMs: ({ index }) => (index < 8 ? 100 : 10_000) });
		const parameters = { execution: { concurrency: LANES, timeout: 2000 } };
		const execution = await runBatch({ id: 'deadline', prompts: prompts(50), credential, parameters });
		const { images, failed, summary } = outputsOf(execution);
		say(`Deadline of 2 s: back after ${summary.total_duration_ms} ms with ${images.length} images of 50`);
		expect(images).toHaveLength(8);
		expect(delivered()).toBe(8);
		expect(images.every(({ binary }) => binary?.data !== undefined)).toBe(true);
		expect(failed).toHaveLength(42);
		expect(new Set(failed.map((item) => errorOf(item).code))).toEqual(new Set(['timeout']));
		expect(standIn.books.filter(({ aborted }) => aborted)).toHaveLength(LANES);
		expect(standIn.books).toHaveLength(8 + LANES);
		expect(standIn.inFlight).toBe(0);
	});
});
