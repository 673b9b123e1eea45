import Ajv from 'ajv';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import type { SummaryResult } from '../../engine/reports/summary';
import schema from '../engine/summary.schema.json';
import type { BatchOutputs } from './batch';
import { nano } from './generate';

const isSummary = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

const UUID = /^[\da-f]{8}-[\da-f]{4}-[48][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Throws where the three outputs of a run do not fit together. Those of an estimate have pairs and ids to fit only. */
export function expectSound({ images, failed, summary, outputs }: BatchOutputs): void {
	for (const item of [...outputs.images, ...outputs.failed]) {
		expect(item.pairedItem).toEqual({ item: expect.any(Number) as number });
	}
	for (const item of outputs.summary) expect(Array.isArray(item.pairedItem)).toBe(true);
	// Batches of the Batch API that are not collected yet have nothing to fit.
	if (!summary || !('results' in summary)) return;
	const ids = summary.results.map(({ job_id }) => job_id);
	expect(new Set(ids).size).toBe(ids.length);
	if ('dry_run' in summary) return;

	isSummary(summary);
	expect(isSummary.errors ?? []).toEqual([]);
	const { total, results } = summary;
	expect(results).toHaveLength(total);
	for (const [name, status] of [
		['succeeded', 'completed'],
		['failed', 'failed'],
		['cancelled', 'cancelled'],
	] as const) {
		expect([name, summary[name]]).toEqual([
			name,
			results.filter((result) => result.status === status).length,
		]);
	}
	expect(summary.total_duration_ms).toBe(Date.parse(summary.finished_at) - Date.parse(summary.started_at));
	const totals = results.map(({ cost }) => cost.total);
	expect(summary.total_cost.total === null).toBe(totals.includes(null));
	if (!totals.includes(null)) expect(nano(summary.total_cost.total)).toBe(sum(totals));

	// Batches that could not be had are no jobs.
	const jobs = failed.filter((json) => 'job_id' in json);
	expect(jobs.map(({ job_id, status }) => [job_id, status])).toEqual(
		results.filter(({ status }) => status !== 'completed').map(({ job_id, status }) => [job_id, status]),
	);
	for (const result of results) expectJob(result, { images, failed });
	expectNames(outputs.images, results);
}

function expectJob(result: SummaryResult, { images, failed }: Pick<BatchOutputs, 'images' | 'failed'>): void {
	const own = images.filter(({ job_id }) => job_id === result.job_id);
	const missing = failed.find(({ job_id }) => job_id === result.job_id);
	expect(result.error === null).toBe(result.status === 'completed');
	if (missing) {
		const { moderation_details: _, ...error } = missing.error;
		expect(result.error).toEqual(error);
	}
	expect(result.output_path).toBe(result.output_paths[0] ?? null);
	expect(own.flatMap(({ output_path, output_paths }) => output_paths ?? [output_path])).toEqual(
		result.output_paths,
	);
	if (own.length === 0) expect(result.history_uuid).toBeNull();
	else expect(result.history_uuid).toMatch(UUID);
	expect([...new Set(own.map(({ history_uuid }) => history_uuid))]).toEqual(
		result.history_uuid === null ? [] : [result.history_uuid],
	);
	const parts = [...own, ...(missing ? [missing] : [])].map(({ cost }) => (cost ? cost.total : 0));
	if (result.cost.total !== null) expect(nano(result.cost.total)).toBe(sum(parts));
}

/** A file is called what its item says, and nothing else is called so on a disk that knows no capitals. */
function expectNames(items: readonly INodeExecutionData[], results: readonly SummaryResult[]): void {
	const uuids = results.flatMap(({ history_uuid }) => history_uuid ?? []);
	expect(new Set(uuids).size).toBe(uuids.length);
	const names: string[] = [];
	for (const { json, binary = {} } of items) {
		const files = Object.entries(binary).filter(([property]) => !/_partial_\d+$/.test(property));
		const paths = files.map(([, file]) => pathOf(file));
		expect(json.output_paths ?? [json.output_path]).toEqual(paths);
		names.push(...paths.map((path) => path.toLowerCase()));
	}
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(name).not.toMatch(/(^|\/)\.\.?(\/|$)|^\/|\\|:|\/\/|[^/]{221}/);
}

function pathOf({ directory, fileName = '' }: IBinaryData): string {
	return directory ? `${directory}/${fileName}` : fileName;
}

/** In whole nano-dollars, in which sums are exact. */
function sum(amounts: ReadonlyArray<number | null>): number {
	return amounts.reduce<number>((all, amount) => all + nano(amount), 0);
}
