import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { INodeExecutionData, ITaskData } from 'n8n-workflow';
import { Editor } from '../../host/editor';
import { exampleWorkflow, PROMPTS_CSV, readRows } from '../../host/example';
import { N8n, openAiCredential, type Execution, type WorkflowFile } from '../../host/n8n';
import { checkPictures } from '../../host/pictures';
import { startStandIn, type StandIn } from '../stand-in';
import { GENERATE, generateWorkflow, START, type GenerateWorkflow } from './workflow';

let n8n: N8n;
let outputFolder: string;
let standIn: StandIn;

beforeAll(async () => {
	outputFolder = await realpath(await mkdtemp(join(tmpdir(), 'pictures-')));
	n8n = await N8n.prepare({
		allowedFolders: [outputFolder, dirname(PROMPTS_CSV)],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
});

afterAll(async () => {
	await n8n?.remove();
	await rm(outputFolder, { recursive: true, force: true });
});

afterEach(async () => await standIn.close());

/** A stand-in for the test, and the credential for it in n8n. */
async function openStandIn(delayMs: number) {
	standIn = await startStandIn({ delayMs });
	const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	await n8n.importCredentials([credential]);
	return credential;
}

async function runGenerate(options: Omit<GenerateWorkflow, 'credential'>, delayMs = 0): Promise<Execution> {
	const credential = await openStandIn(delayMs);
	await n8n.importWorkflows([generateWorkflow({ ...options, credential })]);
	return await n8n.execute(options.id);
}

function taskOf({ run }: Execution): ITaskData {
	const task = run.data.resultData.runData[GENERATE]?.[0];
	if (!task) throw new Error(`The node did not run: ${run.data.resultData.error?.message}`);
	return task;
}

function outputOf(execution: Execution, output: number): INodeExecutionData[] {
	return taskOf(execution).data?.main?.[output] ?? [];
}

function prompts(count: number, special: Record<number, string> = {}): string[] {
	return Array.from({ length: count }, (_, index) => special[index] ?? `Picture ${index}`);
}

/** What the stand-in charged, US dollars. */
function charged(): number {
	return standIn.books.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0) / 1e9;
}

function paidImages(): number {
	return standIn.books.reduce((sum, { images }) => sum + images, 0);
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the example spreadsheet-prompts', () => {
	it('gives the picture that each row asked for, and costs that are what the server charged', async () => {
		const credential = await openStandIn(0);
		const workflow = await exampleWorkflow({ promptsCsv: PROMPTS_CSV, outputFolder, credential });
		await n8n.importWorkflows([workflow]);
		const since = Date.now();
		const { run } = await n8n.execute(workflow.id);
		expect(run.data.resultData.error).toBeUndefined();

		const rows = await readRows();
		const pictures = await checkPictures(rows, outputFolder, since);
		expect(pictures.length).toBeGreaterThanOrEqual(12);
		expect(
			pictures.flatMap(({ row, problems }) => problems.map((problem) => `${row.name}: ${problem}`)),
		).toEqual([]);
		expect(new Set(pictures.map(({ file }) => file)).size).toBe(rows.length);

		const total = pictures.reduce((sum, { cost }) => sum + Math.round((cost ?? 0) * 1e9), 0) / 1e9;
		expect(total).toBeGreaterThan(0);
		expect(total).toBe(charged());
		expect(paidImages()).toBe(rows.length);
	});
});

describe('24 items of half a second each', () => {
	const all = prompts(24);

	it('has eight in flight at a time, never more, and pairs every item', async () => {
		const credential = await openStandIn(500);
		const parameters = { execution: { concurrency: 8 } };
		const workflow = generateWorkflow({ id: 'parallel', prompts: all, credential, parameters });
		await n8n.importWorkflows([workflow]);
		const editor = await Editor.open(n8n);
		try {
			for (const run of ['first', 'second', 'third']) {
				standIn.reset();
				const { items, milliseconds } = await runInEditor(editor, workflow);
				expect(standIn.maxInFlight).toBe(8);
				expect(items.map(({ json }) => json.prompt)).toEqual(all);
				expect(items.map(({ pairedItem }) => pairedItem)).toEqual(all.map((_, item) => ({ item })));
				const ideal = (24 / 8) * 500;
				const ratio = (milliseconds / ideal).toFixed(2);
				process.stderr.write(
					`24 items, ${run} run: ${milliseconds} ms, ${ratio} times the ideal ${ideal} ms\n`,
				);
			}
		} finally {
			await editor.close();
		}
	});

	/** As a user would, in a server that is running: what `n8n execute` takes is its own start, too. */
	async function runInEditor(editor: Editor, workflow: WorkflowFile) {
		const execution = await editor.run(workflow, START);
		const ended = async () => {
			const { status, data } = await editor.execution(execution);
			return status === 'new' || status === 'running' ? undefined : data;
		};
		let data = await ended();
		while (!data) {
			await new Promise((resolve) => setTimeout(resolve, 200));
			data = await ended();
		}
		const task = data.resultData.runData[GENERATE]?.[0];
		return { items: task?.data?.main?.[0] ?? [], milliseconds: task?.executionTime ?? NaN };
	}
});

