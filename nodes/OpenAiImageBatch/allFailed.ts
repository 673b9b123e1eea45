import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

/**
 * Where the workflow is to go on in spite of errors, what fails the whole node comes out of Failed, once for each input item:
 * n8n itself would pass the input on as if it were images.
 * @throws NodeOperationError | NodeApiError with On Error: Stop
 */
export async function orAllFailed(
	context: IExecuteFunctions,
	operation: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	try {
		return await operation();
	} catch (error) {
		const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
		const failure = isOurs ? error : new NodeOperationError(context.getNode(), error as Error);
		if (!context.continueOnFail()) throw failure;
		const { message, description } = failure;
		const failed = context.getInputData().map(({ json, binary }, item) => ({
			json: { ...json, error: { message, description: description ?? null } },
			...(binary ? { binary } : {}),
			pairedItem: { item },
		}));
		return [[], failed, []];
	}
}
