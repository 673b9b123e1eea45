/**
 * A model that is talked to. Written down from OpenAI's price list as of 2026-11-21 and, of those that end soon, from
 * their model pages.
 */
export interface ConversationModel {
	id: string;
	/** ISO date from which the model answers; to the month, for all it decides is which models are listed. */
	released: string;
	/** ISO date from which it no longer does, null where none is set. */
	shutdown: string | null;
	/** Nano-dollars (billionths of a US dollar) per token: 2 USD per million tokens is 2,000. */
	price: { in: number; cached: number; out: number };
	/** Whether it thinks before it answers. */
	reasons: boolean;
	/** Whether it takes the hosted tool `image_generation`. */
	imageTool: boolean;
}

export const conversationModels: readonly ConversationModel[] = [
	model('gpt-6-astra', '2026-09-01', [10_000, 1_000, 50_000]),
	model('gpt-6.1-sol', '2026-10-01', [2_000, 200, 10_000]),
	model('gpt-6-sol', '2026-09-01', [2_000, 200, 10_000]),
	model('gpt-6-luna', '2026-09-01', [100, 10, 500]),
	model('gpt-5.6-sol', '2026-07-01', [4_000, 400, 20_000]),
	model('gpt-5.6-terra', '2026-07-01', [2_000, 200, 12_000]),
	model('gpt-5.6-luna', '2026-07-01', [200, 20, 1_200]),
	model('gpt-5.5', '2026-04-01', [5_000, 500, 30_000]),
	// Without a price: what it is asked for here is never billed.
	{ ...model('gpt-5.4-nano', '2026-03-01', [0, 0, 0]), imageTool: false },
	ending('gpt-5', '2025-08-07', '2026-12-11', [1_250, 125, 10_000]),
	ending('gpt-5-mini', '2025-08-07', '2026-12-11', [250, 25, 2_000]),
	{ ...ending('gpt-4.1', '2025-04-14', '2027-01-14', [2_000, 500, 8_000]), reasons: false },
	{ ...ending('gpt-4.1-mini', '2025-04-14', '2027-01-14', [400, 100, 1_600]), reasons: false },
	{ ...ending('gpt-4o', '2024-05-13', '2027-01-14', [2_500, 1_250, 10_000]), reasons: false },
	{ ...ending('gpt-4o-mini', '2024-07-18', '2027-01-14', [150, 75, 600]), reasons: false },
];

/** A model that a compatible server made up: nothing is known of its price. */
export function unknownConversationModel(id: string): ConversationModel {
	return { ...model(id, '', [0, 0, 0]), reasons: false };
}

type Prices = [inPrice: number, cachedPrice: number, outPrice: number];

function model(id: string, released: string, [inPrice, cached, out]: Prices): ConversationModel {
	return {
		id,
		released,
		shutdown: null,
		price: { in: inPrice, cached, out },
		reasons: true,
		imageTool: true,
	};
}

function ending(id: string, released: string, shutdown: string, prices: Prices): ConversationModel {
	return { ...model(id, released, prices), shutdown };
}
