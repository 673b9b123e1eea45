/**
 * `npx tsx host/screenshot.ts [EXAMPLE ...]`: the pictures in docs/pictures and of the examples, taken of the examples
 * in n8n's editor, run against the stand-in. All examples, and the report of a batch, if none is named; `report` is
 * that alone.
 * Needs a Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandIn } from '../test/stand-in';
import { Editor } from './editor';
import { EditorPage } from './editor-page';
import {
	airtableCredential,
	bearerCredential,
	chatModelCredential,
	chooseCredential,
	cryptoCredential,
	exampleFolder,
	importedExample,
	type ExampleName,
} from './imported-example';
import { startMishaps } from './mishaps';
import { N8n, openAiCredential, type WorkflowFile } from './n8n';
import { ROOT } from './package-under-test';
import { takeReportPicture } from './report-picture';
import { putSideBySide } from './side-by-side';
import { startWebhook } from './webhook';

/** What an example is set to before its pictures are taken. */
interface Surroundings {
	/** A copy of the example's folder: where it lies is seen in the pictures. */
	files: string;
	outputFolder: string;
	webhookUrl: string;
}

interface Scene {
	example: ExampleName;
	/** Of an example with several workflows, another than the first. */
	file?: string;
	/** The fields of the node "Settings" that are changed. */
	settings(surroundings: Surroundings): Record<string, string | number>;
	/** The node whose pictures are taken. */
	node: string;
	/** Files from elsewhere in `examples/` that the user puts beside the example's own. */
	files?: string[];
	/**
	 * Where the pictures go, by what they show; what is not named is not taken. `executed` is the canvas after a run,
	 * `executedNode` the node with what went in and came out.
	 */
	pictures: {
		canvas?: string;
		parameters?: string;
		output?: string;
		executed?: string;
		executedNode?: string;
	};
	/** The files that a run leaves in its output folder, in a row. */
	row?: { of: string[]; into: string };
}

/** The Batch node's name in the examples. */
const BATCH = 'Make Images';

/** What goes wrong in the batches: one of the prompts of `prompts.txt` is made by the second Batch only. */
const MISHAPS = { 'Label for a tin of smoked tea': '[[status 500 x3]]' };

const docs = (name: string) => join(ROOT, 'docs', 'pictures', name);

const SCENES: Scene[] = [
	{
		example: 'spreadsheet-prompts',
		settings: ({ files, outputFolder }) => ({
			prompts_csv: join(files, 'prompts.csv'),
			output_folder: outputFolder,
		}),
		node: 'Generate Images',
		pictures: {
			canvas: docs('canvas.png'),
			parameters: docs('generate-parameters.png'),
			output: docs('generate-output.png'),
		},
	},
	{
		example: 'edit-then-post',
		settings: ({ files, webhookUrl }) => ({
			mask_file: join(files, 'mask.png'),
			webhook_url: webhookUrl,
		}),
		node: 'Edit Picture',
		pictures: {
			canvas: join(exampleFolder('edit-then-post'), 'canvas.png'),
			parameters: docs('edit-parameters.png'),
			output: docs('edit-output.png'),
		},
	},
	{
		example: 'product-shots',
		settings: ({ files, outputFolder }) => ({
			pictures_folder: join(files, 'products'),
			output_folder: outputFolder,
		}),
		node: 'Combine Pictures',
		pictures: {
			canvas: join(exampleFolder('product-shots'), 'canvas.png'),
			output: docs('product-shots-output.png'),
		},
	},
	{
		example: 'art-director',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Change',
		pictures: { canvas: join(exampleFolder('art-director'), 'canvas.png') },
	},
	{
		example: 'art-director',
		file: 'four-turns.json',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Change',
		pictures: { canvas: join(exampleFolder('art-director'), 'four-turns.png') },
		row: { of: ['v1.png', 'v2.png', 'v3.png', 'v4.png'], into: docs('conversation.png') },
	},
	{
		example: 'agent-tool',
		settings: () => ({}),
		node: 'Settings',
		pictures: { canvas: join(exampleFolder('agent-tool'), 'canvas.png') },
	},
	{
		example: 'batch-configuration',
		files: ['batch-simple.json'],
		settings: ({ files, outputFolder }) => ({ input_folder: files, output_folder: outputFolder }),
		node: BATCH,
		pictures: { canvas: join(exampleFolder('batch-configuration'), 'canvas.png') },
	},
	{
		example: 'batch-prompt-list',
		files: ['prompts.txt'],
		settings: ({ files, outputFolder }) => ({
			prompts_file: join(files, 'prompts.txt'),
			output_folder: outputFolder,
		}),
		node: BATCH,
		pictures: {
			canvas: join(exampleFolder('batch-prompt-list'), 'canvas.png'),
			executed: docs('batch-canvas.png'),
		},
	},
	{
		example: 'batch-spreadsheet',
		settings: ({ files, outputFolder }) => ({
			catalogue_csv: join(files, 'catalogue.csv'),
			output_folder: outputFolder,
		}),
		node: BATCH,
		pictures: {
			canvas: join(exampleFolder('batch-spreadsheet'), 'canvas.png'),
			executedNode: docs('batch-parameters.png'),
		},
	},
	{
		example: 'github-comment-batch',
		settings: () => ({}),
		node: 'Settings',
		pictures: { canvas: join(exampleFolder('github-comment-batch'), 'canvas.png') },
	},
	{
		example: 'http-image-api',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Settings',
		pictures: { canvas: join(exampleFolder('http-image-api'), 'canvas.png') },
	},
	{
		example: 'overnight-catalogue',
		settings: ({ files, outputFolder }) => ({
			catalogue_csv: join(files, 'catalogue.csv'),
			output_folder: outputFolder,
		}),
		node: 'Read CSV',
		pictures: { canvas: join(exampleFolder('overnight-catalogue'), 'canvas.png') },
	},
	{
		example: 'overnight-catalogue',
		file: 'wait-loop.json',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Get Status',
		pictures: { canvas: join(exampleFolder('overnight-catalogue'), 'wait-loop.png') },
	},
	{
		example: 'durable-batch',
		settings: ({ files, outputFolder }) => ({
			rows_csv: join(files, 'rows.csv'),
			output_folder: outputFolder,
		}),
		node: 'Table',
		pictures: { canvas: join(exampleFolder('durable-batch'), 'canvas.png') },
	},
	{
		example: 'cost-guard',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Estimate',
		pictures: { canvas: join(exampleFolder('cost-guard'), 'canvas.png') },
	},
	{
		example: 'history',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: BATCH,
		pictures: { canvas: join(exampleFolder('history'), 'canvas.png') },
	},
	{
		example: 'airtable-prompts',
		settings: ({ outputFolder }) => ({ output_folder: outputFolder }),
		node: 'Make Images',
		pictures: { canvas: join(exampleFolder('airtable-prompts'), 'canvas.png') },
	},
	{
		example: 'scheduled-content',
		settings: ({ files, outputFolder }) => ({
			topics_csv: join(files, 'topics.csv'),
			output_folder: outputFolder,
		}),
		node: 'Make Picture',
		pictures: { canvas: join(exampleFolder('scheduled-content'), 'canvas.png') },
	},
];

