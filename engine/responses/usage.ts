import type { TextUsage, Usage } from '../costs/usage';
import { countOf, isCount, isRecord, recordOf } from './fields';

/** The `usage` of an image model; `null` where there is none or it has no counts. */
export function readUsage(value: unknown): Usage | null {
	if (!isRecord(value) || !isCount(value.output_tokens)) return null;
	const input = recordOf(value.input_tokens_details);
	// The Images API has them within the details, the image tool beside them.
	const cached = { ...recordOf(value.cached_tokens_details), ...recordOf(input.cached_tokens_details) };
	const output = recordOf(value.output_tokens_details);
	const inputImageTokens = countOf(input.image_tokens);
	return {
		// Without details all input counts as text.
		inputTextTokens: isCount(input.text_tokens)
			? input.text_tokens
			: countOf(value.input_tokens) - inputImageTokens,
		inputImageTokens,
		cachedTextTokens: countOf(cached.text_tokens ?? cached.cached_text_tokens),
		cachedImageTokens: countOf(cached.image_tokens ?? cached.cached_image_tokens),
		outputTokens: value.output_tokens,
		outputTextTokens: countOf(output.text_tokens),
	};
}

/** The `usage` of a text model; `null` where there is none or it has no counts. */
export function readTextUsage(value: unknown): TextUsage | null {
	if (!isRecord(value) || !isCount(value.output_tokens)) return null;
	return {
		inputTokens: countOf(value.input_tokens),
		cachedTokens: countOf(recordOf(value.input_tokens_details).cached_tokens),
		outputTokens: value.output_tokens,
		reasoningTokens: countOf(
			recordOf(value.output_tokens_details).reasoning_tokens ?? value.reasoning_tokens,
		),
	};
}
