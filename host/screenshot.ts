/**
 * `npx tsx host/screenshot.ts [EXAMPLE ...]`: the pictures in docs/pictures and of the examples, taken of the examples
 * in n8n's editor, run against the stand-in. All examples if none is named.
 * Needs a Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandIn } from '../test/stand-in';
import { Editor } from './editor';
import { EditorPage } from './editor-page';
import { exampleFolder, importedExample, type ExampleName } from './imported-example';
import { N8n, openAiCredential } from './n8n';
import { ROOT } from './package-under-test';
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
	/** The fields of the node "Settings" that are changed. */
	settings(surroundings: Surroundings): Record<string, string>;
	/** The node whose pictures are taken. */
	node: string;
	/** Where the pictures go, by what they show; what is not named is not taken. */
	pictures: { canvas: string; parameters?: string; output?: string };
}

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
];

async function main(names: string[]) {
	const unknown = names.find((name) => !SCENES.some(({ example }) => example === name));
	if (unknown !== undefined) {
		throw new Error(`There is no example "${unknown}": ${SCENES.map(({ example }) => example).join(', ')}.`);
	}
	const scenes = SCENES.filter(({ example }) => names.length === 0 || names.includes(example));
	const [standIn, webhook] = await Promise.all([startStandIn({ delayMs: 300 }), startWebhook()]);
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-files-')));
	const n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => console.error(line),
	});
	try {
		const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
		const outputFolder = join(folder, 'pictures');
		await mkdir(outputFolder);
		const workflows = await Promise.all(
			scenes.map(async ({ example, settings }) => {
				const files = join(folder, example);
				await cp(exampleFolder(example), files, { recursive: true });
				const fields = settings({ files, outputFolder, webhookUrl: webhook.url });
				return await importedExample(example, fields, credential);
			}),
		);
		await n8n.importCredentials([credential]);
		await n8n.importWorkflows(workflows);
		const editor = await Editor.open(n8n);
		try {
			const page = await EditorPage.open(editor);
			try {
				for (const [index, scene] of scenes.entries()) {
					await takePictures(page, workflows[index]!.id, scene);
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
		await Promise.all([standIn.close(), webhook.close()]);
	}
}

async function takePictures(page: EditorPage, workflowId: string, { node, pictures }: Scene) {
	await page.showCanvas(workflowId, node);
	await page.take(pictures.canvas);
	if (pictures.parameters !== undefined) {
		await page.openNode(node);
		await page.take(pictures.parameters);
		await page.closeNode();
	}
	if (pictures.output !== undefined) {
		await page.execute();
		await page.openNode(node);
		await page.viewOutput();
		await page.take(pictures.output);
	}
}

main(process.argv.slice(2)).catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
