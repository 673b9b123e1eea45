import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';
import { OWNER, type Editor } from './editor';

const MOST_BYTES = 300_000;

/** Where a Chromium is looked for. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts a Chromium: /usr/bin/chromium, or what the environment's CHROMIUM names. @throws where there is none */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

/** Writes a PNG with as many colours as fit under 300 kB. @throws where even 32 do not */
export async function writePicture(file: string, picture: Buffer): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	for (const colours of [256, 128, 64, 32]) {
		const small = await sharp(picture).png({ palette: true, colours, effort: 10 }).toBuffer();
		if (small.length >= MOST_BYTES) continue;
		await writeFile(file, small);
		console.error(`${file}: ${Math.ceil(small.length / 1000)} kB`);
		return;
	}
	throw new Error(`${file} is over ${MOST_BYTES} bytes in 32 colours.`);
}

/** n8n's editor in a browser of 1440x900, signed in, for taking pictures of it. */
export class EditorPage {
	private constructor(
		private readonly editor: Editor,
		private readonly browser: Browser,
		private readonly page: Page,
	) {}

	/** @throws where there is no Chromium; see {@link launchBrowser} */
	static async open(editor: Editor): Promise<EditorPage> {
		const browser = await launchBrowser();
		try {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
			await page.goto(`${editor.url}/signin`);
			await page.locator('input[type=email]').fill(OWNER.email);
			await page.locator('input[type=password]').fill(OWNER.password);
			await page.keyboard.press('Enter');
			await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
			return new EditorPage(editor, browser, page);
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	/** Shows the whole canvas of a workflow. @param nodeName a node to wait for */
	async showCanvas(workflowId: string, nodeName: string): Promise<void> {
		await this.page.goto(this.editor.workflowUrl(workflowId));
		await this.node(nodeName).waitFor();
		await this.page.keyboard.press('1');
		await this.settle();
	}

	/** Opens a node with its parameters, and what came out of it if it ran. */
	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.page
			.locator('[data-test-id=node-parameters], [data-test-id=parameter-input]')
			.first()
			.waitFor();
		// What is under the mouse shows more than the others.
		await this.page.mouse.move(0, 0);
		await this.settle();
	}

	/** Back to the canvas. */
	async closeNode(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.settle();
	}

	/** Runs the workflow on the canvas. @throws where it has not succeeded after a minute */
	async execute(): Promise<void> {
		await this.page.locator('[data-test-id=execute-workflow-button]').click();
		const notice = this.page.getByRole('alert').filter({ hasText: 'Workflow executed successfully' });
		await notice.waitFor({ timeout: 60_000 });
		await notice.locator('.el-notification__closeBtn').click();
		await this.settle();
	}

	/** Shows the first file that came out of the node that is open. */
	async viewOutput(): Promise<void> {
		await this.page.locator('[data-test-id=output-panel]').getByText('Binary', { exact: true }).click();
		await this.page
			.locator('[data-test-id=output-panel]')
			.getByRole('button', { name: 'View' })
			.first()
			.click();
		await this.settle();
	}

	/** Waits for a text to be seen. @param text whole, or a pattern. @throws where it is not after half a minute */
	async see(text: string | RegExp): Promise<void> {
		await this.page.getByText(text, { exact: true }).first().waitFor();
	}

	/** Writes a picture of what is seen. @throws as {@link writePicture} */
	async take(file: string): Promise<void> {
		await writePicture(file, await this.page.screenshot());
	}

	/** Closes the browser; the editor goes on. */
	async close(): Promise<void> {
		await this.browser.close();
	}

	private node(name: string) {
		return this.page.locator('[data-test-id=canvas-default-node]').filter({ hasText: name });
	}

	/** The editor moves and fades things for a moment. */
	private async settle() {
		await this.page.waitForTimeout(1500);
	}
}
