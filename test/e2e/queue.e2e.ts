import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Editor, ExecutionState } from '../../host/editor';
import { openAiCredential } from '../../host/n8n';
import { QueueN8n, type QueueWorker } from '../../host/queue-n8n';
import { startStandIn, type StandIn } from '../stand-in';
import { publish } from './http-service';
import { paceKept } from './queue-pace';
import { startReticent, type Reticent } from './queue-reticent';
import { imagesOf, orderWorkflow, PICTURE, promptsOf, type Order } from './queue-workflow';

/** Images a minute for all workers together. */
const LIMIT = 60;
/** A third of a real minute, for what finds out how long it is. */
const MINUTE = 20_000;
const REAL_MINUTE = 60_000;

/** Two executions in each of three workers. */
const WORKERS = 3;
const EXECUTIONS_EACH = 2;

const DEADLINE = 8 * 60_000;

let queue: QueueN8n;
let editor: Editor;
let workers: QueueWorker[];
/** With a minute that is sped up, with a real one, and the latter as seen through a server that tells nothing. */
let quick: StandIn;
let real: StandIn;
let silent: Reticent;
/** Draws the same picture for a prompt each time, as the others do. */
let artist: StandIn;

beforeAll(async () => {
	const delayMs = ({ index }: { index: number }) => 200 + ((index * 7919) % 600);
	quick = await startStandIn({ imagesPerMinute: LIMIT, minuteMs: MINUTE, delayMs });
	real = await startStandIn({ imagesPerMinute: LIMIT, minuteMs: REAL_MINUTE, delayMs });
	silent = await startReticent(real.url);
	artist = await startStandIn();
	const env = {
		// How soon a dead worker is noticed: after a minute or two, if not told otherwise.
		QUEUE_WORKER_LOCK_DURATION: '30000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
		// A worker that is asked to end has so many seconds to finish what it has begun.
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '300',
	};
	const options = { workers: WORKERS, concurrency: EXECUTIONS_EACH, env, progress: say };
	queue = await QueueN8n.prepare(options);
	const credential = (id: string, { key, url }: Pick<StandIn, 'key' | 'url'>) =>
		openAiCredential({ apiKey: key, baseUrl: url }, id);
	const told = credential('told', quick);
	const given = credential('given', real);
	const untold = credential('untold', { key: real.key, url: silent.url });
	await queue.main.importCredentials([told, given, untold]);
	const workflows = [
		orderWorkflow('headers', told),
		orderWorkflow('by-hand', given, { imagesPerMinute: LIMIT / WORKERS }),
		orderWorkflow('silent', untold),
	];
	await queue.main.importWorkflows(workflows);
	for (const { id } of workflows) await publish(queue.main, id);
	editor = await queue.startMain();
	workers = await queue.startWorkers();
});

afterAll(async () => {
	await queue?.remove();
	await silent?.close();
	await Promise.all([quick?.close(), real?.close(), artist?.close()]);
});

beforeEach(() => [quick, real].forEach((standIn) => standIn.reset()));

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** An execution that was started. */
interface Begun {
	id: string;
	/** By its place among the workers. */
	worker: number;
}

/** Starts executions by the workflow's webhook. @returns when workers have begun them all */
async function begin(workflow: string, orders: Order[]): Promise<Begun[]> {
	const before = workers.map((worker) => worker.executions().length);
	for (const order of orders)
		await until('n8n to take the order', async () => await isTaken(workflow, order));
	let begun: Begun[] = [];
	await until('workers to begin', () => {
		begun = workers.flatMap((worker, at) => {
			const ids = worker.executions().slice(before[at]);
			return ids.map((id) => ({ id, worker: at }));
		});
		return begun.length >= orders.length;
	});
	return begun;
}

