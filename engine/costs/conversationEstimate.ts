import type { ImageJob } from '../jobs/job';
import { findConversationModel } from '../models/conversationModels';
import { tokenPrice, type NanoUsd } from './money';
import { promptTokens } from './tokens';

/** What the model of a conversation will cost beside the image: from `low` to `high`. */
export interface ConversationEstimate {
	input: { low: NanoUsd; high: NanoUsd };
	output: { low: NanoUsd; high: NanoUsd };
}

/**
 * Allowances, tokens: nobody publishes how much a model thinks before it draws, nor how an image counts for it.
 * They are meant as an upper end, for budgets.
 */
const INSTRUCTIONS = 3_000;
const PER_IMAGE = 2_500;
const EARLIER_TURNS = 40_000;
const SPOKEN = { low: 50, high: 5_000 };

/** @returns `null` where the price of the model is not known, `undefined` for a job that is no conversation */
export function estimateConversation({
	conversation,
	prompt,
	images = [],
	n,
}: ImageJob): ConversationEstimate | null | undefined {
	if (!conversation) return undefined;
	const prices = conversation.prices ?? findConversationModel(conversation.model)?.prices;
	if (!prices) return null;
	const text = promptTokens(prompt);
	const earlier = conversation.previousResponseId === undefined ? 0 : EARLIER_TURNS;
	const high = text.high + INSTRUCTIONS + PER_IMAGE * images.length + earlier;
	return {
		input: {
			low: n * tokenPrice(text.low, prices.textInCached ?? prices.textIn),
			high: n * tokenPrice(high, prices.textIn),
		},
		output: {
			low: n * tokenPrice(SPOKEN.low, prices.textOut),
			high: n * tokenPrice(SPOKEN.high, prices.textOut),
		},
	};
}

/** Text that a conversation's model may add to what the image model reads, tokens. */
export const MOST_REWRITING = 1_000;
