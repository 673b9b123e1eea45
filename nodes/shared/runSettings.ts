import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { nanoUsd } from '../../engine/costs/money';
import { RETRYABLE_KINDS, type RetryableKind } from '../../engine/jobs/error';
import { USUAL_SETTINGS, type RunSettings } from '../../engine/runner/settings';

/** The node's `execution` collection. */
export interface NodeRunSettings extends Omit<RunSettings, 'provider'> {
	dryRun: boolean;
	/** Whether jobs that are the same in everything are made once. */
	deduplicate: boolean;
}

/** What holds where the user has set nothing. */
const DEFAULTS: NodeRunSettings = { ...USUAL_SETTINGS, dryRun: false, deduplicate: false };

type Counts =
	| 'concurrency'
	| 'imagesPerMinute'
	| 'maxRetries'
	| 'retryDelayMs'
	| 'requestTimeoutMs'
	| 'timeoutMs'
	| 'failFast';

const DAY = 24 * 3_600_000;

const COUNTS: Record<Counts, { parameter: string; min: number; max: number }> = {
	concurrency: { parameter: 'concurrency', min: 1, max: 32 },
	imagesPerMinute: { parameter: 'imagesPerMinute', min: 0, max: 1_000_000 },
	maxRetries: { parameter: 'maxRetries', min: 0, max: 10 },
	retryDelayMs: { parameter: 'retryDelay', min: 0, max: 60_000 },
	requestTimeoutMs: { parameter: 'requestTimeout', min: 1000, max: DAY },
	timeoutMs: { parameter: 'timeout', min: 0, max: DAY },
	failFast: { parameter: 'failFast', min: 0, max: 1_000_000 },
};

/**
 * Reads how the run is to go, from the first item.
 * @param otherDefaults what holds where the user has set nothing, beside this file's defaults
 * @throws NodeOperationError for a value out of range
 */
export function runSettings(
	context: IExecuteFunctions,
	otherDefaults: Partial<NodeRunSettings> = {},
): NodeRunSettings {
	const execution = context.getNodeParameter('execution', 0, {}) as Record<string, unknown>;
	const refuse = (name: string, given: unknown, allowed: string): never => {
		const message = `Execution: ${name} is ${JSON.stringify(given)}. Allowed: ${allowed}.`;
		throw new NodeOperationError(context.getNode(), message);
	};
	const settings: NodeRunSettings = { ...DEFAULTS, ...otherDefaults };
	for (const name of Object.keys(COUNTS) as Counts[]) {
		const { parameter, min, max } = COUNTS[name];
		const given = execution[parameter];
		if (given === undefined || given === '' || given === null) continue;
		const value = Number(given);
		settings[name] =
			Number.isInteger(value) && value >= min && value <= max
				? value
				: refuse(parameter, given, `a whole number from ${min} to ${max}`);
	}
	const maxCost = Number(execution.maxCost ?? 0);
	if (!(maxCost >= 0)) refuse('maxCost', execution.maxCost, 'an amount in USD, 0 for no limit');
	const retryOn = (execution.retryOn ?? settings.retryOn) as readonly RetryableKind[];
	const unknown = retryOn.find((kind) => !RETRYABLE_KINDS.includes(kind));
	if (unknown !== undefined) refuse('retryOn', unknown, RETRYABLE_KINDS.join(', '));
	return {
		...settings,
		retryOn,
		// The least amount above none: 0 would mean no limit.
		maxCost: maxCost > 0 ? Math.max(1, nanoUsd(maxCost)) : 0,
		dryRun: execution.dryRun === true,
		deduplicate: execution.deduplicate === true,
	};
}
