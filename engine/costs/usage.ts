import { shareOut } from './money';

/** Tokens of one request, or one image's share of them. */
export interface Usage {
	inputTextTokens: number;
	inputImageTokens: number;
	/** Those of the input that the server had in its cache, within the two above. */
	cachedTextTokens: number;
	cachedImageTokens: number;
	outputTokens: number;
	/** Those of the output that are text, within `outputTokens`. */
	outputTextTokens: number;
}

/** The sum of several usages; `null` where there is none to sum. */
export function sumUsage(usages: ReadonlyArray<Usage | null>): Usage | null {
	const known = usages.filter((usage): usage is Usage => usage !== null);
	if (known.length === 0) return null;
	return known.reduce((sum, usage) => perField((field) => sum[field] + usage[field]));
}

/** Divides a request's tokens over its images; every count adds up to the request's exactly. */
export function shareUsage(usage: Usage, parts: number): Usage[] {
	const shares = perField((field) => shareOut(usage[field], parts));
	return Array.from({ length: parts }, (_, index) => perField((field) => shares[field][index] ?? 0));
}

function perField<T>(value: (field: keyof Usage) => T): Record<keyof Usage, T> {
	return {
		inputTextTokens: value('inputTextTokens'),
		inputImageTokens: value('inputImageTokens'),
		cachedTextTokens: value('cachedTextTokens'),
		cachedImageTokens: value('cachedImageTokens'),
		outputTokens: value('outputTokens'),
		outputTextTokens: value('outputTextTokens'),
	};
}
