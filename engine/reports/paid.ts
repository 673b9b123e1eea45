import { UNKNOWN_BILL, type Bill } from '../costs/bill';
import type { NanoUsd } from '../costs/money';
import { totalOf, UNKNOWN_COST, type Cost } from '../costs/price';
import type { TextWork } from '../costs/textWork';
import type { Usage } from '../costs/usage';
import type { ErrorKind } from '../jobs/error';
import type { ReportedJob } from './record';

/** What one model did for one image, or for answers that held no image of use. */
export interface PaidPart {
	/** Empty where the server does not say. */
	model: string;
	/** What the model did: draw, lead the conversation, or write the SVG. */
	role: 'image' | TextWork['role'];
	/** Paid for without an image in hand. */
	lost: boolean;
	/** Of image models only. */
	usage: Usage | null;
	/** Tokens of either kind of model; `null` where the server does not say. */
	tokens: { input: number; output: number } | null;
	cost: Cost;
}

/** Requests that ended so may have been carried out and billed, and nobody said at what price. */
const PRICE_NEVER_SAID: readonly ErrorKind[] = ['interrupted', 'timeout', 'cancelled'];

/** All that was paid for a job. A price that nobody knows is a part as well, of unknown cost. */
export function partsOf({ outcome, duplicateOf }: ReportedJob): PaidPart[] {
	if (duplicateOf !== undefined) return [];
	const { job, images, loss, attempts, error } = outcome;
	const maybeBilled =
		(error?.details.maybeBilled === true && !loss) ||
		attempts.some(({ result }) => result !== 'completed' && PRICE_NEVER_SAID.includes(result));
	return [
		...images.flatMap((image) => partsOfBill(job.model, image, false)),
		...(loss ? partsOfBill(job.model, loss, true) : []),
		...(maybeBilled ? partsOfBill(job.model, UNKNOWN_BILL, true) : []),
	];
}

function partsOfBill(model: string, { usage, imageCost, texts }: Bill, lost: boolean): PaidPart[] {
	return [
		{
			model,
			role: 'image',
			lost,
			usage,
			tokens: usage && {
				input: usage.inputTextTokens + usage.inputImageTokens,
				output: usage.outputTokens,
			},
			cost: imageCost,
		},
		...texts.map((text) => ({
			model: text.model,
			role: text.role,
			lost,
			usage: null,
			tokens: text.usage && { input: text.usage.inputTokens, output: text.usage.outputTokens },
			cost: text.cost,
		})),
	];
}

/** What several parts cost together. */
export interface Total {
	/** Unknown as soon as one part is; zero for no part at all. */
	cost: Cost;
	/** The sum of the parts whose cost is known. */
	known: NanoUsd;
	/** How many parts there are whose cost is not known. */
	unknownParts: number;
}

/**
 * Adds parts up. The sum's basis is `per_image` where that of all parts is, else `usage`; its day is that of the
 * oldest prices among them.
 */
export function addUp(parts: readonly PaidPart[]): Total {
	let [input, output, unknownParts] = [0, 0, 0];
	let perImage = parts.length > 0;
	let pricedAt: string | null = null;
	for (const { cost } of parts) {
		if (totalOf(cost) === null) unknownParts++;
		input += cost.input ?? 0;
		output += cost.output ?? 0;
		perImage &&= cost.basis === 'per_image';
		if (cost.pricedAt !== null && (pricedAt === null || cost.pricedAt < pricedAt)) pricedAt = cost.pricedAt;
	}
	return {
		cost:
			unknownParts > 0 ? UNKNOWN_COST : { basis: perImage ? 'per_image' : 'usage', input, output, pricedAt },
		known: input + output,
		unknownParts,
	};
}