describe('3 of 40 items fail', () => {
	const failing = { 5: 'Refused [[moderation]]', 17: 'Down [[status 500]]', 33: 'Broken [[not-an-image]]' };
	const all = prompts(40, failing);
	const failed = Object.keys(failing).map(Number);
	const made = all.map((_, index) => index).filter((index) => !failed.includes(index));
	const parameters = { execution: { concurrency: 8, maxRetries: 0 } };

	it('keeps their places with On Error: Continue', async () => {
		const execution = await runGenerate({
			id: 'continue',
			prompts: all,
			parameters,
			onError: 'continueRegularOutput',
		});
		const items = outputOf(execution, 0);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(all.map((_, item) => ({ item })));
		expect(items.map(({ json }) => json.prompt)).toEqual(all);
		expect(indexesWhere(items, ({ json }) => json.error !== undefined)).toEqual(failed);
		expect(indexesWhere(items, ({ binary }) => binary?.data !== undefined)).toEqual(made);
		expect(failed.map((index) => items[index]?.json.error)).toMatchObject([
			{ code: 'moderation_blocked', retryable: false, attempts: 1 },
			{ status: 500, retryable: true, attempts: 1 },
			{ retryable: false, attempts: 1 },
		]);
	});

	it('parts them from the others with On Error: Continue (using error output)', async () => {
		const execution = await runGenerate({
			id: 'branch',
			prompts: all,
			parameters,
			onError: 'continueErrorOutput',
		});
		expect(outputOf(execution, 0).map(({ pairedItem }) => pairedItem)).toEqual(
			made.map((item) => ({ item })),
		);
		expect(outputOf(execution, 1).map(({ pairedItem }) => pairedItem)).toEqual(
			failed.map((item) => ({ item })),
		);
	});

	it('says which item, why, and what was paid for with On Error: Stop', async () => {
		const execution = await runGenerate({ id: 'stop', prompts: all, parameters });
		const { error } = execution.run.data.resultData;
		expect(execution.run.status).toBe('error');
		expect(error?.context?.itemIndex).toBe(failed[0]);
		expect(error?.message).toMatch(new RegExp(`^Item ${failed[0]}: .*safety system`));
		expect(error?.description).toMatch(new RegExp(`^${paidImages()} images? `));
		expect(error?.description).toContain(`($${charged()})`);
	});
});

describe('a key that is refused', () => {
	it('ends the run at once, and is in no item and no log', async () => {
		const credential = await openStandIn(0);
		credential.data.apiKey = 'sk-refused-0123456789';
		await n8n.importCredentials([credential]);
		const all = prompts(24);
		const parameters = { execution: { concurrency: 4 } };
		const onError = 'continueRegularOutput';
		await n8n.importWorkflows([
			generateWorkflow({ id: 'key', prompts: all, credential, parameters, onError }),
		]);
		const execution = await n8n.execute('key');
		const items = outputOf(execution, 0);
		expect(items).toHaveLength(24);
		expect(items.filter(({ json }) => json.error !== undefined)).toHaveLength(24);
		expect(items[0]?.json.error).toMatchObject({ status: 401, retryable: false });
		expect(standIn.books.length).toBeLessThanOrEqual(4);
		const said = JSON.stringify(execution);
		expect(said).toContain('refused');
		expect(said).not.toContain('0123456789');
	});
});

describe('a run that is cut short', () => {
	const all = prompts(24);
	const parameters = { execution: { concurrency: 4 } };
	const begun = () => standIn.inFlight === 4;
	const over = () => standIn.inFlight === 0;

	it('aborts what is in flight and begins nothing more when it is stopped in the editor', async () => {
		const credential = await openStandIn(60_000);
		const workflow = generateWorkflow({ id: 'cancel', prompts: all, credential, parameters });
		await n8n.importWorkflows([workflow]);
		const editor = await Editor.open(n8n);
		try {
			const execution = await editor.run(workflow, START);
			await until(begun);
			await editor.stop(execution);
			await until(over);
			expect(standIn.books.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
			expect((await editor.execution(execution)).status).toBe('canceled');
		} finally {
			await editor.close();
		}
		expect(standIn.books).toHaveLength(4);
	});

	it('leaves no process behind when n8n is killed', async () => {
		const credential = await openStandIn(60_000);
		await n8n.importWorkflows([generateWorkflow({ id: 'kill', prompts: all, credential, parameters })]);
		const controller = new AbortController();
		const killed = expect(n8n.execute('kill', controller.signal)).rejects.toThrow();
		await until(begun);
		controller.abort();
		await killed;
		await until(over);
		expect(standIn.books.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
	});
});

function indexesWhere(items: INodeExecutionData[], holds: (item: INodeExecutionData) => boolean): number[] {
	return items.flatMap((item, index) => (holds(item) ? [index] : []));
}
