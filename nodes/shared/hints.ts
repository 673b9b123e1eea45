import type { IExecuteFunctions } from 'n8n-workflow';
import type { JobOutcome } from '../../engine/jobs/outcome';
import { accumulateTokenUsage } from 'n8n-workflow';
import { sumUsage } from '../../engine/costs/usage';

/** Shows in the editor what the items say in their `warnings`, each sentence once. */
export function hintWarnings(context: IExecuteFunctions, warnings: readonly string[]): void {
	for (const message of new Set(warnings)) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
}

/** Adds the tokens to n8n's own count of the execution's. n8n has the function from 2.16 on. */
export function countTokens(context: IExecuteFunctions, outcomes: ReadonlyArray<JobOutcome<unknown>>): void {
	const usage = sumUsage(
		outcomes.flatMap(({ images, loss }) => [...images.map((image) => image.usage), loss?.usage ?? null]),
	);
	if (!usage || typeof accumulateTokenUsage !== 'function') return;
	accumulateTokenUsage(context, usage.inputTextTokens + usage.inputImageTokens, usage.outputTokens);
}
