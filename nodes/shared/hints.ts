import type { IExecuteFunctions } from 'n8n-workflow';
import type { JobOutcome } from '../../engine/jobs/outcome';
import { accumulateTokenUsage } from 'n8n-workflow';
import { sumBills } from '../../engine/costs/bill';
import { sumUsage } from '../../engine/costs/usage';

/** Shows in the editor what the items say in their `warnings`, each sentence once. */
export function hintWarnings(context: IExecuteFunctions, warnings: readonly string[]): void {
	for (const message of new Set(warnings)) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
}

/** Adds the tokens to n8n's own count of the execution's. n8n has the function from 2.16 on. */
export function countTokens(context: IExecuteFunctions, outcomes: ReadonlyArray<JobOutcome<unknown>>): void {
	if (typeof accumulateTokenUsage !== 'function') return;
	const { usage, texts } = sumBills(
		outcomes.flatMap(({ images, loss }) => [...images, ...(loss ? [loss] : [])]),
	);
	const talk = sumUsage(texts.map((text) => text.usage));
	const input = (usage?.inputTextTokens ?? 0) + (usage?.inputImageTokens ?? 0) + (talk?.inputTokens ?? 0);
	const output = (usage?.outputTokens ?? 0) + (talk?.outputTokens ?? 0);
	if (input + output > 0) accumulateTokenUsage(context, input, output);
}
