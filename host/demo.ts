/**
 * `npm run demo`: the packed package in a real n8n, over the example's CSV of prompts.
 * Against OpenAI where OPENAI_API_KEY is set (OPENAI_BASE_URL too, if set), else against the stand-in.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startStandIn } from '../test/stand-in';
import { Editor, OWNER } from './editor';
import { estimateRows, exampleWorkflow, PROMPTS_CSV, readRows, type Row } from './example';
import { N8n, openAiCredential, type CredentialFile, type WorkflowFile } from './n8n';
import { ROOT } from './package-under-test';
import { checkPictures, pictureTable } from './pictures';

const USAGE = `Usage: npm run demo -- [--ui] [--output-dir DIR]

  --ui              leave n8n's editor running with the workflow in it
  --output-dir DIR  where the pictures and costs.csv go (default: out/demo)`;

interface Server {
	apiKey: string;
	baseUrl: string;
	close(): Promise<void>;
}

async function main(): Promise<number> {
	const { ui, outputDir } = options();
	const rows = await readRows();
	const server = await chooseServer(rows);
	const credential = openAiCredential(server);
	await mkdir(outputDir, { recursive: true });
	const outputFolder = await realpath(outputDir);
	const stateDir = join(ROOT, 'out', `n8n-${process.pid}`);
	// On Ctrl-C, too; the credential is in it.
	process.once('exit', () => rmSync(stateDir, { recursive: true, force: true, maxRetries: 3 }));
	try {
		const n8n = await N8n.prepare({
			stateDir,
			allowedFolders: [outputFolder, dirname(PROMPTS_CSV)],
			progress: say,
		});
		const workflow = await exampleWorkflow({ promptsCsv: PROMPTS_CSV, outputFolder, credential });
		const complete = await makePictures(n8n, workflow, credential, rows, outputFolder);
		if (ui) await showEditor(n8n, workflow);
		return complete ? 0 : 1;
	} finally {
		await server.close();
	}
}

function options() {
	try {
		const { values } = parseArgs({
			options: {
				ui: { type: 'boolean', default: false },
				'output-dir': { type: 'string', default: join(ROOT, 'out', 'demo') },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
		if (values.help) {
			console.log(USAGE);
			process.exit(0);
		}
		return { ui: values.ui, outputDir: resolve(values['output-dir']) };
	} catch (error) {
		console.error(`${(error as Error).message}\n\n${USAGE}`);
		process.exit(2);
	}
}

async function chooseServer(rows: readonly Row[]): Promise<Server> {
	const apiKey = process.env.OPENAI_API_KEY;
	if (apiKey) {
		const baseUrl = process.env.OPENAI_BASE_URL || 'https://api.openai.com/v1';
		const most = estimateRows(rows);
		const price =
			most === null ? 'an unknown amount' : `at most about $${(Math.ceil(most * 100) / 100).toFixed(2)}`;
		say(`OPENAI_API_KEY is set: ${rows.length} pictures from ${baseUrl}, for ${price}.`);
		return { apiKey, baseUrl, close: async () => {} };
	}
	const standIn = await startStandIn({ delayMs: 300 });
	say(`OPENAI_API_KEY is not set: a stand-in for OpenAI draws the ${rows.length} pictures, for nothing.`);
	return { apiKey: standIn.key, baseUrl: standIn.url, close: async () => await standIn.close() };
}

async function makePictures(
	n8n: N8n,
	workflow: WorkflowFile,
	credential: CredentialFile,
	rows: readonly Row[],
	outputFolder: string,
): Promise<boolean> {
	say('Bringing the credential and the workflow into n8n ...');
	await n8n.importCredentials([credential]);
	await n8n.importWorkflows([workflow]);
	say(`Running the workflow "${workflow.name}" ...`);
	const since = Date.now();
	const { run, log } = await n8n.execute(workflow.id);
	const { error } = run.data.resultData;
	if (error) {
		console.error(
			`\nThe workflow failed: ${error.message}\n${error.description ?? ''}\n\nn8n said:\n\n${log}`,
		);
		return false;
	}
	const pictures = await checkPictures(rows, outputFolder, since);
	console.log(`\n${pictureTable(pictures)}\n\nPictures and costs.csv are in ${outputFolder}`);
	const wrong = pictures.filter(({ problems }) => problems.length > 0);
	for (const { row, problems } of wrong) console.error(`Not as asked: ${row.name}: ${problems.join('; ')}`);
	return wrong.length === 0;
}

async function showEditor(n8n: N8n, workflow: WorkflowFile): Promise<void> {
	say('\nStarting the editor ...');
	const editor = await Editor.open(n8n);
	console.log(`\nThe editor: ${editor.workflowUrl(workflow.id)}`);
	console.log(`Sign in as ${OWNER.email} with the password ${OWNER.password}. Ctrl-C ends it.`);
	await editor.ended();
}

/** Progress goes to stderr, so that stdout is the result. */
function say(line: string) {
	console.error(line);
}

main().then(
	(status) => process.exit(status),
	(error: Error) => {
		console.error(`\nThe demo failed: ${error.message}`);
		process.exit(1);
	},
);
