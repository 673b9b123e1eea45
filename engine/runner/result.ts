import { priceRequest, shareCost, sumCosts, UNKNOWN_COST, type Cost } from '../costs/price';
import { shareUsage, sumUsage, type Usage } from '../costs/usage';
import { ImageError } from '../jobs/error';
import type { Loss, ProducedImage } from '../jobs/outcome';
import type { Portion } from '../jobs/portions';
import { findModel } from '../models/find';
import { formatSize } from '../models/sizes';
import type { WireResponse } from '../requests/wire';
import type { ImageHeader } from '../responses/imageHeader';
import type { ImagesAnswer, Served } from '../responses/imagesResponse';

/** What one request brought. Where images are missing, `error` says why. */
export interface RequestResult<Ref> {
	images: Array<Omit<ProducedImage<Ref>, 'timing'>>;
	error?: ImageError;
	loss?: Loss;
	/** The whole request's. */
	cost: Cost;
	warnings: string[];
}

/** An image that is stored, or why it is not. */
export type Kept<Ref> = { ref: Ref; header: ImageHeader; bytes: number } | { error: ImageError };

const NOTHING_SERVED: Served = { size: null, quality: null, background: null, output_format: null };

/** Puts an answer and its stored images together, each with its share of tokens and price. */
export function resultOf<Ref>(
	{ job, first, n }: Portion,
	answer: ImagesAnswer,
	kept: ReadonlyArray<Kept<Ref>>,
	response: WireResponse,
): RequestResult<Ref> {
	const { served, usage, svgUsage, entries } = answer;
	const made = entries.length;
	// The text model that wrote an SVG has a price of its own, which the catalogue does not hold.
	const cost = svgUsage
		? UNKNOWN_COST
		: priceRequest({ model: findModel(job.model), prices: job.prices }, usage, {
				quality: served.quality ?? job.parameters.quality ?? null,
				size: served.size ?? job.parameters.size ?? null,
				images: made,
			});
	const costs = shareCost(cost, made);
	const usages: Array<Usage | null> = usage ? shareUsage(usage, made) : entries.map(() => null);
	const images: RequestResult<Ref>['images'] = [];
	const lost: number[] = [];
	let error: ImageError | undefined;
	for (const [number, entry] of entries.entries()) {
		const image = kept[number] ?? { error: noImage() };
		if ('error' in image) {
			error ??= withRequest(image.error, response);
			lost.push(number);
			continue;
		}
		images.push({
			...image,
			index: first + number,
			revisedPrompt: entry.revisedPrompt,
			served,
			usage: usages[number] ?? null,
			svgUsage,
			cost: costs[number] ?? UNKNOWN_COST,
			requestId: requestIdOf(response),
			warnings: deviations(job, image.header),
		});
	}
	return {
		images,
		...(error ? { error } : {}),
		...(lost.length > 0
			? {
					loss: {
						usage: sumUsage(lost.map((number) => usages[number] ?? null)),
						cost: sumCosts(lost.map((number) => costs[number] ?? UNKNOWN_COST)),
					},
				}
			: {}),
		cost,
		warnings: [
			...(made < n ? [`The server made ${made} of the ${n} images asked for.`] : []),
			...(svgUsage
				? [
						`The SVG was written by ${svgUsage.model || 'a text model'} with ${svgUsage.input_tokens} tokens in and ` +
							`${svgUsage.output_tokens} out, whose price is not known here.`,
					]
				: []),
		],
	};
}

/** Where an image is not what was asked for. */
function deviations({ parameters }: Portion['job'], header: ImageHeader): string[] {
	const asked = { size: parameters.size ?? 'auto', output_format: parameters.output_format ?? header.format };
	const got = { size: formatSize(header), output_format: header.format };
	return [
		...(asked.size !== 'auto' && asked.size !== got.size
			? [`Asked for ${asked.size}, the image is ${got.size}.`]
			: []),
		...(asked.output_format !== got.output_format
			? [`Asked for ${asked.output_format}, the image is ${got.output_format}.`]
			: []),
	];
}

/** The images that had arrived before the answer broke off. Their price was to come at its end. */
export function salvaged<Ref>(
	kept: ReadonlyArray<Kept<Ref>>,
	error: ImageError,
	first: number,
	response: WireResponse,
): RequestResult<Ref> {
	const images = kept.flatMap((image, number) =>
		'ref' in image
			? [
					{
						...image,
						index: first + number,
						revisedPrompt: null,
						served: NOTHING_SERVED,
						usage: null,
						svgUsage: null,
						cost: UNKNOWN_COST,
						requestId: requestIdOf(response),
						warnings: ['The answer broke off after this image, before its price.'],
					},
				]
			: [],
	);
	return {
		images,
		error: withRequest(error, response),
		loss: { usage: null, cost: UNKNOWN_COST },
		cost: UNKNOWN_COST,
		warnings: [],
	};
}

function requestIdOf(response: WireResponse): string | null {
	return response.headers['x-request-id'] ?? null;
}

/** The same error with the id of the request and its status, for the support's use. */
export function withRequest(
	error: ImageError,
	response: Pick<WireResponse, 'headers' | 'status'>,
): ImageError {
	return new ImageError({
		...error.details,
		status: error.details.status ?? response.status,
		requestId: error.details.requestId ?? response.headers['x-request-id'] ?? null,
	});
}

/** What stands in an answer's place of an image, but is none. */
export function noImage(): ImageError {
	return new ImageError({
		kind: 'invalid_response',
		code: 'not_an_image',
		message:
			'The server answered with data that is no png, jpeg, webp, gif or svg image. The request may have been billed.',
		maybeBilled: true,
	});
}
