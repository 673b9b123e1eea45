import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** Milliseconds. */
export const DEFAULT_MAX_WAIT = 3_600_000;

/**
 * Reads how long to wait for batches that are not done.
 * @returns milliseconds
 * @throws NodeOperationError for what is no such number
 */
export function maxWaitOf(context: IExecuteFunctions): number {
	if (context.getNodeParameter('waitForCompletion', 0, false) !== true) return 0;
	const given = context.getNodeParameter('maxWait', 0, DEFAULT_MAX_WAIT);
	const ms = Number(given);
	if (Number.isFinite(ms) && ms >= 0) return ms;
	const message = `Max Wait is ${JSON.stringify(given)}. Allowed: a number of milliseconds, 0 or more.`;
	throw new NodeOperationError(context.getNode(), message);
}
