import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Summary } from '../../engine/reports/summary';
import { Editor } from '../../host/editor';
import { CHROMIUM, EditorPage, launchBrowser } from '../../host/editor-page';
import { importedExample, type ExampleName } from '../../host/imported-example';
import { N8n, openAiCredential, type CredentialFile } from '../../host/n8n';
import { startStandIn, type StandIn } from '../stand-in';
import {
	AGAIN,
	BATCH,
	batchWorkflow,
	byName,
	chargedBy,
	errorOf,
	expectedOfConfiguration,
	expectSummary,
	layOut,
	numbered,
	outputsOf,
	picturesIn,
	prompts,
	type ExpectedFile,
} from './batch-workflows';

let folder: string;
let input: string;
let n8n: N8n;
let standIn: StandIn;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'batches-')));
	input = join(folder, 'input');
	await layOut(input);
	n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
});

afterAll(async () => {
	await n8n?.remove();
	await rm(folder, { recursive: true, force: true });
});

afterEach(async () => await standIn.close());

/** A stand-in for the test, and the credential for it in n8n. */
async function openStandIn(): Promise<CredentialFile> {
	standIn = await startStandIn();
	const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	await n8n.importCredentials([credential]);
	return credential;
}

function charged(): number {
	return chargedBy(standIn);
}

/** Runs an example as its README says, into a folder of its own. */
async function runExample(example: ExampleName, settings: Record<string, string | number>, run: string) {
	const credential = await openStandIn();
	const output = join(folder, `output-${run}`);
	await mkdir(output);
	const workflow = await importedExample(example, { ...settings, output_folder: output }, credential);
	await n8n.importWorkflows([workflow]);
	return { execution: await n8n.execute(workflow.id), output };
}

