import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { exampleFolder } from '../../host/imported-example';
import type { Editor } from '../../host/editor';
import type { Execution, WorkflowFile } from '../../host/n8n';
import type { StandIn } from '../stand-in';
import { runToEnd } from './openai-batch-workflows';
import { chain, node, START } from './workflow';

/** A row of the data table that durable-batch works through. */
export interface DurableRow {
	id: number;
	name: string;
	prompt: string;
	status: 'todo' | 'done' | 'failed';
	file: string | null;
	cost_usd: number | null;
	job_id: string | null;
	request_id: string | null;
	error: string | null;
	finished_at: string | null;
}

/** A row of `examples/durable-batch/rows.csv`. */
export interface CsvRow {
	name: string;
	prompt: string;
	size: string;
	quality: string;
}

/** The rows that durable-batch ships with. */
export async function shippedRows(): Promise<CsvRow[]> {
	const csv = await readFile(join(exampleFolder('durable-batch'), 'rows.csv'));
	return parse(csv, { columns: true }) as CsvRow[];
}

/** Rows as a CSV file has them. */
export function csvOf(rows: readonly CsvRow[]): string {
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	const lines = rows.map(({ name, prompt, size, quality }) =>
		[name, prompt, size, quality].map(quoted).join(','),
	);
	return ['name,prompt,size,quality', ...lines, ''].join('\n');
}

/** Manual trigger, all rows of a data table in the order they were added. */
export function tableWorkflow(id: string, table: string): WorkflowFile {
	return chain(id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('Table', 'n8n-nodes-base.dataTable', 1.1, {
			resource: 'row',
			operation: 'get',
			dataTableId: { __rl: true, mode: 'name', value: table },
			matchType: 'allConditions',
			filters: {},
			returnAll: true,
			orderBy: true,
			orderByColumn: 'id',
			orderByDirection: 'ASC',
		}),
	]);
}

/** The rows of a data table, by what {@link tableWorkflow} made. */
export async function rowsOf<Row = IDataObject>(editor: Editor, workflow: WorkflowFile): Promise<Row[]> {
	return itemsOf(await runToEnd(editor, workflow), 'Table').map(({ json }) => json as Row);
}

/** What came out of a node, the last time that it ran. */
export function itemsOf({ run }: Execution, name: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[name]?.at(-1)?.data?.main?.[output] ?? [];
}

/** Requests that brought a picture, by their prompts, in the order they were made. */
export function paidFor({ books }: Pick<StandIn, 'books'>): Map<string, number[]> {
	const paid = new Map<string, number[]>();
	for (const { prompt, images, usd } of books) {
		if (images > 0) paid.set(prompt, [...(paid.get(prompt) ?? []), usd]);
	}
	return paid;
}

/** Added up in whole nano-dollars. */
export function sum(dollars: number[]): number {
	return dollars.reduce((total, each) => total + Math.round(each * 1e9), 0) / 1e9;
}
