import type { Endpoint, ImageModel } from './model';

/**
 * `retired`: OpenAI no longer serves it. `ending`: it still does, but a shutdown date is set. `live`: neither.
 * On the day of the shutdown itself a model counts as `ending`: a refusal by the server costs nothing, one by us might be early.
 */
export type LifecycleStage = 'live' | 'ending' | 'retired';

/** @param today ISO date, `YYYY-MM-DD` */
export function stageOn(model: Pick<ImageModel, 'shutdown'>, today: string): LifecycleStage {
	if (model.shutdown === undefined) return 'live';
	return today > model.shutdown ? 'retired' : 'ending';
}

/** The ISO date of a time. @param time milliseconds since 1970 */
export function isoDate(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

/** Endpoints that OpenAI itself no longer has, and what to use in their place. Other servers may have them. */
export const RETIRED_ENDPOINTS: Readonly<Partial<Record<Endpoint, Endpoint>>> = { variations: 'edits' };
