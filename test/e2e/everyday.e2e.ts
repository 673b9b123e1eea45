import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { Editor } from '../../host/editor';
import { importedExample, nodeOf, type ExampleName } from '../../host/imported-example';
import {
	N8n,
	openAiCredential,
	type CredentialFile,
	type Execution,
	type WorkflowFile,
} from '../../host/n8n';
import { packPackage } from '../../host/package-under-test';
import { startStandIn, type StandIn } from '../stand-in';
import { BATCH, chargedBy, picturesIn } from './batch-workflows';
import { itemsOf, rowsOf, sum, tableWorkflow } from './everyday-workflows';
import { executionOf, pullThePlug, reach, runToEnd } from './openai-batch-workflows';
import { START } from './workflow';

let packed: string;
let tarball: string;
let folder: string;
let n8n: N8n;
let standIn: StandIn;
let credential: CredentialFile;
let editor: Editor | undefined;

beforeAll(async () => {
	packed = await mkdtemp(join(tmpdir(), 'everyday-package-'));
	tarball = await packPackage(packed, say);
});

afterAll(async () => await rm(packed, { recursive: true, force: true }));

beforeEach(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'everyday-')));
	// A data table outlives its workflow, so each test has an n8n of its own.
	n8n = await N8n.prepare({ allowedFolders: [folder], tarball, progress: say });
	standIn = await startStandIn();
	credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	await n8n.importCredentials([credential]);
});

afterEach(async () => {
	await editor?.close();
	editor = undefined;
	await n8n?.remove();
	await standIn?.close();
	await rm(folder, { recursive: true, force: true });
});

/** Brings an example in as its README says, its pictures going to `pictures`. */
async function bringIn(
	example: ExampleName,
	settings: Record<string, string | number>,
	...others: WorkflowFile[]
): Promise<WorkflowFile> {
	await mkdir(picturesFolder());
	const workflow = await importedExample(
		example,
		{ ...settings, output_folder: picturesFolder() },
		credential,
	);
	await n8n.importWorkflows([workflow, ...others]);
	return workflow;
}

