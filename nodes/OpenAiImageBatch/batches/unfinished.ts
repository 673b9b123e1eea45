import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { nextLook, type SubmittedBatch } from '../../../engine/batches/batch';
import { batchJson } from './batchJson';
import type { NamedBatch } from './named';

/** A batch that is still under way. */
export interface Unfinished {
	named: NamedBatch;
	batch: SubmittedBatch;
}

export function unfinishedItem({ named: { pairedItem }, batch }: Unfinished): INodeExecutionData {
	return { json: batchJson(batch, Date.now()), pairedItem };
}

/** Says in the editor why there are no images yet. */
export function hintUnfinished(context: IExecuteFunctions, unfinished: readonly Unfinished[]): void {
	for (const { batch } of unfinished) {
		const { id, state, requests } = batch;
		const minutes = Math.max(1, Math.round(nextLook(batch, Date.now()) / 60_000));
		context.addExecutionHints({
			message: `${id} is ${state}: ${requests.completed + requests.failed} of ${requests.total} requests are done. Look again in ${minutes} min.`,
			type: 'info',
			location: 'outputPane',
		});
	}
}
