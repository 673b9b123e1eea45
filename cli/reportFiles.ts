import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../engine/reports/record';
import { reportHtml } from '../engine/reports/report';
import type { Summary } from '../engine/reports/summary';

/** Names in the folder of the images. The next run in the same folder replaces them. */
export const SUMMARY = 'batch-summary.json';
export const REPORT = 'batch-report.html';

/**
 * Leaves a run's summary and report beside its images.
 * @param folder absolute
 * @param redact takes secrets out, which prompts may hold as well
 */
export async function writeReports(
	folder: string,
	run: RunRecord,
	summary: Summary,
	redact: (text: string) => string,
): Promise<void> {
	await replace(join(folder, SUMMARY), redact(`${JSON.stringify(summary, null, 2)}\n`));
	await replace(join(folder, REPORT), redact(reportHtml(run, summary)));
}

async function replace(path: string, text: string): Promise<void> {
	await writeFile(`${path}.part`, text);
	await rename(`${path}.part`, path);
}
