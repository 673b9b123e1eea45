import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { exampleFolder } from '../../host/imported-example';
import type { StandIn } from '../stand-in';

/** A row of the data table that durable-batch works through. */
export interface DurableRow {
	id: number;
	name: string;
	prompt: string;
	/** Empty or null: still to do. */
	status: 'making' | 'done' | 'failed' | '' | null;
	taken_by: string | null;
	taken_at: string | null;
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

/** So many rows of the smallest pictures there are, which only a compatible server makes. */
export function tinyRows(count: number): CsvRow[] {
	return Array.from({ length: count }, (_, index) => ({
		name: `picture-${index}`,
		prompt: `Picture ${index}`,
		size: '64x64',
		quality: 'low',
	}));
}

/** Rows as a CSV file has them. */
export function csvOf(rows: readonly CsvRow[]): string {
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	const lines = rows.map(({ name, prompt, size, quality }) =>
		[name, prompt, size, quality].map(quoted).join(','),
	);
	return ['name,prompt,size,quality', ...lines, ''].join('\n');
}

/** How many rows there are of each status; `todo` are those that have none. */
export function tally(rows: readonly DurableRow[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { status } of rows) {
		const name = status === null || status === '' ? 'todo' : status;
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

export function promptsOf(rows: ReadonlyArray<{ prompt: string }>): string[] {
	return rows.map(({ prompt }) => prompt).sort();
}

/** Requests that brought a picture, by their prompts, in the order they were made. */
export function paidFor({ books }: Pick<StandIn, 'books'>): Map<string, number[]> {
	const paid = new Map<string, number[]>();
	for (const { prompt, images, usd } of books) {
		if (images > 0) paid.set(prompt, [...(paid.get(prompt) ?? []), usd]);
	}
	return paid;
}
