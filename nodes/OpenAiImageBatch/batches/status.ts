import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { BatchApi } from '../../../engine/batches/api';
import type { SubmittedBatch } from '../../../engine/batches/batch';
import { batchApi } from './api';
import { batchJson } from './batchJson';
import { forEachBatch, namedBatches } from './named';

/** How far the batches are. */
export async function batchStatus(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await batchItems(context, async (api, id) => await api.batch(id));
}

/** Cancels batches. What they have made by then can be collected once they are cancelled, and is billed. */
export async function cancelBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await batchItems(context, async (api, id) => await api.cancel(id));
}

/** An item for each batch that the input items name. */
async function batchItems(
	context: IExecuteFunctions,
	action: (api: BatchApi, id: string) => Promise<SubmittedBatch>,
): Promise<INodeExecutionData[][]> {
	const { api } = await batchApi(context);
	const { done, failed } = await forEachBatch(
		context,
		namedBatches(context),
		async ({ id }) => await action(api, id),
	);
	const items = done.map(({ batch: { pairedItem }, result }) => ({
		json: batchJson(result, Date.now()),
		pairedItem,
	}));
	return [[], failed, items];
}
