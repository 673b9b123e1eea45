/**
 * `npx tsx host/screenshot.ts`: the pictures in docs/pictures, taken of the example in n8n's editor, run against the stand-in.
 * Needs a Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { startStandIn } from '../test/stand-in';
import { Editor, OWNER } from './editor';
import { exampleWorkflow, PROMPTS_CSV } from './example';
import { N8n, openAiCredential } from './n8n';
import { ROOT } from './package-under-test';

const PICTURES = join(ROOT, 'docs', 'pictures');
const MOST_BYTES = 300_000;
const GENERATE = 'Generate Images';

async function main() {
	const standIn = await startStandIn({ delayMs: 300 });
	const outputFolder = await mkdtemp(join(tmpdir(), 'pictures-'));
	const n8n = await N8n.prepare({
		allowedFolders: [outputFolder, dirname(PROMPTS_CSV)],
		progress: (line) => console.error(line),
	});
	try {
		const credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
		const workflow = await exampleWorkflow({ promptsCsv: PROMPTS_CSV, outputFolder, credential });
		await n8n.importCredentials([credential]);
		await n8n.importWorkflows([workflow]);
		const editor = await Editor.open(n8n);
		try {
			await takePictures(editor, workflow.id);
		} finally {
			await editor.close();
		}
	} finally {
		await n8n.remove();
		await rm(outputFolder, { recursive: true, force: true });
		await standIn.close();
	}
}

async function takePictures(editor: Editor, workflowId: string) {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
	try {
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		await signIn(page, editor.url);
		await page.goto(editor.workflowUrl(workflowId));
		await node(page, GENERATE).waitFor();
		await fitCanvas(page);
		await take(page, 'canvas.png');

		await node(page, GENERATE).dblclick();
		await page.locator('[data-test-id=node-parameters], [data-test-id=parameter-input]').first().waitFor();
		await settle(page);
		await take(page, 'generate-parameters.png');
		await page.keyboard.press('Escape');

		await page.locator('[data-test-id=execute-workflow-button]').click();
		await page.getByText('Workflow executed successfully').waitFor({ timeout: 60_000 });
		await node(page, GENERATE).dblclick();
		await page.locator('[data-test-id=output-panel]').getByText('Binary', { exact: true }).click();
		await page.getByRole('button', { name: 'View' }).first().click();
		await settle(page);
		await take(page, 'generate-output.png');
	} finally {
		await browser.close();
	}
}

async function signIn(page: Page, url: string) {
	await page.goto(`${url}/signin`);
	await page.locator('input[type=email]').fill(OWNER.email);
	await page.locator('input[type=password]').fill(OWNER.password);
	await page.keyboard.press('Enter');
	await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
}

function node(page: Page, name: string) {
	return page.locator('[data-test-id=canvas-default-node]').filter({ hasText: name });
}

async function fitCanvas(page: Page) {
	await page.keyboard.press('1');
	await settle(page);
}

/** The editor moves and fades things for a moment. */
async function settle(page: Page) {
	await page.waitForTimeout(1500);
}

/** Writes the picture with as many colours as fit under 300 kB. @throws where even 32 do not */
async function take(page: Page, name: string) {
	const picture = await page.screenshot();
	await mkdir(PICTURES, { recursive: true });
	for (const colours of [256, 128, 64, 32]) {
		const small = await sharp(picture).png({ palette: true, colours, effort: 10 }).toBuffer();
		if (small.length >= MOST_BYTES) continue;
		await writeFile(join(PICTURES, name), small);
		console.error(`${name}: ${Math.ceil(small.length / 1000)} kB`);
		return;
	}
	throw new Error(`${name} is over ${MOST_BYTES} bytes in 32 colours.`);
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
