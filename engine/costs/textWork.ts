import { findConversationModel } from '../models/conversationModels';
import type { TextPrices } from '../models/model';
import type { TextAuthor } from '../responses/answer';
import { tokenPrice } from './money';
import { shareCost, sumCosts, UNKNOWN_COST, type Cost } from './price';
import { shareUsage, sumUsage, type TextUsage } from './usage';

/** What a text model did beside the image model, and what that cost. */
export interface TextWork extends TextAuthor {
	cost: Cost;
}

/**
 * Prices what text models did.
 * @param conversationPrices the user's own, for the model that leads the conversation
 */
export function priceAuthors(
	authors: readonly TextAuthor[],
	conversationPrices: TextPrices | undefined,
): TextWork[] {
	return authors.map((author) => {
		const own = author.role === 'conversation' ? conversationPrices : undefined;
		const listed = findConversationModel(author.model)?.prices;
		return {
			...author,
			cost: priceText(author.usage, own ?? listed, own ? null : (listed?.pricedAt ?? null)),
		};
	});
}

function priceText(usage: TextUsage | null, prices: TextPrices | undefined, pricedAt: string | null): Cost {
	if (!usage || !prices) return UNKNOWN_COST;
	const { inputTokens, cachedTokens, outputTokens } = usage;
	return {
		basis: 'usage',
		input:
			tokenPrice(inputTokens - cachedTokens, prices.textIn) +
			tokenPrice(cachedTokens, prices.textInCached ?? prices.textIn),
		output: tokenPrice(outputTokens, prices.textOut),
		pricedAt,
	};
}

/** Divides the text work of a request over its images; the parts add up to it exactly. */
export function shareTexts(texts: readonly TextWork[], parts: number): TextWork[][] {
	const shares = texts.map((text) => {
		const usages = text.usage ? shareUsage(text.usage, parts) : [];
		return shareCost(text.cost, parts).map((cost, index) => ({
			...text,
			usage: usages[index] ?? null,
			cost,
		}));
	});
	return Array.from({ length: parts }, (_, index) => shares.flatMap((share) => share[index] ?? []));
}

/** The sum of text work, for each role and model apart. */
export function sumTexts(texts: readonly TextWork[]): TextWork[] {
	const groups = new Map<string, TextWork[]>();
	for (const text of texts) {
		const key = `${text.role} ${text.model}`;
		groups.set(key, [...(groups.get(key) ?? []), text]);
	}
	return [...groups.values()].map((group) => ({
		...(group[0] as TextWork),
		usage: sumUsage(group.map(({ usage }) => usage)),
		cost: sumCosts(group.map(({ cost }) => cost)),
	}));
}