/** Throws where a folder does not hold these pictures, a summary of them, their cost and their report. */
async function expectWritten(output: string, expected: ExpectedFile[], { summary }: { summary: Summary }) {
	expect(await picturesIn(output)).toEqual(byName(expected));
	const written = JSON.parse(await readFile(join(output, 'summary.json'), 'utf8')) as Summary;
	expectSummary(written);
	expect(written).toEqual(summary);
	expect(written.images).toBe(expected.length);
	expect(charged()).toBeGreaterThan(0);
	expect(written.total_cost.total).toBe(charged());
	const report = await readFile(join(output, 'report.html'), 'utf8');
	expect(report).toContain(`All ${expected.length} images made`);
	expect(report).not.toMatch(/<script|<link|<iframe|\ssrc=|url\((?!#)|@import/i);
}

describe('the example batch-configuration', () => {
	it.each(['batch-simple', 'batch-detailed', 'batch-multi-variant', 'batch-large-scale'])(
		'makes all that %s asks for',
		async (configuration) => {
			const settings = { input_folder: input, configuration };
			const { execution, output } = await runExample('batch-configuration', settings, configuration);
			const outputs = outputsOf(execution);
			expect(outputs.failed).toEqual([]);
			await expectWritten(output, await expectedOfConfiguration(configuration), outputs);
			if (configuration === 'batch-detailed') await expectPictures();
		},
	);

	/** Teapot and cup, house and mask, pattern: each with the job that speaks of it. */
	async function expectPictures() {
		const names = ['teapot', 'cup', 'house', 'house_mask', 'pattern'];
		const known = new Map<string, string>();
		for (const name of names) {
			const bytes = await readFile(join(input, 'pictures', `${name}.png`));
			known.set(createHash('sha256').update(bytes).digest('hex'), name);
		}
		const sent = standIn.books.flatMap(({ prompt, inputs = [] }) =>
			inputs.map(({ field, sha256 }) => `${prompt.slice(0, 15)}: ${field} ${known.get(sha256)}`),
		);
		expect(sent.sort()).toEqual([
			'Fill the empty : image house',
			'Fill the empty : mask house_mask',
			'Make a variatio: image pattern',
			'Put the teapot : image[] cup',
			'Put the teapot : image[] teapot',
		]);
	}

	it('makes what stands in the node where no file is named', async () => {
		const settings = { input_folder: input, configuration: '' };
		const { execution, output } = await runExample('batch-configuration', settings, 'own');
		const expected = [{ name: 'fox.png', size: '1024x1024', format: 'png' }];
		expect(await picturesIn(output)).toEqual(expected);
		expect(outputsOf(execution).summary).toMatchObject({ total: 1, succeeded: 1 });
	});
});

describe('the example batch-prompt-list', () => {
	it('makes two images of each prompt, called after it', async () => {
		const settings = { prompts_file: join(input, 'prompts.txt') };
		const { execution, output } = await runExample('batch-prompt-list', settings, 'list');
		const expected = ['lighthouse', 'botanist-desk', 'fox-and-moon', 'tea-label'].flatMap((name) =>
			['01', '02'].map((number) => ({
				name: `image.${name}.${number}.low.png`,
				size: '1536x1024',
				format: 'png',
			})),
		);
		await expectWritten(output, expected, outputsOf(execution));
	});
});

interface CatalogueRow {
	SKU: string;
	Picture: string;
	Format: string;
	Variants: string;
	'File type': string;
}

describe('the example batch-spreadsheet', () => {
	const FORMATS: Readonly<Record<string, string>> = { jpg: 'jpeg', webp: 'webp', png: 'png' };

	async function rowsOf(file: string): Promise<CatalogueRow[]> {
		return parse(await readFile(file), { columns: true }) as CatalogueRow[];
	}

	function expectedOf(rows: CatalogueRow[]): ExpectedFile[] {
		return rows.flatMap(({ SKU, Format, Variants, 'File type': type }) =>
			numbered(SKU, `.${type}`, Number(Variants || 1)).map((name) => ({
				name,
				size: Format === '' ? '1024x1024' : Format.replace(' × ', 'x'),
				format: FORMATS[type] ?? type,
			})),
		);
	}

	it('makes the images of its rows once they are found to be within the budget', async () => {
		const catalogue = join(input, 'catalogue.csv');
		const { execution, output } = await runExample('batch-spreadsheet', { catalogue_csv: catalogue }, 'rows');
		const outputs = outputsOf(execution);
		await expectWritten(output, expectedOf(await rowsOf(catalogue)), outputs);
		const estimate = execution.run.data.resultData.runData.Estimate?.[0]?.data?.main?.[2]?.[0];
		expect(estimate?.json.estimated_cost).toEqual(outputs.summary.estimated_cost);
	});

	it('sends nothing where they are not', async () => {
		const settings = { catalogue_csv: join(input, 'catalogue.csv'), budget_usd: 0.05 };
		const { execution, output } = await runExample('batch-spreadsheet', settings, 'dear');
		expect(execution.run.data.resultData.error?.message).toMatch(/^Nothing was made: .*\$0\.05\b/);
		expect(standIn.books).toEqual([]);
		expect(await picturesIn(output)).toEqual([]);
	});

	it('tries the rows that failed once more, as they came out', async () => {
		const rows = (await readFile(join(input, 'catalogue.csv'), 'utf8')).split('\n');
		const broken = rows
			.map((row) => row.replace('"Bundle of dried', '"[[status 500 x3]] Bundle of dried'))
			.map((row) => row.replace('"Gift box with', '"[[moderation]] Gift box with'));
		const catalogue = join(input, 'catalogue-broken.csv');
		await writeFile(catalogue, broken.join('\n'));
		const settings = { catalogue_csv: catalogue };
		const { execution, output } = await runExample('batch-spreadsheet', settings, 'again');

		const first = outputsOf(execution);
		const again = outputsOf(execution, AGAIN);
		expect(first.failed.map(({ json }) => json.SKU)).toEqual(['TEA-004', 'SET-030']);
		expect(again.images.map(({ json }) => json.name)).toEqual(['TEA-004']);
		expect(again.failed.map(({ json }) => json.SKU)).toEqual(['SET-030']);
		expect(errorOf(again.failed[0]!).code).toBe('moderation_blocked');
		const expected = expectedOf(await rowsOf(catalogue))
			.filter(({ name }) => name !== 'SET-030.png')
			.map((file) => (file.name === 'TEA-004.jpg' ? { ...file, name: 'again_TEA-004.jpg' } : file));
		expect(await picturesIn(output)).toEqual(byName(expected));
		const costs = [first, again].map(({ summary }) => Math.round((summary.total_cost.total ?? NaN) * 1e9));
		expect(costs.reduce((sum, cost) => sum + cost) / 1e9).toBe(charged());
		const written = JSON.parse(await readFile(join(output, 'summary-again.json'), 'utf8')) as Summary;
		expect(written).toEqual(again.summary);
		expect(await readFile(join(output, 'report-again.html'), 'utf8')).toContain('1 of 2 images made');
	});
});

const describeInBrowser = existsSync(CHROMIUM) ? describe : describe.skip;

describeInBrowser('in a browser', () => {
	it('shows a report without a network, with its totals', async () => {
		const settings = { input_folder: input, configuration: 'batch-detailed' };
		const { execution, output } = await runExample('batch-configuration', settings, 'report');
		const { summary } = outputsOf(execution);
		const browser = await launchBrowser();
		try {
			const context = await browser.newContext({ offline: true });
			const page = await context.newPage();
			const asked: string[] = [];
			page.on('request', (request) => asked.push(request.url()));
			const complaints: string[] = [];
			page.on('console', (message) => complaints.push(message.text()));
			page.on('pageerror', (error) => complaints.push(error.message));
			const address = pathToFileURL(join(output, 'report.html')).href;
			await page.goto(address);
			const text = await page.locator('body').innerText();
			expect(text).toContain('All 10 images made');
			expect(text).toContain('6 jobs: 6 completed');
			expect(text).toContain(`$${summary.total_cost.total?.toFixed(2)}`);
			for (const { job_id } of summary.results) expect(text).toContain(job_id);
			expect(asked).toEqual([address]);
			expect(complaints).toEqual([]);
		} finally {
			await browser.close();
		}
	});

	it("names the node's three outputs, and shows the run's sum beside them", async () => {
		const credential = await openStandIn();
		const workflow = batchWorkflow({
			id: 'seen',
			prompts: prompts(4, { 2: '[[moderation]]' }),
			credential,
		});
		await n8n.importWorkflows([workflow]);
		const editor = await Editor.open(n8n);
		try {
			const page = await EditorPage.open(editor);
			try {
				await page.showCanvas(workflow.id, BATCH);
				for (const name of ['Images', 'Failed', 'Summary']) await page.see(name);
				await page.execute();
				await page.openNode(BATCH);
				await page.see(/^3 of 4 images, 1 failed, \$0\.\d+, [\d.]+ s$/);
			} finally {
				await page.close();
			}
		} finally {
			await editor.close();
		}
	});
});
