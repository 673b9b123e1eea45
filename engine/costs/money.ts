/**
 * Money inside the engine is a whole number of nano-dollars (1e-9 USD), so that sums and shares are exact:
 * one token at $0.001 per million is one of them, and $9,000,000 is the largest exact sum.
 */
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

/** @param usd US dollars */
export function nanoUsd(usd: number): NanoUsd {
	return Math.round(usd * NANO_PER_USD);
}

/** US dollars, the shortest decimal number for it. */
export function usd(nano: NanoUsd): number {
	return nano / NANO_PER_USD;
}

/** The price of tokens. @param perMillion USD per million tokens */
export function tokenPrice(tokens: number, perMillion: number): NanoUsd {
	return Math.round(tokens * perMillion * 1000);
}

/**
 * Shares a whole number out so that the parts differ by one at most and add up to it exactly.
 * @param parts 1 or more
 */
export function shareOut(total: number, parts: number): number[] {
	const least = Math.floor(total / parts);
	const larger = total - least * parts;
	return Array.from({ length: parts }, (_, index) => (index < larger ? least + 1 : least));
}
