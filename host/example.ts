import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { estimateJob } from '../engine/costs/estimate';
import { usd } from '../engine/costs/money';
import type { ImageParameters } from '../engine/jobs/job';
import { findModel } from '../engine/models/find';
import type { CredentialFile, WorkflowFile } from './n8n';
import { ROOT } from './package-under-test';

const FOLDER = join(ROOT, 'examples', 'spreadsheet-prompts');

/** The example's CSV of prompts. */
export const PROMPTS_CSV = join(FOLDER, 'prompts.csv');

/** A line of the CSV. */
export interface Row {
	name: string;
	prompt: string;
	/** `WIDTHxHEIGHT` in pixels. */
	size: NonNullable<ImageParameters['size']>;
	quality: NonNullable<ImageParameters['quality']>;
	model: string;
	format: NonNullable<ImageParameters['output_format']>;
	background: NonNullable<ImageParameters['background']>;
}

/** What a user changes after importing the example: the two settings and the credential. */
export interface ExampleSettings {
	promptsCsv: string;
	outputFolder: string;
	credential: CredentialFile;
}

/** The example's rows, or those of another CSV with its columns. */
export async function readRows(file = PROMPTS_CSV): Promise<Row[]> {
	return parse(await readFile(file), { bom: true, columns: true }) as Row[];
}

/**
 * The example's workflow with a user's settings made.
 * @throws where the file lacks the node or the setting that is to be changed
 */
export async function exampleWorkflow(settings: ExampleSettings): Promise<WorkflowFile> {
	const workflow = JSON.parse(await readFile(join(FOLDER, 'workflow.json'), 'utf8')) as WorkflowFile;
	const node = (name: string) => {
		const found = workflow.nodes.find((candidate) => candidate.name === name);
		if (!found) throw new Error(`The example's workflow has no node "${name}".`);
		return found;
	};
	const { assignments } = node('Settings').parameters.assignments as unknown as {
		assignments: Array<{ name: string; value: string }>;
	};
	const values: Record<string, string> = {
		prompts_csv: settings.promptsCsv,
		output_folder: settings.outputFolder,
	};
	for (const [name, value] of Object.entries(values)) {
		const assignment = assignments.find((candidate) => candidate.name === name);
		if (!assignment) throw new Error(`The example's Settings have no field "${name}".`);
		assignment.value = value;
	}
	const { id, name, type } = settings.credential;
	node('Generate Images').credentials = { [type]: { id, name } };
	return workflow;
}

/** The most that the rows may cost, US dollars; `null` where one of them has no known price. */
export function estimateRows(rows: readonly Row[]): number | null {
	let total = 0;
	for (const [index, row] of rows.entries()) {
		const { prompt, model, size, quality, background, format } = row;
		const parameters = { size, quality, background, output_format: format };
		const job = { index, label: row.name, endpoint: 'generations' as const, model, prompt, n: 1, parameters };
		const estimate = estimateJob(job, findModel(model));
		if (!estimate) return null;
		total += estimate.input.high + estimate.output.high;
	}
	return usd(total);
}
