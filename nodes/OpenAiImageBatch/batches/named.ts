import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { asImageError, type ImageError } from '../../../engine/jobs/error';
import { errorJson } from '../../../engine/reports/json';
import { textOf } from '../../shared/cells';
import { nodeErrorFrom } from '../../shared/errors';

/** A batch that input items name, each of them once. */
export interface NamedBatch {
	id: string;
	/** The first of the input items that name it. */
	item: number;
	/** All of them. */
	pairedItem: Array<{ item: number }>;
}

/** @throws NodeOperationError for an item that names none */
export function namedBatches(context: IExecuteFunctions): NamedBatch[] {
	const batches = new Map<string, NamedBatch>();
	for (const item of context.getInputData().keys()) {
		const id = textOf(context.getNodeParameter('batchId', item, '')).trim();
		if (!/^[\w-]+$/.test(id)) {
			const given = id === '' ? 'empty' : JSON.stringify(id);
			throw new NodeOperationError(
				context.getNode(),
				`Item ${item}: Batch ID is ${given}. Give the "batch_id" that Submit answered with, such as batch_abc123.`,
				{ itemIndex: item },
			);
		}
		const batch = batches.get(id) ?? { id, item, pairedItem: [] };
		batch.pairedItem.push({ item });
		batches.set(id, batch);
	}
	return [...batches.values()];
}

/** What is done for a batch, and why it could not be. */
export interface Each<Result> {
	done: Array<{ batch: NamedBatch; result: Result }>;
	/** For the output Failed. */
	failed: INodeExecutionData[];
}

/**
 * Does something for each batch. What fails for one does not stop the others.
 * @throws NodeApiError | NodeOperationError where it fails for all
 */
export async function forEachBatch<Result>(
	context: IExecuteFunctions,
	batches: readonly NamedBatch[],
	action: (batch: NamedBatch) => Promise<Result>,
): Promise<Each<Result>> {
	const done: Each<Result>['done'] = [];
	const failures: Array<{ batch: NamedBatch; error: ImageError }> = [];
	for (const batch of batches) {
		try {
			done.push({ batch, result: await action(batch) });
		} catch (error) {
			failures.push({ batch, error: asImageError(error) });
		}
	}
	const [first] = failures;
	if (first && done.length === 0) throw nodeErrorFrom(context, first.error, first.batch.item);
	const failed = failures.map(({ batch: { id, item }, error }) => ({
		json: { batch_id: id, error: errorJson(error, 1) },
		pairedItem: { item },
	}));
	return { done, failed };
}