/** Besides the examples: the report of a batch. */
const REPORT = 'report';

async function main(names: string[]) {
	const known = [...new Set(SCENES.map(({ example }) => example)), REPORT];
	const unknown = names.find((name) => !known.some((one) => one === name));
	if (unknown !== undefined) throw new Error(`There is no example "${unknown}": ${known.join(', ')}.`);
	const scenes = SCENES.filter(({ example }) => names.length === 0 || names.includes(example));
	const [standIn, webhook] = await Promise.all([startStandIn({ delayMs: 300 }), startWebhook()]);
	const mishaps = await startMishaps(standIn.url, MISHAPS);
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-files-')));
	const n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => console.error(line),
	});
	try {
		const server = { apiKey: standIn.key, baseUrl: standIn.url };
		const credential = openAiCredential({ ...server, baseUrl: mishaps.url });
		const others = [
			chatModelCredential(server),
			airtableCredential('a-token'),
			cryptoCredential('a-secret'),
			bearerCredential('a-token'),
		];
		const outputFolder = join(folder, 'pictures');
		await mkdir(outputFolder);
		const workflows: WorkflowFile[] = [];
		for (const { example, file, settings, files: more = [] } of scenes) {
			const files = join(folder, example);
			await cp(exampleFolder(example), files, { recursive: true });
			for (const name of more) await cp(join(ROOT, 'examples', name), join(files, name));
			const fields = settings({ files, outputFolder, webhookUrl: webhook.url });
			const workflow = await importedExample(example, fields, credential, file);
			for (const other of others) chooseCredential(workflow, other);
			workflows.push(workflow);
		}
		if (names.length === 0 || names.includes(REPORT)) {
			await takeReportPicture(n8n, folder, docs('report.png'));
		}
		if (scenes.length === 0) return;
		await n8n.importCredentials([credential, ...others]);
		await n8n.importWorkflows(workflows);
		const editor = await Editor.open(n8n);
		try {
			const page = await EditorPage.open(editor);
			try {
				for (const [index, scene] of scenes.entries()) {
					await takePictures(page, workflows[index]!.id, scene, outputFolder);
				}
			} finally {
				await page.close();
			}
		} finally {
			await editor.close();
		}
	} finally {
		await n8n.remove();
		await rm(folder, { recursive: true, force: true });
		await Promise.all([mishaps.close(), standIn.close(), webhook.close()]);
	}
}

async function takePictures(
	page: EditorPage,
	workflowId: string,
	{ node, pictures, row }: Scene,
	outputFolder: string,
) {
	await page.showCanvas(workflowId, node);
	if (pictures.canvas !== undefined) await page.take(pictures.canvas);
	if (pictures.parameters !== undefined) {
		await page.openNode(node);
		await page.take(pictures.parameters);
		await page.closeNode();
	}
	const { output, executed, executedNode } = pictures;
	if (output ?? executed ?? executedNode ?? row) await page.execute();
	if (row) {
		const files = row.of.map((name) => join(outputFolder, name));
		const bytes = await putSideBySide(files, row.into);
		console.error(`${row.into}: ${Math.ceil(bytes / 1000)} kB`);
	}
	if (executed !== undefined) await page.take(executed);
	if (executedNode !== undefined) {
		await page.openNode(node);
		await page.take(executedNode);
	}
	if (output !== undefined) {
		await page.openNode(node);
		await page.viewOutput();
		await page.take(output);
	}
}

main(process.argv.slice(2)).catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
