import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exampleFolder, importedExample, type ExampleName } from '../../host/imported-example';
import type { CredentialFile, N8n, WorkflowFile } from '../../host/n8n';

/** The longest that curl may print: images as base64. */
const LONGEST = 256 * 1024 * 1024;

/** The credential that callers of a webhook need: a header and its value. */
export function headerAuth(id: string, name: string, value: string): CredentialFile {
	return { id, name: id, type: 'httpHeaderAuth', data: { name, value } };
}

/** How the example http-image-api is set up. */
export interface ServiceSetup {
	settings: Record<string, string | number>;
	openAi: CredentialFile;
	/** What callers must send. */
	callers: CredentialFile;
	/**
	 * Makes it another service beside the example: its addresses, table and id begin with this word. Without it, the
	 * example as it ships.
	 */
	beside?: string;
}

/** The example http-image-api with both credentials chosen. */
export async function httpImageApi({
	settings,
	openAi,
	callers: { id, name, type },
	beside,
}: ServiceSetup): Promise<WorkflowFile> {
	const workflow = await importedExample('http-image-api', settings, openAi);
	for (const node of workflow.nodes) {
		if (node.parameters.authentication === 'headerAuth') node.credentials = { [type]: { id, name } };
	}
	return beside === undefined ? workflow : otherService(workflow, beside);
}

/** What n8n keeps apart by its name must have another one. */
function otherService(workflow: WorkflowFile, word: string): WorkflowFile {
	const copy = JSON.parse(
		JSON.stringify(workflow).replaceAll('"HTTP Image API"', `"${word} HTTP Image API"`),
	) as WorkflowFile;
	for (const node of copy.nodes.filter(({ webhookId }) => webhookId !== undefined)) {
		node.webhookId = randomUUID();
		node.parameters.path = `${word}/${String(node.parameters.path)}`;
	}
	return { ...copy, id: `${word}${workflow.id}`, name: `${workflow.name} (${word})` };
}

/** Publishes a workflow, so that its webhooks are there from n8n's next start on. */
export async function publish(n8n: N8n, workflowId: string): Promise<void> {
	const { output, code } = await n8n['command'](['publish:workflow', `--id=${workflowId}`]);
	if (code !== 0) throw new Error(`n8n could not publish ${workflowId}:\n${output}`);
}

/** The blocks of shell lines in an example's README, in their order. */
export async function shellLines(example: ExampleName): Promise<string[]> {
	const readme = await readFile(join(exampleFolder(example), 'README.md'), 'utf8');
	return [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines!.trim());
}

/**
 * Runs shell lines in a folder.
 * @returns what they print
 * @throws with what they say where one of them fails
 */
export async function shell(lines: string, cwd: string, env: Record<string, string>): Promise<string> {
	const options = { cwd, env: { PATH: process.env.PATH, ...env }, maxBuffer: LONGEST };
	return await new Promise((resolve, reject) => {
		execFile(
			'bash',
			['--noprofile', '--norc', '-eo', 'pipefail', '-c', lines],
			options,
			(error, stdout, stderr) =>
				error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout),
		);
	});
}

/** What curl got. */
export interface Answer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string[]>;
	text: string;
}

/** Calls curl. @param args its arguments, without its own `-s` and `-w` */
export async function curl(...args: string[]): Promise<Answer> {
	const format = '\n%{http_code}\n%{header_json}';
	const printed = await new Promise<string>((resolve, reject) => {
		execFile('curl', ['-s', '-w', format, ...args], { maxBuffer: LONGEST }, (error, stdout) =>
			error ? reject(error) : resolve(stdout),
		);
	});
	const [, text, status, headers] = /^(.*)\n(\d{3})\n(\{.*\})\s*$/s.exec(printed) ?? [];
	return {
		status: Number(status),
		headers: JSON.parse(String(headers)) as Answer['headers'],
		text: String(text),
	};
}

/** How long a slow machine may take to activate its workflows, in milliseconds. */
const ACTIVATION_DEADLINE = 180_000;

/**
 * Waits until n8n has the webhooks of a published workflow: it answers before it has.
 * @throws where it has none after three minutes
 */
export async function untilThere(url: string, method = 'GET'): Promise<void> {
	const deadline = Date.now() + ACTIVATION_DEADLINE;
	for (;;) {
		const { status } = await fetch(url, { method });
		if (status !== 404) return;
		if (Date.now() > deadline) throw new Error(`n8n still has no webhook for ${method} ${url}.`);
		await sleep(250);
	}
}
