import type { IExecuteFunctions } from 'n8n-workflow';
import { STRENGTHS, variationPrompt, type Strength } from '../../engine/jobs/variationPrompt';
import type { JobSources } from './imageSources';
import type { JobCore } from './jobsFromParameters';

/** Reads what is a variation's own of an item's parameters. */
export function variationCore(context: IExecuteFunctions, index: number, sources: JobSources): JobCore {
	if (context.getNodeParameter('endpoint', index, 'edits') === 'variations') {
		return { ...sources, endpoint: 'variations', prompt: '' };
	}
	const word = (name: string, fallback: string) =>
		String(context.getNodeParameter(name, index, fallback) ?? '').trim();
	const given = word('strength', '').toLowerCase() || 'moderate';
	const strength = STRENGTHS.find((known) => known === given);
	const problem = {
		field: 'strength',
		message: `"${given}" is not possible. Allowed: ${STRENGTHS.join(', ')}.`,
	};
	return {
		...sources,
		endpoint: 'edits',
		prompt: variationPrompt(strength ?? ('moderate' satisfies Strength), word('guidance', '')),
		problems: strength ? sources.problems : [...sources.problems, problem],
	};
}
