import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IRun } from 'n8n-workflow';
import { start } from '../host/children';
import { logMessages, type N8n } from '../host/n8n';
import { ROOT } from '../host/package-under-test';
import { REQUEST, type Server, type Setting } from './compare-workflows';
import { watch } from './watch';

/** What the work took in a process of its own, from its first request until its last image was stored. */
export interface Run {
	ms: number;
	/** CPU time within `ms`, milliseconds. */
	cpuMs: number;
	/** The process's highest until then, its start included, bytes. */
	peakBytes: number;
}

/** The nodes of a workflow that only bring the prompts. */
const BEFORE = ['Start', 'List', 'Items'];

/**
 * Runs a workflow in an n8n of its own. One without a node that makes images takes no time, and has the peak of its end.
 * @throws Error with n8n's output where it left no record, and where the run failed
 */
export async function runWorkflow(n8n: N8n, workflowId: string): Promise<Run> {
	const { node, n8n: script } = n8n.installation;
	const child = await start(node, [script, 'execute', `--id=${workflowId}`, '--rawOutput'], {
		cwd: n8n.userFolder,
		env: await n8n.environment(),
		stdoutFile: join(n8n.userFolder, 'execution.log'),
	});
	const watched = watch(child.pid);
	const finished = await child.finished;
	watched.stop();
	const record = logMessages(finished.stdout)
		.filter((message) => message.startsWith('{"data"') || message.includes('"resultData"'))
		.map((message) => JSON.parse(message) as IRun)[0];
	const { error, runData } = record?.data.resultData ?? {};
	if (!runData || error) {
		const why = error?.message ?? `no record, exit status ${finished.code}`;
		throw new Error(`"${workflowId}" failed: ${why}\n${finished.output.slice(-3000)}`);
	}
	const tasks = Object.entries(runData)
		.filter(([name]) => !BEFORE.includes(name))
		.flatMap(([, runs]) => runs);
	if (tasks.length === 0) return { ms: 0, cpuMs: 0, peakBytes: watched.peakUntil(Infinity) };
	return between(
		watched,
		Math.min(...tasks.map(({ startTime }) => startTime)),
		Math.max(...tasks.map(({ startTime, executionTime }) => startTime + executionTime)),
	);
}

/**
 * Runs the plain script with the same Node.js as n8n's.
 * @param folder gets the images, and the script's input
 * @throws Error with its output where it failed
 */
export async function runScript(
	n8n: N8n,
	folder: string,
	{ prompts, concurrency }: Pick<Setting, 'prompts' | 'concurrency'>,
	{ apiKey, baseUrl: baseURL }: Server,
): Promise<Run> {
	const input = join(folder, 'input.json');
	await writeFile(input, JSON.stringify({ baseURL, apiKey, request: REQUEST, prompts, concurrency, folder }));
	const child = await start(n8n.installation.node, [join(__dirname, 'compare-script.mjs'), input], {
		cwd: ROOT,
		env: await n8n.environment(),
	});
	const watched = watch(child.pid);
	const { code, stdout, output } = await child.finished;
	watched.stop();
	if (code !== 0) throw new Error(`The script failed: ${output.slice(-3000)}`);
	const { startedAt, endedAt } = JSON.parse(stdout) as { startedAt: number; endedAt: number };
	return between(watched, startedAt, endedAt);
}

function between({ peakUntil, cpuUntil }: ReturnType<typeof watch>, from: number, until: number): Run {
	return {
		ms: until - from,
		cpuMs: cpuUntil(until) - cpuUntil(from),
		peakBytes: peakUntil(until),
	};
}
