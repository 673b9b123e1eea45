import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Summary } from '../../engine/reports/summary';
import type { StandIn } from '../stand-in';
import { KEY } from './generate';
import { batch, type BatchOptions, type BatchResult } from './batch';

/** A batch of OpenAI's Batch API as an item. */
export interface SubmittedJson extends IDataObject {
	batch_id: string;
	status: string;
	done: boolean;
	collectable: boolean;
	next_check_at: string | null;
	model: string | null;
	endpoint: string;
	jobs: number | null;
	request_counts: { total: number; completed: number; failed: number };
	estimated_cost: { currency: string; low: number | null; high: number | null };
	errors?: Array<{ code: string | null; message: string; line: number | null }>;
	reused?: boolean;
}

type Options = Omit<BatchOptions, 'parameters' | 'standIn'> & { parameters?: INodeParameters };

/** The Batch node's operations of the Batch API, each run by itself against a stand-in. */
export function openAiBatches(standIn: Pick<StandIn, 'url'>) {
	const operation = async (name: string, options: Options): Promise<BatchResult> =>
		await batch({
			standIn,
			...options,
			// Batches and files belong to the key that made them.
			credential: { apiKey: KEY, ...options.credential },
			parameters: { operation: name, ...options.parameters },
		});
	const named = (ids: readonly string[], options: Options): Options => ({
		...options,
		rows: ids.map((batch_id) => ({ batch_id })),
		parameters: { batchId: '={{ $json.batch_id }}', ...options.parameters },
	});
	return {
		submit: async (options: Options) => {
			const { result, outputs, failed } = await operation('submit', options);
			const batches = jsonOf(outputs.summary);
			return {
				result,
				failed,
				batches,
				ids: batches.map(({ batch_id }) => batch_id),
				items: outputs.summary,
			};
		},
		look: async (name: 'status' | 'cancel', ids: readonly string[], options: Options = {}) => {
			const { result, outputs, failed } = await operation(name, named(ids, options));
			return { result, failed, batches: jsonOf(outputs.summary) };
		},
		collect: async (ids: readonly string[], options: Options = {}) => {
			const collected = await operation('collect', named(ids, options));
			return {
				...collected,
				summary: collected.summary as Summary & { batches: SubmittedJson[] },
				/** Batches that were not done. */
				unfinished: jsonOf(collected.outputs.summary).filter((json) => 'batch_id' in json),
			};
		},
	};
}

function jsonOf(items: readonly INodeExecutionData[]): SubmittedJson[] {
	return items.map(({ json }) => json as SubmittedJson);
}
