/** What headers say of the limit. */
export interface LimitHeaders {
	/** Images in a window, and how long the window is, milliseconds, where that can be told. */
	images?: { images: number; window?: number };
	/** The part of it that is not used. */
	left?: number;
	/** Nothing is left: how long until there is, milliseconds. */
	holdMs?: number;
}

/** What OpenAI counts. */
const COUNTED = ['input-images', 'requests', 'tokens'] as const;

/** A window is told from what is used up of it: from less than this it is not. */
const ENOUGH_USED = 5;

/** A rounded figure is taken for OpenAI's minute when it is as near as this. */
const NEAR_A_MINUTE = 0.1;

/** Reads the `x-ratelimit-*` headers of an answer. @param headers with names in lower case */
export function limitHeadersIn(headers: Readonly<Record<string, string>>): LimitHeaders {
	const found: LimitHeaders = {};
	for (const what of COUNTED) {
		const limit = numberIn(headers[`x-ratelimit-limit-${what}`]);
		const remaining = numberIn(headers[`x-ratelimit-remaining-${what}`]);
		const reset = durationIn(headers[`x-ratelimit-reset-${what}`]);
		if (limit === undefined || limit <= 0) continue;
		if (what === 'input-images') {
			found.images = { images: limit, ...windowIn(limit, remaining, reset) };
			if (remaining !== undefined) found.left = remaining / limit;
		}
		if (remaining === 0 && reset !== undefined) found.holdMs = Math.max(found.holdMs ?? 0, reset / limit);
	}
	return found;
}

/** `reset` is how long until all is there again; it comes back evenly. */
function windowIn(
	limit: number,
	remaining: number | undefined,
	reset: number | undefined,
): { window?: number } {
	if (remaining === undefined || !reset || limit - remaining < ENOUGH_USED) return {};
	const window = (reset * limit) / (limit - remaining);
	return { window: Math.abs(window / 60_000 - 1) < NEAR_A_MINUTE ? 60_000 : window };
}

/** The images per minute that a refusal names: `... on input-images per min: Limit 50, Used 50, Requested 1.` */
export function limitNamedIn(message: string): number | undefined {
	return isOfImages(message) ? numberIn(/\bLimit:? (\d+)\b/.exec(message)?.[1]) : undefined;
}

/**
 * Of a request that asks for more than the limit holds at all, the part that it holds: `Request too large ... Limit 5,
 * Requested 10.` is a half. `undefined` for any other refusal.
 */
export function partWithinLimit(message: string): number | undefined {
	const [, limit, requested] =
		/\brequest too large\b.*\blimit:? (\d+),? requested:? (\d+)/is.exec(message) ?? [];
	if (limit === undefined || Number(requested) === 0) return undefined;
	return Math.min(1, Number(limit) / Number(requested));
}

/** Whether a refusal is about images; one that does not say what was too much may be. */
export function isOfImages(message: string): boolean {
	return !/\bper (min|day)/i.test(message) || /image/i.test(message);
}

function numberIn(text: string | undefined): number | undefined {
	const value = text === undefined || text.trim() === '' ? NaN : Number(text);
	return Number.isFinite(value) ? value : undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `240ms`, `7.5s`, `1m12s`. @returns milliseconds */
function durationIn(text: string | undefined): number | undefined {
	const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
	if (parts.length === 0) return undefined;
	return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (UNITS[unit ?? ''] ?? 0), 0);
}
