import type { ConversationModel, TextPrices } from './model';

/**
 * The models worth talking to about an image: those that OpenAI recommends today, and those that are still in use
 * and end soon. Prices: OpenAI's pricing and model pages, for contexts up to 272,000 tokens, as of `pricedAt`.
 * Any other id works as well, without prices and dates.
 */

const OFFICIAL = { pricedAt: '2026-11-21', source: "OpenAI's pricing page" } as const;
/** Read in third parties' copies of the pricing page. */
const REPORTED = { pricedAt: '2026-11-21', source: "third parties, after OpenAI's pricing page" } as const;

/** In the order in which the picker shows them. */
export const CONVERSATION_MODELS: readonly ConversationModel[] = [
	{ id: 'gpt-5.6-luna', prices: { ...OFFICIAL, textIn: 0.2, textInCached: 0.02, textOut: 1.2 } },
	{ id: 'gpt-6-luna', prices: { ...REPORTED, textIn: 0.1, textInCached: 0.01, textOut: 0.5 } },
	{ id: 'gpt-6.1-sol', prices: { ...REPORTED, textIn: 2, textInCached: 0.2, textOut: 10 } },
	{ id: 'gpt-6-sol', prices: { ...REPORTED, textIn: 2, textInCached: 0.2, textOut: 10 } },
	{ id: 'gpt-6-astra', prices: { ...OFFICIAL, textIn: 10, textInCached: 1, textOut: 50 } },
	{ id: 'gpt-5.6-terra', prices: { ...OFFICIAL, textIn: 2, textInCached: 0.2, textOut: 12 } },
	{ id: 'gpt-5.6-sol', prices: { ...OFFICIAL, textIn: 4, textInCached: 0.4, textOut: 20 } },
	{ id: 'gpt-5.5', prices: { ...REPORTED, textIn: 5, textInCached: 0.5, textOut: 30 } },
	ending('gpt-5', '2026-12-11', 'gpt-5.6-sol', { textIn: 1.25, textInCached: 0.125, textOut: 10 }),
	ending('gpt-5-mini', '2026-12-11', 'gpt-6-luna', { textIn: 0.25, textInCached: 0.025, textOut: 2 }),
	ending('gpt-5-nano', '2026-12-11', 'gpt-6-luna', { textIn: 0.05, textInCached: 0.005, textOut: 0.4 }),
	ending('gpt-4.1', '2027-01-14', 'gpt-5.6-sol', { textIn: 2, textInCached: 0.5, textOut: 8 }),
	ending('gpt-4.1-mini', '2027-01-14', 'gpt-6-luna', { textIn: 0.4, textInCached: 0.1, textOut: 1.6 }),
	ending('gpt-4o', '2027-01-14', 'gpt-5.6-sol', { textIn: 2.5, textInCached: 1.25, textOut: 10 }),
	ending('gpt-4o-mini', '2027-01-14', 'gpt-6-luna', { textIn: 0.15, textInCached: 0.075, textOut: 0.6 }),
];

/** What a new node starts with: cheap, and seen to take the image tool. */
export const DEFAULT_CONVERSATION_MODEL = 'gpt-5.6-luna';

function ending(id: string, shutdown: string, replacement: string, prices: TextPrices): ConversationModel {
	return { id, shutdown, replacement, prices: { ...REPORTED, ...prices } };
}

const byName = new Map(CONVERSATION_MODELS.map((model) => [model.id, model]));

/** The entry for a model's id or one of its dated names (`gpt-4o-2024-08-06`); `undefined` for any other. */
export function findConversationModel(name: string): ConversationModel | undefined {
	return byName.get(name) ?? byName.get(name.replace(/-\d{4}-\d{2}-\d{2}$/, ''));
}