/** n8n answers before it has the webhooks of all workflows. */
async function isTaken(workflow: string, order: Order): Promise<boolean> {
	const { status } = await fetch(`${editor.url}/webhook/${workflow}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(order),
	});
	if (status !== 200 && status !== 404) throw new Error(`n8n answered an order with ${status}.`);
	return status === 200;
}

/** Waits for the end of an execution, whatever it is. */
async function untilOver(id: string): Promise<ExecutionState> {
	let state: ExecutionState;
	await until(`the end of execution ${id}`, async () => {
		state = await editor.execution(id);
		return !['new', 'running', 'waiting'].includes(state.status);
	});
	return state!;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + DEADLINE;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
		await sleep(500);
	}
}

/** Six orders, `a` to `f`. */
function orders(count: number): Order[] {
	return [...'abcdef'].map((name) => ({ name, count }));
}

/**
 * Runs six executions to their ends and checks that nothing is lost: every execution has all its images, of its own
 * prompts in their order, and each was paid for once.
 * @returns how they kept to the limit
 */
async function runAll(workflow: string, count: number, standIn: StandIn, minuteMs: number) {
	const all = orders(count);
	const begun = await begin(workflow, all);
	expect(new Set(begun.map(({ worker }) => worker)).size).toBe(WORKERS);
	const made: string[] = [];
	for (const { id } of begun) {
		const state = await untilOver(id);
		const [images, prompts] = [imagesOf(state), promptsIn(state)];
		expect(all.map(promptsOf)).toContainEqual(prompts);
		expect(images.map(({ pairedItem }) => pairedItem)).toEqual(prompts.map((_, item) => ({ item })));
		made.push(...prompts);
		for (const image of images.slice(-3)) await expectPicture(image);
	}
	expect(made.sort()).toEqual(all.flatMap(promptsOf).sort());
	expect(paidFor(standIn).sort()).toEqual(made);
	const kept = paceKept(standIn.books, LIMIT, minuteMs);
	say(
		`${workflow}: ${kept.admitted} images in ${(kept.lasted / 1000).toFixed(0)} s, ` +
			`${percent(kept.used)} of the limit used, ${percent(kept.refusedShare)} of requests refused ` +
			`(${percent(kept.refusedLater)} after the first minute)`,
	);
	return kept;
}

/** Throws where n8n's main does not have the picture that is drawn for the prompt: a worker has put it there. */
async function expectPicture({ json, binary }: INodeExecutionData): Promise<void> {
	const query = new URLSearchParams({ id: String(binary?.data?.id), action: 'view' }).toString();
	const stored = await fetch(`${editor.url}/rest/binary-data?${query}`, { headers: editor['headers'] });
	const drawn = await fetch(`${artist.url}/images/generations`, {
		method: 'POST',
		headers: { authorization: `Bearer ${artist.key}`, 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: json.prompt, ...PICTURE }),
	});
	const { data } = (await drawn.json()) as { data: Array<{ b64_json: string }> };
	expect(Buffer.from(await stored.arrayBuffer()).toString('base64')).toBe(data[0]!.b64_json);
}

function promptsIn(state: ExecutionState): string[] {
	return imagesOf(state).map(({ json }) => String(json.prompt));
}

function paidFor({ books }: StandIn): string[] {
	return books.filter(({ images }) => images > 0).map(({ prompt }) => prompt);
}

function percent(part: number): string {
	return `${(100 * part).toFixed(1)}%`;
}

describe('six executions on three workers with one key', () => {
	it('use what the account allows where the server tells its limit, lose nothing and are seldom refused', async () => {
		const { used, refusedShare } = await runAll('headers', 50, quick, MINUTE);
		expect(used).toBeGreaterThan(0.9);
		expect(refusedShare).toBeLessThan(0.05);
	});

	it('are never refused where each worker is given its part of the limit', async () => {
		const { used, refused } = await runAll('by-hand', 20, real, REAL_MINUTE);
		expect(used).toBeGreaterThan(0.9);
		expect(refused).toBe(0);
	});

	it('lose nothing where the server tells nothing, and are seldom refused once they know it', async () => {
		const { refusedLater } = await runAll('silent', 20, real, REAL_MINUTE);
		expect(refusedLater).toBeLessThan(0.05);
	});
});

describe('when a worker dies', () => {
	it('its executions fail and are not run again, and all others go on', async () => {
		const all = orders(30);
		const begun = await begin('headers', all);
		const [dead, leaving] = [0, 1];
		const paidOf = ({ name }: Order) => paidFor(quick).filter((prompt) => prompt.startsWith(`${name} `));
		await until('some images of each', () => all.every((order) => paidOf(order).length > 3));
		await workers[dead]!.kill();
		const killedAt = quick.books.length;
		// Another one is asked to end: it first finishes what it has begun.
		const left = workers[leaving]!.stop(DEADLINE);

		const done: string[] = [];
		for (const { id } of begun.filter(({ worker }) => worker !== dead)) {
			const prompts = promptsIn(await untilOver(id));
			expect(all.map(promptsOf)).toContainEqual(prompts);
			done.push(...prompts);
		}
		await left;
		for (const { id } of begun.filter(({ worker }) => worker === dead)) {
			const { status, data } = await untilOver(id);
			expect(status).toBe('error');
			expect(data?.resultData.error?.message).toMatch(/failed to be processed too many times/);
		}
		const later = quick.books.slice(killedAt).filter(({ images }) => images > 0);
		expect(later.filter(({ prompt }) => !done.includes(prompt))).toEqual([]);
		const paid = paidFor(quick);
		expect(new Set(paid).size).toBe(paid.length);
		const inVain = paid.filter((prompt) => !done.includes(prompt)).length;
		expect(inVain).toBeGreaterThan(0);
		say(`A dead worker's two executions of 30: ${inVain} images were paid for and are lost`);
	});
});
