import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import type { Summary } from '../../engine/reports/summary';
import { Editor } from '../../host/editor';
import { exampleFolder, importedExample } from '../../host/imported-example';
import { N8n, openAiCredential, type CredentialFile, type Execution } from '../../host/n8n';
import { startStandIn, type StandIn, type StandInOptions } from '../stand-in';
import { errorOf, expectSummary, outputsOf, picturesIn } from './batch-workflows';
import {
	batchesOf,
	chargedForBatches,
	COLLECT,
	collectWorkflow,
	executionOf,
	picturesOfBatches,
	pullThePlug,
	reach,
	rowsOfTwoModels,
	runToEnd,
	sha256,
	SUBMIT,
	submitAndCollectWorkflow,
	submitWorkflow,
	type Row,
} from './openai-batch-workflows';
import { START } from './workflow';

const HOUR = 3_600_000;

let folder: string;
let n8n: N8n;
let standIn: StandIn;
let credential: CredentialFile;
let editor: Editor | undefined;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'openai-batches-')));
	n8n = await N8n.prepare({ allowedFolders: [folder], progress: say });
});

afterAll(async () => {
	await n8n?.remove();
	await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
	await editor?.close();
	editor = undefined;
	await standIn.close();
});

/** A stand-in for the test, whose time stands still unless it is put forward. */
async function openStandIn(batches: StandInOptions['batches'] = {}): Promise<void> {
	standIn = await startStandIn({ clockSpeed: 0, batches });
	credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	await n8n.importCredentials([credential]);
}

/** An empty folder for a test's images. */
async function emptyFolder(name: string): Promise<string> {
	await mkdir(join(folder, name));
	return join(folder, name);
}

