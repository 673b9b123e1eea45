import type { IBinaryData, IDataObject } from 'n8n-workflow';
import type { Estimate } from '../../engine/costs/estimate';
import { usd } from '../../engine/costs/money';
import { totalOf, type Cost } from '../../engine/costs/price';
import type { Usage } from '../../engine/costs/usage';
import type { ImageError } from '../../engine/jobs/error';
import { isRetryable } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import type { JobOutcome, ProducedImage, Timing } from '../../engine/jobs/outcome';
import { formatSize } from '../../engine/models/sizes';

/** The JSON of an image's item. Its names are relied on by users' workflows. */
export function imageJson(
	{ job, warnings }: JobOutcome<IBinaryData>,
	image: ProducedImage<IBinaryData>,
): IDataObject {
	return {
		...identityJson(job, image.revisedPrompt),
		image: fileJson(image),
		parameters: servedJson(job, image),
		usage: usageJson(image.usage, image),
		cost: costJson(image.cost),
		timing: timingJson(image.timing),
		request_id: image.requestId,
		warnings: [...warnings, ...image.warnings],
	};
}

export function identityJson(job: ImageJob, revisedPrompt: string | null): IDataObject {
	return { prompt: job.prompt, revised_prompt: revisedPrompt, model: job.model, endpoint: job.endpoint };
}

export function fileJson({ index, ref, header, bytes }: ProducedImage<IBinaryData>): IDataObject {
	const { mimeType, width, height } = header;
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

export function usageJson(
	usage: Usage | null,
	{ svgUsage }: Partial<Pick<ProducedImage<unknown>, 'svgUsage'>> = {},
): IDataObject | null {
	if (!usage) return null;
	const { inputTextTokens, inputImageTokens, outputTokens } = usage;
	return {
		input_text_tokens: inputTextTokens,
		input_image_tokens: inputImageTokens,
		output_tokens: outputTokens,
		total_tokens: inputTextTokens + inputImageTokens + outputTokens,
		...(svgUsage ? { svg: { ...svgUsage } } : {}),
	};
}

export function costJson(cost: Cost): IDataObject {
	const total = totalOf(cost);
	return {
		currency: 'USD',
		input: cost.input === null ? null : usd(cost.input),
		output: cost.output === null ? null : usd(cost.output),
		total: total === null ? null : usd(total),
		basis: cost.basis,
		priced_at: cost.pricedAt,
	};
}

/** `total` is the upper end, which is what a budget counts with. */
export function estimateJson(estimate: Estimate | null): IDataObject {
	if (!estimate)
		return {
			...costJson({ basis: 'unknown', input: null, output: null, pricedAt: null }),
			low: null,
			high: null,
		};
	const { input, output, pricedAt, restsOn } = estimate;
	return {
		currency: 'USD',
		input: usd(input.high),
		output: usd(output.high),
		total: usd(input.high + output.high),
		basis: 'estimate',
		priced_at: pricedAt,
		low: usd(input.low + output.low),
		high: usd(input.high + output.high),
		rests_on: restsOn,
	};
}

export function timingJson({ queuedMs, durationMs, attempts }: Timing): IDataObject {
	return { queued_ms: queuedMs, duration_ms: durationMs, attempts };
}

/** The `error` of a failed item. */
export function errorJson({ message, kind, details }: ImageError, attempts: number): IDataObject {
	return {
		message,
		code: details.code ?? null,
		type: details.type ?? kind,
		status: details.status ?? null,
		param: details.param ?? null,
		request_id: details.requestId ?? null,
		retryable: isRetryable(kind),
		attempts,
		...(details.moderation === undefined ? {} : { moderation_details: details.moderation as IDataObject }),
	};
}
