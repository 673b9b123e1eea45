import type { IBinaryData, IDataObject } from 'n8n-workflow';
import type { Estimate } from '../../engine/costs/estimate';
import { usd } from '../../engine/costs/money';
import type { Cost } from '../../engine/costs/price';
import type { Bill } from '../../engine/costs/bill';
import type { TextWork } from '../../engine/costs/textWork';
import type { ImageError } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import type { JobOutcome, PartialImage, ProducedImage, Timing } from '../../engine/jobs/outcome';
import { formatSize } from '../../engine/models/sizes';
import { costJson, errorJson as basicErrorJson } from '../../engine/reports/json';
import type { UrlOf } from './signedUrls';

/** The JSON of an image's item. Its names are relied on by users' workflows. */
export function imageJson(
	{ job, warnings }: JobOutcome<IBinaryData>,
	image: ProducedImage<IBinaryData>,
	urlOf?: UrlOf,
): IDataObject {
	return {
		...identityJson(job, image.revisedPrompt),
		...turnJson(image),
		image: fileJson(image, urlOf),
		parameters: servedJson(job, image),
		usage: usageJson(image),
		cost: billJson(image),
		timing: timingJson(image.timing),
		request_id: image.requestId,
		warnings: [...warnings, ...image.warnings],
	};
}

export function identityJson(job: ImageJob, revisedPrompt: string | null): IDataObject {
	return { prompt: job.prompt, revised_prompt: revisedPrompt, model: job.model, endpoint: job.endpoint };
}

/** The turn of a conversation that the image comes from: what a next turn needs to follow it. */
export function turnJson({ turn }: ProducedImage<IBinaryData>): IDataObject {
	if (!turn) return {};
	return { response_id: turn.responseId, image_call_id: turn.imageCallId, action: turn.action };
}

/** @param urlOf where links are wanted */
export function fileJson(image: ProducedImage<IBinaryData>, urlOf?: UrlOf): IDataObject {
	return {
		...storedJson(image),
		...(urlOf ? { url: urlOf(image.ref) } : {}),
		...(image.partials.length > 0 ? { partial_images: image.partials.map(storedJson) } : {}),
	};
}

/** An image or a partial one. */
export function storedJson({
	index,
	ref,
	header: { mimeType, width, height },
	bytes,
}: PartialImage<IBinaryData>): IDataObject {
	return { index, file_name: ref.fileName ?? null, mime_type: mimeType, width, height, bytes };
}

/** What the server says it used; where it does not say, what the image itself shows, or what was asked for. */
export function servedJson(
	{ n, parameters }: ImageJob,
	{ served, header }: ProducedImage<IBinaryData>,
): IDataObject {
	return {
		size: served.size ?? formatSize(header),
		quality: served.quality ?? parameters.quality ?? null,
		background: served.background ?? parameters.background ?? null,
		output_format: served.output_format ?? header.format,
		n,
	};
}

/** The image model's tokens, those of text models under their role, and the sum of all. */
export function usageJson({ usage, texts }: Pick<Bill, 'usage' | 'texts'>): IDataObject | null {
	const known = texts.filter((text) => text.usage !== null);
	if (!usage && known.length === 0) return null;
	const ofTexts = known.map(({ usage: tokens }) => (tokens?.inputTokens ?? 0) + (tokens?.outputTokens ?? 0));
	const { inputTextTokens, inputImageTokens, outputTokens } = usage ?? NO_TOKENS;
	return {
		input_text_tokens: inputTextTokens,
		input_image_tokens: inputImageTokens,
		output_tokens: outputTokens,
		total_tokens: ofTexts.reduce(
			(sum, tokens) => sum + tokens,
			inputTextTokens + inputImageTokens + outputTokens,
		),
		...Object.fromEntries(known.map((text) => [text.role, textUsageJson(text)])),
	};
}

const NO_TOKENS = { inputTextTokens: 0, inputImageTokens: 0, outputTokens: 0 };

function textUsageJson({ model, usage }: TextWork): IDataObject {
	return {
		model,
		input_tokens: usage?.inputTokens ?? 0,
		cached_tokens: usage?.cachedTokens ?? 0,
		output_tokens: usage?.outputTokens ?? 0,
		reasoning_tokens: usage?.reasoningTokens ?? 0,
	};
}

/** What was paid: the sum, and where text models were at work, each part of it as well. */
export function billJson({ cost, imageCost, texts }: Bill): IDataObject {
	if (texts.length === 0) return costJson(cost);
	return {
		...costJson(cost),
		image: partJson(imageCost),
		...Object.fromEntries(texts.map((text) => [text.role, partJson(text.cost)])),
	};
}

function partJson(cost: Cost): IDataObject {
	const { currency: _, ...part } = costJson(cost);
	return part;
}

/** `total` is the upper end, which is what a budget counts with. */
export function estimateJson(estimate: Estimate | null): IDataObject {
	if (!estimate)
		return {
			...costJson({ basis: 'unknown', input: null, output: null, pricedAt: null }),
			low: null,
			high: null,
		};
	const { input, output, pricedAt, restsOn, conversation } = estimate;
	// Without the price of the conversation's model there is no sum.
	const sum = (nano: number) => (conversation === null ? null : usd(nano));
	const talk = conversation ?? { low: 0, high: 0 };
	return {
		currency: 'USD',
		input: sum(input.high),
		output: sum(output.high),
		total: sum(input.high + output.high),
		basis: conversation === null ? 'unknown' : 'estimate',
		priced_at: pricedAt,
		low: sum(input.low + output.low),
		high: sum(input.high + output.high),
		rests_on: restsOn,
		...(conversation === undefined
			? {}
			: {
					image: {
						low: usd(input.low + output.low - talk.low),
						high: usd(input.high + output.high - talk.high),
					},
					conversation: { low: sum(talk.low), high: sum(talk.high) },
				}),
	};
}

export function timingJson({ queuedMs, durationMs, attempts }: Timing): IDataObject {
	return { queued_ms: queuedMs, duration_ms: durationMs, attempts };
}

/** The `error` of a failed item. */
export function errorJson(error: ImageError, attempts: number): IDataObject {
	const { moderation } = error.details;
	return {
		...basicErrorJson(error, attempts),
		...(moderation === undefined ? {} : { moderation_details: moderation as IDataObject }),
	};
}
