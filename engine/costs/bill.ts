import { shareCost, sumCosts, UNKNOWN_COST, type Cost } from './price';
import { shareTexts, sumTexts, type TextWork } from './textWork';
import { shareUsage, sumUsage, type Usage } from './usage';

/** The tokens and the price of a request, or of one image's share of it. */
export interface Bill {
	/** The image model's tokens; `null` where the server did not say. */
	usage: Usage | null;
	/** What text models did beside it. */
	texts: TextWork[];
	/** The image model's price. */
	imageCost: Cost;
	/** The whole price: unknown as soon as a part of it is. */
	cost: Cost;
}

/** A bill of which nothing is known. */
export const UNKNOWN_BILL: Bill = { usage: null, texts: [], imageCost: UNKNOWN_COST, cost: UNKNOWN_COST };

export function billOf(usage: Usage | null, imageCost: Cost, texts: TextWork[]): Bill {
	return { usage, texts, imageCost, cost: sumCosts([imageCost, ...texts.map(({ cost }) => cost)]) };
}

/** Divides a bill over images; tokens and prices add up to it exactly. @param parts 1 or more */
export function shareBill({ usage, texts, imageCost }: Bill, parts: number): Bill[] {
	const usages = usage ? shareUsage(usage, parts) : [];
	const sharesOfTexts = shareTexts(texts, parts);
	return shareCost(imageCost, parts).map((share, index) =>
		billOf(usages[index] ?? null, share, sharesOfTexts[index] ?? []),
	);
}

export function sumBills(bills: readonly Bill[]): Bill {
	return {
		usage: sumUsage(bills.map(({ usage }) => usage)),
		texts: sumTexts(bills.flatMap(({ texts }) => texts)),
		imageCost: sumCosts(bills.map(({ imageCost }) => imageCost)),
		cost: sumCosts(bills.map(({ cost }) => cost)),
	};
}
