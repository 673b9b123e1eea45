import type { IExecuteFunctions } from 'n8n-workflow';
import type { BatchApi } from '../../../engine/batches/api';
import type { SubmittedBatch } from '../../../engine/batches/batch';

/**
 * Deletes the files of a batch that was collected, where the user wants it. Images that were uploaded for it stay until they
 * expire: failed jobs name them.
 * @param complete whether all of its results are in hand
 * @returns warnings
 */
export async function deleteFiles(
	context: IExecuteFunctions,
	{ id, inputFileId, outputFileId, errorFileId }: SubmittedBatch,
	api: BatchApi,
	complete: boolean,
): Promise<string[]> {
	if (context.getNodeParameter('deleteFiles', 0, false) !== true) return [];
	if (!complete)
		return [`The files of ${id} were not deleted, because not all of its results could be read.`];
	try {
		for (const fileId of [outputFileId, errorFileId, inputFileId]) if (fileId) await api.delete(fileId);
		return [];
	} catch (error) {
		return [
			`The files of ${id} could not be deleted: ${error instanceof Error ? error.message : String(error)}`,
		];
	}
}