function idsOf(execution: Execution): string[] {
	return batchesOf(execution).map(({ batch_id }) => String(batch_id));
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

describe('500 jobs over two models', () => {
	const failing = {
		3: '[[moderation]]',
		48: '[[status 500]]',
		101: '[[lost-line]]',
		250: '[[broken-line]]',
		377: '[[not-base64]]',
		499: '[[moderation]]',
	};
	const rows = rowsOfTwoModels(500, failing);
	const places = Object.keys(failing).map(Number);

	it('give 500 outcomes in their places, at half the price, each picture byte for byte', async () => {
		await openStandIn();
		const output = await emptyFolder('five-hundred');
		const execution = await submitAndCollect('fiveHundred', rows, output);
		expect(batchesOf(execution).map(({ model, jobs }) => [model, jobs])).toEqual([
			['gpt-image-2.5-flare', 250],
			['gpt-image-2.5-sunburst', 250],
		]);

		const { images, failed, summary, task } = outputsOf(execution, COLLECT);
		expect(summary.results.map(({ prompt }) => prompt)).toEqual(rows.map(({ prompt }) => prompt));
		expect(summary.results.map(({ status }) => status)).toEqual(
			rows.map((_, place) => (places.includes(place) ? 'failed' : 'completed')),
		);
		const made = rows.filter((_, place) => !places.includes(place));
		expect(images.map(({ json: { prompt, model, name } }) => ({ prompt, model, name }))).toEqual(made);
		expect(failed.map(({ json }) => json.name)).toEqual(places.map((place) => rows[place]?.name));
		expect(failed.map((item) => errorOf(item).code)).toEqual([
			'moderation_blocked',
			null,
			'missing_result',
			'missing_result',
			'invalid_base64',
			'moderation_blocked',
		]);

		// Three were charged that brought nothing to be priced by, so the sum is not known.
		expect(summary.total_cost.total).toBeNull();
		expect(standIn.batchBooks.reduce((sum, { images: booked }) => sum + booked, 0)).toBe(images.length + 3);
		const ofImages = images.reduce((sum, { json }) => sum + nano(json.cost), 0) / 1e9;
		for (const { json } of images) {
			const { output_tokens } = json.usage as { output_tokens: number };
			// 30 USD per million tokens, halved.
			expect((json.cost as IDataObject).output).toBeCloseTo((output_tokens * 15) / 1e6, 9);
		}
		say(
			`500 jobs collected in ${task.executionTime} ms: ${ofImages} USD, charged ${chargedForBatches(standIn)}`,
		);

		const sums = await picturesOfBatches(standIn);
		const written = await Promise.all(
			made.map(async ({ name }) => sha256(await readFile(join(output, `${name}.png`)))),
		);
		expect(written).toEqual(made.map((row) => sums[rows.indexOf(row)]));
		expect(new Set(written).size).toBe(made.length);
	});

	it('cost what the server charged', async () => {
		await openStandIn();
		const output = await emptyFolder('charged');
		const sound = rowsOfTwoModels(500, { 7: '[[moderation]]', 208: '[[status 503]]' });
		standIn.batchOptions.syntheticImageBytes = 20_000;
		const { summary } = outputsOf(await submitAndCollect('charged', sound, output), COLLECT);
		expect(summary).toMatchObject({ total: 500, succeeded: 498, failed: 2, images: 498, warnings: [] });
		expect(summary.total_cost.total).toBe(chargedForBatches(standIn));
		expect(standIn.batchBooks.map(({ images }) => images)).toEqual([249, 249]);
	});

	async function submitAndCollect(id: string, jobs: Row[], output: string): Promise<Execution> {
		const workflow = submitAndCollectWorkflow(id, jobs, output, credential);
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		return await runToEnd(editor, workflow);
	}

	/** Of an image's cost, in nano-dollars. */
	function nano(cost: unknown): number {
		return Math.round(Number((cost as IDataObject).total) * 1e9);
	}
});

describe('n8n that is killed', () => {
	const rows = rowsOfTwoModels(40);

	it.each([
		['after', async (opened: Editor, id: string) => void (await reach(opened, id, isDone))],
		['while', async () => await untilBooked()],
	])('%s it submits loses nothing and pays nothing twice', async (when, moment) => {
		await openStandIn({ durationMs: 8 * HOUR });
		const output = await emptyFolder(`killed-${when}`);
		const workflow = submitWorkflow(`killed-${when}`, rows, credential);
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		const submission = await editor.run(workflow, START);
		await moment(editor, submission);
		const there = standIn.batchBooks.length;
		await pullThePlug(editor);

		editor = await Editor.open(n8n);
		if (when === 'after') {
			const remembered = executionOf((await editor.execution(submission)).data);
			expect(idsOf(remembered)).toEqual(standIn.batchBooks.map(({ id }) => id));
		}
		const again = await runToEnd(editor, workflow);
		expect(batchesOf(again).filter(({ reused }) => reused === true).length).toBeGreaterThanOrEqual(there);
		expect(idsOf(again)).toEqual(standIn.batchBooks.map(({ id }) => id));
		expect(standIn.batchBooks.map(({ requests }) => requests)).toEqual([20, 20]);
		say(`Killed ${when} it submitted: ${there} of 2 batches were there`);

		standIn.passTime(8 * HOUR);
		await editor.close();
		await n8n.importWorkflows([collectWorkflow(`collect-${when}`, idsOf(again), output, credential)]);
		const { images, failed, summary } = outputsOf(await n8n.execute(`collect-${when}`), COLLECT);
		expect(failed).toEqual([]);
		expect(images.map(({ json }) => json.prompt)).toEqual(rows.map(({ prompt }) => prompt));
		expect(await picturesIn(output)).toHaveLength(40);
		expect(standIn.batchBooks.reduce((sum, { images: made }) => sum + made, 0)).toBe(40);
		expect(summary.total_cost.total).toBe(chargedForBatches(standIn));
	});

	const isDone = ({ status }: { status: string }) => status === 'success';

	async function untilBooked() {
		while (standIn.batchBooks.length === 0) await sleep(1);
	}
});

describe('the example overnight-catalogue', () => {
	it('goes on with its loop after n8n was killed while it waited', async () => {
		await openStandIn({ durationMs: 8 * HOUR });
		const output = await emptyFolder('loop');
		const settings = { output_folder: output };
		const workflow = await importedExample('overnight-catalogue', settings, credential, 'wait-loop.json');
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		const id = await editor.run(workflow, START);
		const looksOf = ({ data }: { data?: Execution['run']['data'] | undefined }) =>
			data?.resultData.runData['Get Status']?.length ?? 0;
		await reach(editor, id, ({ status }) => status === 'waiting');
		await pullThePlug(editor);

		editor = await Editor.open(n8n);
		say('n8n was killed while the loop waited; a wait is 70 seconds, and there are two ...');
		await reach(editor, id, (state) => state.status === 'waiting' && looksOf(state) === 2);
		standIn.passTime(8 * HOUR);
		const ended = await reach(editor, id, ({ status }) => status === 'success');
		expect(looksOf(ended)).toBe(3);
		const { images, failed, summary } = outputsOf(executionOf(ended.data), COLLECT);
		expect(failed).toEqual([]);
		expect(images).toHaveLength(4);
		expect((await picturesIn(output)).map(({ name }) => name)).toEqual([
			'iron-pot.png',
			'linden-teapot.png',
			'misty-cups.png',
			'winter-box.png',
		]);
		expect(standIn.batchBooks).toHaveLength(1);
		expect(summary.total_cost.total).toBe(chargedForBatches(standIn));
		expect((await readdir(output)).filter((name) => /^report-\w{6}\.html$/.test(name))).toHaveLength(1);
	});

	it('submits in the evening, and collects in the morning what is done, once', async () => {
		await openStandIn({ durationMs: 6 * HOUR });
		const output = await emptyFolder('overnight');
		const catalogue = join(folder, 'catalogue.csv');
		await cp(join(exampleFolder('overnight-catalogue'), 'catalogue.csv'), catalogue);
		const settings = { catalogue_csv: catalogue, output_folder: output };
		const workflow = await importedExample('overnight-catalogue', settings, credential);
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		const evening = async () => await runToEnd(editor!, workflow, 'Every Evening');
		const morning = async () => await runToEnd(editor!, workflow, 'Every Morning');
		const ran = ({ run }: Execution, name: string) => run.data.resultData.runData[name] !== undefined;

		const first = await evening();
		expect(batchesOf(first).map(({ model, jobs }) => [model, jobs])).toEqual([
			['gpt-image-2.5-flare', 10],
			['gpt-image-2.5-sunburst', 2],
		]);
		// The file is as it was.
		expect(ran(await evening(), SUBMIT)).toBe(false);
		expect(standIn.batchBooks).toHaveLength(2);

		// Another evening's, which takes longer; one of its rows cannot be made.
		const [head = '', chair = '', ...others] = (await readFile(catalogue, 'utf8')).trim().split('\n');
		const broken = others[0]!.replace('1024x1024', '10x10');
		await writeFile(catalogue, [head, chair.replaceAll('CHA-101', 'CHA-199'), broken].join('\n'));
		standIn.batchOptions.durationMs = 20 * HOUR;
		expect(batchesOf(await evening()).map(({ jobs }) => jobs)).toEqual([1]);
		const [failedRows] = await filesOf(output, /^failed-rows-.*\.csv$/);
		expect(failedRows).toMatch(/\nCHA-102,.*10x10/);
		// Mended, it is a catalogue.
		await writeFile(catalogue, failedRows!.replaceAll('CHA-102', 'CHA-198').replaceAll('10x10', '1024x1024'));
		expect(batchesOf(await evening()).map(({ jobs }) => jobs)).toEqual([1]);

		await pullThePlug(editor);
		editor = await Editor.open(n8n);
		expect(ran(await morning(), 'Collected')).toBe(true);
		expect(await picturesIn(output)).toEqual([]);

		standIn.passTime(9 * HOUR);
		const collected = await morning();
		expect((collected.run.data.resultData.runData[COLLECT]?.[0]?.data?.main?.[2] ?? []).length).toBe(3);
		const pictures = await picturesIn(output);
		expect(pictures.map(({ name }) => name)).toEqual(skusOf([chair, ...others]));
		const [written] = await filesOf(output, /^summary-.*\.json$/);
		const summary = JSON.parse(written!) as Summary;
		expectSummary(summary);
		expect(summary).toMatchObject({ total: 12, succeeded: 12, images: 12 });
		expect(summary.total_cost.total).toBe(chargedOf(batchesOf(first)));
		const [report] = await filesOf(output, /^report-.*\.html$/);
		expect(report).toContain('All 12 images made');

		// The second time there is only what was left, and it is not done yet.
		const times = await changesOf(output);
		const second = await morning();
		expect(
			second.run.data.resultData.runData[COLLECT]?.[0]?.data?.main?.map((items) => items?.length),
		).toEqual([0, 0, 2]);
		expect(await changesOf(output)).toEqual(times);

		standIn.passTime(12 * HOUR);
		await morning();
		expect((await picturesIn(output)).map(({ name }) => name)).toEqual(
			skusOf([chair, ...others, 'CHA-198', 'CHA-199']),
		);
		expect(ran(await morning(), COLLECT)).toBe(false);
		expect(standIn.batchBooks).toHaveLength(4);
	});

	function skusOf(lines: string[]): string[] {
		return lines.map((line) => `${line.split(',')[0]}.jpg`).sort();
	}

	function chargedOf(batches: IDataObject[]): number {
		const ids = batches.map(({ batch_id }) => batch_id);
		const own = standIn.batchBooks.filter(({ id }) => ids.includes(id));
		return chargedForBatches({ batchBooks: own });
	}

	async function filesOf(output: string, pattern: RegExp): Promise<string[]> {
		const names = (await readdir(output)).filter((name) => pattern.test(name));
		return await Promise.all(names.map(async (name) => await readFile(join(output, name), 'utf8')));
	}

	/** When each file was last written. */
	async function changesOf(output: string): Promise<string[]> {
		const names = (await readdir(output)).sort();
		return await Promise.all(
			names.map(async (name) => `${name} ${(await stat(join(output, name), { bigint: true })).mtimeNs}`),
		);
	}
});
