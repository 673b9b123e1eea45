import { usd, type NanoUsd } from '../costs/money';
import { totalOf, type Cost } from '../costs/price';
import type { Usage } from '../costs/usage';
import { isRetryable, type ImageError } from '../jobs/error';

/** What something cost, US dollars; `null` where `basis` is `unknown`. */
export type CostJson = {
	currency: 'USD';
	input: number | null;
	output: number | null;
	total: number | null;
	basis: Cost['basis'];
	/** The day of the prices, ISO; `null` for the user's own. */
	priced_at: string | null;
};

export function costJson(cost: Cost): CostJson {
	return {
		currency: 'USD',
		input: dollars(cost.input),
		output: dollars(cost.output),
		total: dollars(totalOf(cost)),
		basis: cost.basis,
		priced_at: cost.pricedAt,
	};
}

function dollars(amount: NanoUsd | null): number | null {
	return amount === null ? null : usd(amount);
}

/** Tokens of image models. */
export type UsageJson = {
	input_text_tokens: number;
	input_image_tokens: number;
	output_tokens: number;
	total_tokens: number;
};

export function usageJson(usage: Usage): UsageJson {
	const { inputTextTokens, inputImageTokens, outputTokens } = usage;
	return {
		input_text_tokens: inputTextTokens,
		input_image_tokens: inputImageTokens,
		output_tokens: outputTokens,
		total_tokens: inputTextTokens + inputImageTokens + outputTokens,
	};
}

/** Why images are missing. */
export type ErrorJson = {
	message: string;
	code: string | null;
	/** The API's word for it, or the engine's. */
	type: string;
	/** HTTP status. */
	status: number | null;
	/** The field that is to blame. */
	param: string | null;
	request_id: string | null;
	/** Whether the same job may succeed later. */
	retryable: boolean;
	/** Requests sent for the job. */
	attempts: number;
};

/** @param attempts requests sent for the job */
export function errorJson({ message, kind, details }: ImageError, attempts: number): ErrorJson {
	return {
		message,
		code: details.code ?? null,
		type: details.type ?? kind,
		status: details.status ?? null,
		param: details.param ?? null,
		request_id: details.requestId ?? null,
		retryable: isRetryable(kind),
		attempts,
	};
}
