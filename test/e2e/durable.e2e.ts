import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Editor, type ExecutionState } from '../../host/editor';
import { importedExample, nodeOf } from '../../host/imported-example';
import { N8n, openAiCredential, type CredentialFile, type WorkflowFile } from '../../host/n8n';
import { packPackage } from '../../host/package-under-test';
import { startStandIn, type StandIn, type StandInOptions } from '../stand-in';
import { chargedBy, picturesIn } from './batch-workflows';
import {
	csvOf,
	paidFor,
	promptsOf,
	shippedRows,
	tally,
	tinyRows,
	type CsvRow,
	type DurableRow,
} from './durable-rows';
import { itemsOf, sum, tableWorkflow } from './everyday-workflows';
import { executionOf, pullThePlug } from './openai-batch-workflows';
import { START } from './workflow';

const LANES = 4;
const TABLE = tableWorkflow('durableRows', 'Durable Batch');
const REFUSED = 'potato-vitelotte';
/** A minute and a fifth after it was taken, what a killed n8n was making is anybody's again. */
const SETTINGS = { lanes: LANES, minutes_per_image: 1 };
/** What an answer takes, ms; longer than any test where requests are held up. */
const [QUICK, NEVER] = [300, 3_600_000];

let packed: string;
let tarball: string;
let folder: string;
let n8n: N8n;
let standIn: StandIn;
let credential: CredentialFile;
let editor: Editor | undefined;
/** While it is set, no request is answered any more; `held` are those it came to. */
let heldUp: boolean;
const held = new Set<number>();

beforeAll(async () => {
	packed = await mkdtemp(join(tmpdir(), 'durable-package-'));
	tarball = await packPackage(packed, say);
});

afterAll(async () => await rm(packed, { recursive: true, force: true }));

beforeEach(async () => {
	release();
	folder = await realpath(await mkdtemp(join(tmpdir(), 'durable-')));
	// A data table outlives its workflow, so each test has an n8n of its own.
	n8n = await N8n.prepare({ allowedFolders: [folder], tarball, progress: say });
});

afterEach(async () => {
	await editor?.close();
	editor = undefined;
	await n8n?.remove();
	await standIn?.close();
	await rm(folder, { recursive: true, force: true });
});

/** Starts the stand-in, and brings the example in as its README says, with these rows. */
async function bringIn(
	rows: readonly CsvRow[],
	{ quick = QUICK, ...options }: StandInOptions & { quick?: number } = {},
): Promise<WorkflowFile> {
	standIn = await startStandIn({ ...options, delayMs: ({ index }) => (heldUp ? hold(index) : quick) });
	await useKey(standIn.key, options.provider);
	await writeFile(csv(), csvOf(rows));
	await mkdir(picturesFolder());
	const settings = { ...SETTINGS, rows_csv: csv(), output_folder: picturesFolder() };
	const workflow = await importedExample('durable-batch', settings, credential);
	await n8n.importWorkflows([workflow, TABLE]);
	return workflow;
}

async function useKey(apiKey: string, provider: StandInOptions['provider'] = 'openai'): Promise<void> {
	credential = openAiCredential({ apiKey, baseUrl: standIn.url });
	credential.data.provider = provider;
	await n8n.importCredentials([credential]);
}

const csv = () => join(folder, 'rows.csv');
const picturesFolder = () => join(folder, 'pictures');
const paid = () => [...paidFor(standIn).values()].flat().length;
const doneOf = (rows: readonly DurableRow[]) => rows.filter(({ status }) => status === 'done');

function hold(index: number): number {
	held.add(index);
	return NEVER;
}

