import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { estimateJob } from '../engine/costs/estimate';
import { usd } from '../engine/costs/money';
import type { ImageParameters } from '../engine/jobs/job';
import { findModel } from '../engine/models/find';
import { exampleFolder, importedExample } from './imported-example';
import type { CredentialFile, WorkflowFile } from './n8n';

/** The example's CSV of prompts. */
export const PROMPTS_CSV = join(exampleFolder('spreadsheet-prompts'), 'prompts.csv');

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
	const { promptsCsv, outputFolder, credential } = settings;
	const fields = { prompts_csv: promptsCsv, output_folder: outputFolder };
	return await importedExample('spreadsheet-prompts', fields, credential);
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