function picturesFolder(): string {
	return join(folder, 'pictures');
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

describe('the example cost-guard', () => {
	it('makes at once what is not above the sum', async () => {
		const workflow = await bringIn('cost-guard', { ask_above_usd: 1 });
		editor = await Editor.open(n8n);
		const execution = await runToEnd(editor, workflow);
		expect(execution.run.data.resultData.runData['Wait for Approval']).toBeUndefined();
		await expectMade(execution);
	});

	it('waits for an answer above it, also while n8n is killed, and makes what is approved', async () => {
		const workflow = await bringIn('cost-guard', {});
		editor = await Editor.open(n8n);
		const id = await editor.run(workflow, START);
		const link = await linkToApprove(id);
		await pullThePlug(editor);

		editor = await Editor.open(n8n);
		await answer(link, 'Approve');
		const { data } = await reach(editor, id, ({ status }) => status === 'success');
		await expectMade(executionOf(data));
		// The link is good for one answer.
		await answer(link, 'Approve');
		expect((await editor.execution(id)).status).toBe('success');
		expect(standIn.books.map(({ images }) => images)).toEqual([2, 2, 2]);
	});

	it('sends nothing where it is declined, nor where nobody answers', async () => {
		const hasty = await importedExample('cost-guard', {}, credential);
		hasty.id = 'hastyGuard';
		// The example waits a day.
		Object.assign(nodeOf(hasty, 'Wait for Approval').parameters, { resumeAmount: 1, resumeUnit: 'seconds' });
		const workflow = await bringIn('cost-guard', {}, hasty);
		editor = await Editor.open(n8n);
		const id = await editor.run(workflow, START);
		await answer(await linkToApprove(id), 'Decline');
		const { data } = await reach(editor, id, ({ status }) => status === 'success');
		const answers = [executionOf(data), await runToEnd(editor, hasty)].map((execution) => {
			expect(execution.run.data.resultData.runData[BATCH]).toBeUndefined();
			return itemsOf(execution, 'Nothing Made').map(({ json }) => json.answer);
		});
		expect(answers).toEqual([
			['Declined: nothing was sent, nothing was paid.'],
			['Nobody answered in time: nothing was sent, nothing was paid.'],
		]);
		expect(standIn.books).toEqual([]);
		expect(await picturesIn(picturesFolder())).toEqual([]);
	});

	/** Waits until the workflow asks. @returns where the answer goes */
	async function linkToApprove(id: string): Promise<string> {
		const { data } = await reach(editor!, id, ({ status }) => status === 'waiting');
		expect(standIn.books).toEqual([]);
		const [asked] = itemsOf(executionOf(data), 'Link to Approve');
		const { question, link } = asked?.json as { question: string; link: string };
		expect(question).toMatch(/^6 images may cost up to \$0\.0\d\. May they be made\?$/);
		const page = await (await fetch(here(link))).text();
		for (const words of [question, 'Approve', 'Decline']) expect(page).toContain(words);
		return link;
	}

	async function answer(link: string, decision: 'Approve' | 'Decline'): Promise<void> {
		const form = new FormData();
		form.set('field-0', decision);
		await fetch(here(link), { method: 'POST', body: form });
	}

	/** The test's n8n listens elsewhere after each start. */
	function here(link: string): string {
		const { pathname, search } = new URL(link);
		return `${editor!.url}${pathname}${search}`;
	}

	async function expectMade(execution: Execution): Promise<void> {
		const names = ['harbour', 'market', 'observatory'];
		expect(await picturesIn(picturesFolder())).toEqual(
			names.flatMap((name) =>
				['01', '02'].map((number) => ({
					name: `image.${name}.${number}.low.png`,
					size: '1024x1024',
					format: 'png',
				})),
			),
		);
		const cost = chargedBy(standIn);
		const [estimate] = itemsOf(execution, 'Estimate', 2);
		const { high } = estimate?.json.estimated_cost as { high: number };
		expect(itemsOf(execution, 'Result').map(({ json }) => json)).toEqual([
			{ images: 6, failed: 0, estimated_usd: high, cost_usd: cost },
		]);
		expect(cost).toBeLessThanOrEqual(high);
		const images = itemsOf(execution, BATCH);
		expect(sum(images.map(({ json }) => (json.cost as { total: number }).total))).toBe(cost);
	}
});

describe('the example history', () => {
	it("keeps every image's record, run after run", async () => {
		const table = tableWorkflow('historyRows', 'Image History');
		const workflow = await bringIn('history', { images_per_prompt: 2 }, table);
		editor = await Editor.open(n8n);
		const first = await runToEnd(editor, workflow);
		const before = await rowsOf(editor, table);
		const second = await runToEnd(editor, workflow);
		const rows = await rowsOf(editor, table);
		expect(rows.slice(0, 6)).toEqual(before);

		const images = [first, second].flatMap((execution) => itemsOf(execution, BATCH));
		expect(images).toHaveLength(12);
		expect(rows.map(recordOf)).toEqual(
			images.map(({ json }) => {
				const image = json as unknown as ImageRecord;
				const { input_text_tokens, input_image_tokens, output_tokens, total_tokens } = image.usage;
				return {
					uuid: image.history_uuid,
					image: image.image.index,
					model: 'gpt-image-2.5-flare',
					prompt: image.prompt,
					parameters: image.parameters,
					input_tokens: input_text_tokens + input_image_tokens,
					output_tokens,
					total_tokens,
					cost_usd: image.cost.total,
					file: image.output_path,
					request_id: image.request_id,
				};
			}),
		);
		expect(new Set(rows.map(({ uuid, image }) => `${String(uuid)} ${String(image)}`)).size).toBe(12);
		expect(sum(rows.map(({ cost_usd }) => Number(cost_usd)))).toBe(chargedBy(standIn));
		for (const { made_at } of rows)
			expect(Date.parse(String(made_at))).toBeGreaterThan(Date.now() - 3_600_000);

		const files = await picturesIn(picturesFolder());
		expect(files.map(({ name }) => name)).toEqual(rows.map(({ file }) => String(file)).sort());
		expect(files.every(({ size, format }) => size === '1024x1024' && format === 'png')).toBe(true);

		// Each row is of the image it says, which is of the one item that there was.
		const remembered = itemsOf(second, 'Remember Images');
		expect(remembered.map(({ pairedItem }) => pairedItem)).toEqual(remembered.map((_, item) => ({ item })));
		const [total, ...others] = itemsOf(second, 'Sum by Model').map(({ json }) => json);
		expect(others).toEqual([]);
		expect(total).toMatchObject({ model: 'gpt-image-2.5-flare', count_id: 12 });
		expect(total?.sum_cost_usd).toBeCloseTo(chargedBy(standIn), 9);
		expect(total?.sum_total_tokens).toBe(rows.reduce((tokens, row) => tokens + Number(row.total_tokens), 0));
	});

	interface ImageRecord {
		history_uuid: string;
		image: { index: number };
		prompt: string;
		parameters: object;
		usage: Record<'input_text_tokens' | 'input_image_tokens' | 'output_tokens' | 'total_tokens', number>;
		cost: { total: number };
		output_path: string;
		request_id: string;
	}

	/** What a row says, without n8n's own columns and the time. */
	function recordOf({
		id: _,
		createdAt: _created,
		updatedAt: _updated,
		made_at: _made,
		...row
	}: IDataObject) {
		return { ...row, parameters: JSON.parse(String(row.parameters)) as object };
	}
});