function release(): void {
	heldUp = false;
	held.clear();
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

function between(from: number, to: number): number {
	return from + Math.floor(Math.random() * (to - from + 1));
}

/** Waits for what is bound to happen. @throws where it has not after ten minutes */
async function until(what: string, happened: () => boolean | Promise<boolean>, pause = 1): Promise<void> {
	const deadline = Date.now() + 600_000;
	while (!(await happened())) {
		if (Date.now() > deadline) throw new Error(`Waited ten minutes for this: ${what}`);
		await sleep(pause);
	}
}

/** Waits for an execution's end, whatever it is. */
async function over(id: string): Promise<ExecutionState> {
	let state: ExecutionState | undefined;
	const isOver = async () => {
		state = await editor!.execution(id);
		return !['new', 'running'].includes(state.status);
	};
	await until(`execution ${id} ends`, isOver, 250);
	return state!;
}

async function table(): Promise<DurableRow[]> {
	const { data } = await over(await editor!.run(TABLE, START));
	return itemsOf(executionOf(data), 'Table').map(({ json }) => json as unknown as DurableRow);
}

/** Runs the example to its end. @returns its result @throws where it fails */
async function make(workflow: WorkflowFile): Promise<unknown> {
	return resultOf(await over(await editor!.run(workflow, START)));
}

function resultOf({ status, data }: ExecutionState): unknown {
	const { error } = data?.resultData ?? {};
	if (status !== 'success') throw new Error(`${status}: ${error?.message ?? 'no reason given'}`);
	const [result, ...others] = itemsOf(executionOf(data), 'Result').map(({ json }) => json);
	expect(others).toEqual([]);
	return result;
}

/** Throws where the table does not have a row for each of the CSV, in its order, or what is done is not there. */
async function expectSound(rows: readonly DurableRow[], given: readonly CsvRow[]): Promise<void> {
	expect(rows.map(({ name, prompt }) => ({ name, prompt }))).toEqual(
		given.map(({ name, prompt }) => ({ name, prompt })),
	);
	const files = new Map((await picturesIn(picturesFolder())).map((file) => [file.name, file]));
	for (const { name, file, job_id, request_id } of doneOf(rows)) {
		const { size } = given.find((row) => row.name === name)!;
		expect(file).toBe(`${name}.png`);
		expect(files.get(`${name}.png`)).toMatchObject({ size, format: 'png' });
		expect(job_id).toBe(name);
		expect(request_id).toMatch(/^req_/);
	}
}

/**
 * Lets so many images be made, then kills n8n while every lane waits for an answer. A lane asks for its next image when
 * it has marked the one before, so all that was answered is marked then.
 */
async function killWhileAllWait(workflow: WorkflowFile, images: number): Promise<void> {
	await editor!.run(workflow, START);
	await until(`${images} images are made`, () => paid() >= images);
	heldUp = true;
	await until('every lane waits for an answer', () => held.size === LANES && standIn.inFlight === LANES);
	await pullThePlug(editor!);
	await until('the stand-in hears of it', () => standIn.inFlight === 0);
	release();
	editor = await Editor.open(n8n);
}

describe('the example durable-batch', () => {
	it('killed at three random moments makes 60 rows, and nothing is paid for twice', async () => {
		const given = (await shippedRows()).map((row) =>
			row.name === REFUSED ? { ...row, prompt: `[[moderation]] ${row.prompt}` } : row,
		);
		expect(given).toHaveLength(60);
		const workflow = await bringIn(given);
		editor = await Editor.open(n8n);
		for (const moment of [between(1, 10), between(14, 24), between(28, 38)]) {
			await killWhileAllWait(workflow, moment);
			const rows = await table();
			await expectSound(rows, given);
			// What was answered is marked, to the last.
			expect(promptsOf(doneOf(rows))).toEqual([...paidFor(standIn).keys()].sort());
			say(`Killed at ${paid()} images: ${JSON.stringify(tally(rows))}`);
		}
		const result = await make(workflow);
		const rows = await table();
		await expectSound(rows, given);
		expect(tally(rows)).toEqual({ done: 59, failed: 1 });
		expect(await picturesIn(picturesFolder())).toHaveLength(59);
		const failed = rows.find(({ status }) => status === 'failed');
		expect(failed).toMatchObject({ name: REFUSED, file: null, cost_usd: null });
		expect(failed?.error).toMatch(/rejected by the safety system/);

		// The books: one payment a prompt, and none that is not in the table.
		expect([...paidFor(standIn)].filter(([, costs]) => costs.length > 1)).toEqual([]);
		expect(paid()).toBe(59);
		for (const { prompt, cost_usd } of doneOf(rows)) expect([cost_usd]).toEqual(paidFor(standIn).get(prompt));
		expect(result).toEqual({ rows: 60, done: 59, failed: 1, cost_usd: chargedBy(standIn) });
		// Each kill left open what was in flight, which was asked for again.
		expect(standIn.books.filter(({ aborted }) => aborted)).toHaveLength(3 * LANES);

		// With nothing left to do it does nothing.
		const booked = standIn.books.length;
		await make(workflow);
		expect(standIn.books).toHaveLength(booked);
		expect(await table()).toEqual(rows);
	});

	it('killed at any moment pays again for one image a lane at most, and for none that is marked', async () => {
		const given = (await shippedRows()).slice(0, 40);
		const workflow = await bringIn(given);
		editor = await Editor.open(n8n);
		await editor.run(workflow, START);
		const moment = between(4, 24);
		await until(`${moment} images are made`, () => paid() >= moment);
		await sleep(between(0, 2 * QUICK));
		await pullThePlug(editor);
		await until('the stand-in hears of it', () => standIn.inFlight === 0);

		editor = await Editor.open(n8n);
		const marked = await table();
		await expectSound(marked, given);
		const [booked, paidBefore] = [standIn.books.length, paid()];
		expect(paidBefore - doneOf(marked).length).toBeLessThanOrEqual(LANES);

		const result = await make(workflow);
		const rows = await table();
		await expectSound(rows, given);
		expect(tally(rows)).toEqual({ done: 40 });
		const prompts = promptsOf(doneOf(marked));
		expect(standIn.books.slice(booked).filter(({ prompt }) => prompts.includes(prompt))).toEqual([]);
		expect(paid() - 40).toBe(paidBefore - doneOf(marked).length);
		const again = sum([...paidFor(standIn).values()].flatMap((costs) => costs.slice(0, -1)));
		expect(result).toMatchObject({ done: 40, cost_usd: sum([chargedBy(standIn), -again]) });
		say(`Killed at ${paidBefore} images, ${doneOf(marked).length} of them marked: ${again} USD paid again`);
	});

	it('started twice at once makes every row once', async () => {
		const given = (await shippedRows()).slice(0, 24);
		const workflow = await bringIn(given);
		editor = await Editor.open(n8n);
		const ids = [await editor.run(workflow, START), await editor.run(workflow, START)];
		const results = [];
		for (const id of ids) results.push(resultOf(await over(id)));
		const rows = await table();
		await expectSound(rows, given);
		const result = { rows: 24, done: 24, failed: 0, cost_usd: chargedBy(standIn) };
		expect(results).toEqual([result, result]);
		expect(paid()).toBe(24);
		expect(standIn.books).toHaveLength(24);
		expect(standIn.maxInFlight).toBeLessThanOrEqual(2 * LANES);
		// Both took part.
		expect(new Set(rows.map(({ taken_by }) => taken_by)).size).toBeGreaterThan(1);
	});

	it('leaves to do what an empty account did not pay for, and goes on when it is filled', async () => {
		const given = (await shippedRows()).slice(0, 25);
		const workflow = await bringIn(given);
		await useKey('sk-stand-in-quota-after-13');
		editor = await Editor.open(n8n);
		const cut = await over(await editor.run(workflow, START));
		expect(cut.status).toBe('error');
		expect(cut.data?.resultData.error?.message).toMatch(
			/^Cut short; .*still to do\. .*current quota.*execute again\.$/,
		);
		// The other lanes end by themselves.
		await until('no row is in the making', async () => tally(await table()).making === undefined, 500);
		const rows = await table();
		await expectSound(rows, given);
		expect(tally(rows)).toEqual({ done: 13, todo: 12 });

		await editor.close();
		await useKey(standIn.key);
		// The CSV has grown in the meantime, and a prompt was changed in it, which counts for new rows only.
		const grown = (await shippedRows()).slice(0, 28);
		await writeFile(
			csv(),
			csvOf(grown.map((row, index) => (index === 0 ? { ...row, prompt: 'Other' } : row))),
		);
		editor = await Editor.open(n8n);
		await make(workflow);
		const all = await table();
		await expectSound(all, grown);
		expect(tally(all)).toEqual({ done: 28 });
		expect(paid()).toBe(28);
		expect(sum(all.map(({ cost_usd }) => cost_usd ?? 0))).toBe(chargedBy(standIn));
	});

	it('leaves everything to do where the key is refused', async () => {
		const given = (await shippedRows()).slice(0, 6);
		const workflow = await bringIn(given);
		await useKey('sk-nobody-knows');
		editor = await Editor.open(n8n);
		const cut = await over(await editor.run(workflow, START));
		expect(cut.data?.resultData.error?.message).toMatch(/^Cut short; .*still to do\. .*execute again\.$/);
		await until('no row is in the making', async () => tally(await table()).making === undefined, 500);
		expect(tally(await table())).toEqual({ todo: 6 });
		expect(standIn.books.length).toBeLessThanOrEqual(6);
	});

	it('refuses a CSV that gives a name twice, and a folder that is not there, before anything is sent', async () => {
		const [one, two] = await shippedRows();
		const workflow = await bringIn([one!, { ...two!, name: one!.name }]);
		editor = await Editor.open(n8n);
		const twice = await over(await editor.run(workflow, START));
		expect(twice.data?.resultData.error?.message).toMatch(/^Nothing was made: .* 1 rows have a name/);

		await writeFile(csv(), csvOf([one!, two!]));
		await rm(picturesFolder(), { recursive: true });
		const nowhere = await over(await editor.run(workflow, START));
		expect(nowhere.data?.resultData.error?.message).toMatch(/does not exist/);
		expect([twice.status, nowhere.status]).toEqual(['error', 'error']);
		expect(standIn.books).toEqual([]);
	});

	it('makes a thousand rows, killed half-way', async () => {
		const given = tinyRows(1000);
		const workflow = await bringIn(given, { provider: 'compatible', quick: 0 });
		// Pictures of the size that is drawn in no time, of a model that has it.
		Object.assign(nodeOf(workflow, 'Make Image').parameters, {
			model: { __rl: true, mode: 'id', value: 'tiny' },
		});
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		await killWhileAllWait(workflow, between(400, 600));
		const marked = promptsOf(doneOf(await table()));
		expect(marked).toEqual([...paidFor(standIn).keys()].sort());
		const booked = standIn.books.length;

		expect(await make(workflow)).toMatchObject({ rows: 1000, done: 1000, failed: 0 });
		await expectSound(await table(), given);
		expect(await picturesIn(picturesFolder())).toHaveLength(1000);
		expect(paidFor(standIn).size).toBe(1000);
		expect(paid()).toBe(1000);
		expect(standIn.books.slice(booked)).toHaveLength(1000 - marked.length);
	});
});
