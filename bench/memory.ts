import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IRun } from 'n8n-workflow';
import { start } from '../host/children';
import { logMessages, type N8n } from '../host/n8n';

/** How often a process is looked at, milliseconds. The kernel keeps the peak itself, so a short one is not missed. */
const INTERVAL_MS = 25;

/** One run of a workflow in an n8n process of its own. */
export interface Measured {
	run: IRun;
	/** The most memory that the process had in RAM (VmHWM), bytes. */
	peakBytes: number;
	/** The same up to a moment, milliseconds since 1970. What comes last is n8n's printing of its record. */
	peakUntil(moment: number): number;
}

/**
 * Runs a workflow and watches the process. Linux only: it reads `/proc`.
 * @throws Error with n8n's output where it left no record of the run
 */
export async function measure(n8n: N8n, workflowId: string): Promise<Measured> {
	const { node, n8n: script } = n8n.installation;
	const child = await start(node, [script, 'execute', `--id=${workflowId}`, '--rawOutput'], {
		cwd: n8n.userFolder,
		env: await n8n.environment(),
		stdoutFile: join(n8n.userFolder, 'execution.log'),
	});
	const peaks: Array<{ at: number; bytes: number }> = [];
	const watch = setInterval(() => {
		void peakOf(child.pid).then((bytes) => peaks.push({ at: Date.now(), bytes }));
	}, INTERVAL_MS);
	const finished = await child.finished;
	clearInterval(watch);
	const run = logMessages(finished.stdout)
		.map(recordIn)
		.find((record) => record !== undefined);
	if (!run) {
		throw new Error(
			`n8n left no record of "${workflowId}" (exit status ${finished.code}):\n${finished.output.slice(-6000)}`,
		);
	}
	const peakUntil = (moment: number) =>
		peaks.reduce((peak, { at, bytes }) => (at <= moment ? Math.max(peak, bytes) : peak), 0);
	return { run, peakBytes: peakUntil(Infinity), peakUntil };
}

/** @returns 0 where the process is gone */
async function peakOf(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function recordIn(message: string): IRun | undefined {
	if (!message.startsWith('{')) return undefined;
	try {
		const parsed = JSON.parse(message) as Partial<IRun>;
		return parsed.data?.resultData ? (parsed as IRun) : undefined;
	} catch {
		return undefined;
	}
}
