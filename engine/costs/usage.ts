import { shareOut } from './money';

/** Tokens of an image model for one request, or one image's share of them. */
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

/** Tokens of a text model, likewise. */
export interface TextUsage {
	inputTokens: number;
	/** Those of the input that the server had in its cache, within `inputTokens`. */
	cachedTokens: number;
	outputTokens: number;
	/** Those of the output that nobody sees, within `outputTokens`. */
	reasoningTokens: number;
}

/** The sum of several usages; `null` where there is none to sum. */
export function sumUsage<Name extends string>(
	usages: ReadonlyArray<Record<Name, number> | null>,
): Record<Name, number> | null {
	const known = usages.filter((usage) => usage !== null);
	if (known.length === 0) return null;
	return known.reduce((sum, usage) => perField(sum, (field) => sum[field] + usage[field]));
}

/** Divides a request's tokens over its images; every count adds up to the request's exactly. */
export function shareUsage<Name extends string>(
	usage: Record<Name, number>,
	parts: number,
): Array<Record<Name, number>> {
	const shares = Object.keys(usage).map((field) => [field, shareOut(usage[field as Name], parts)] as const);
	return Array.from(
		{ length: parts },
		(_, index) =>
			Object.fromEntries(shares.map(([field, share]) => [field, share[index] ?? 0])) as Record<Name, number>,
	);
}

function perField<Name extends string>(
	like: Record<Name, number>,
	value: (field: Name) => number,
): Record<Name, number> {
	const fields = Object.keys(like) as Name[];
	return Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<Name, number>;
}
