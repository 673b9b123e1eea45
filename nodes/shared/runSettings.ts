import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { nanoUsd } from '../../engine/costs/money';
import { RETRYABLE_KINDS, type RetryableKind } from '../../engine/jobs/error';
import type { RunSettings } from '../../engine/runner/run';

/** The node's `execution` collection. */
export interface NodeRunSettings extends Omit<RunSettings, 'provider'> {
	dryRun: boolean;
}

const LIMITS = {
	concurrency: { min: 1, max: 32, fallback: 4 },
	imagesPerMinute: { min: 0, max: 1_000_000, fallback: 0 },
	maxRetries: { min: 0, max: 10, fallback: 2 },
	requestTimeout: { min: 1000, max: 24 * 3_600_000, fallback: 600_000 },
} as const;

const RETRY_ON_BY_DEFAULT: readonly RetryableKind[] = ['rate_limit', 'server_error', 'connection'];

/**
 * Reads how the run is to go, from the first item.
 * @throws NodeOperationError for a value out of range
 */
export function runSettings(context: IExecuteFunctions): NodeRunSettings {
	const execution = context.getNodeParameter('execution', 0, {}) as Record<string, unknown>;
	const refuse = (name: string, given: unknown, allowed: string): never => {
		const message = `Execution: ${name} is ${JSON.stringify(given)}. Allowed: ${allowed}.`;
		throw new NodeOperationError(context.getNode(), message);
	};
	const whole = (name: keyof typeof LIMITS): number => {
		const { min, max, fallback } = LIMITS[name];
		const given = execution[name];
		const value = given === undefined || given === '' || given === null ? fallback : Number(given);
		return Number.isInteger(value) && value >= min && value <= max
			? value
			: refuse(name, given, `a whole number from ${min} to ${max}`);
	};
	const maxCost = Number(execution.maxCost ?? 0);
	if (!(maxCost >= 0)) refuse('maxCost', execution.maxCost, 'an amount in USD, 0 for no limit');
	const retryOn = (execution.retryOn ?? RETRY_ON_BY_DEFAULT) as readonly RetryableKind[];
	const unknown = retryOn.find((kind) => !RETRYABLE_KINDS.includes(kind));
	if (unknown !== undefined) refuse('retryOn', unknown, RETRYABLE_KINDS.join(', '));
	return {
		concurrency: whole('concurrency'),
		imagesPerMinute: whole('imagesPerMinute'),
		maxRetries: whole('maxRetries'),
		requestTimeoutMs: whole('requestTimeout'),
		retryOn,
		// The least amount above none: 0 would mean no limit.
		maxCost: maxCost > 0 ? Math.max(1, nanoUsd(maxCost)) : 0,
		// With On Error: Stop nothing is to be sent any more once an item has failed.
		failFast: context.continueOnFail() ? 0 : 1,
		dryRun: execution.dryRun === true,
	};
}
