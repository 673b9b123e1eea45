import { billOf, shareBill, sumBills, UNKNOWN_BILL, type Bill } from '../costs/bill';
import { priceRequest, UNKNOWN_COST, type Cost } from '../costs/price';
import { priceAuthors } from '../costs/textWork';
import { endsRun, ImageError } from '../jobs/error';
import type { PartialImage, ProducedImage, StoredImage } from '../jobs/outcome';
import type { Portion } from '../jobs/portions';
import { findModel } from '../models/find';
import { formatSize } from '../models/sizes';
import type { WireResponse } from '../requests/wire';
import type { ImagesAnswer, TextAuthor } from '../responses/answer';
import type { ImageHeader } from '../responses/imageHeader';

/** What one request brought. Where images are missing, `error` says why. */
export interface RequestResult<Ref> {
	images: Array<Omit<ProducedImage<Ref>, 'timing'>>;
	/** Of an image that never came. */
	partials: Array<PartialImage<Ref>>;
	error?: ImageError;
	loss?: Bill;
	/** The whole request's. */
	cost: Cost;
	warnings: string[];
}

/** An image that is stored, or why it is not. */
export type Kept<Ref> = StoredImage<Ref> | { error: ImageError };

/** Puts an answer and its stored images together, each with its share of tokens and price. */
export function resultOf<Ref>(
	{ job, first, n }: Portion,
	answer: ImagesAnswer,
	kept: ReadonlyArray<Kept<Ref>>,
	partials: Array<PartialImage<Ref>>,
	response: WireResponse,
): RequestResult<Ref> {
	const { entries, served } = answer;
	const bill = billFor(job, answer);
	const shares = shareBill(bill, Math.max(entries.length, 1));
	const images: RequestResult<Ref>['images'] = [];
	const lost: Bill[] = entries.length === 0 || answer.brokenOff ? [shares[0] ?? UNKNOWN_BILL] : [];
	const errors: ImageError[] = [];
	for (const [number, entry] of entries.entries()) {
		const image = kept[number] ?? { error: noImage() };
		const share = shares[number] ?? UNKNOWN_BILL;
		if ('error' in image) {
			errors.push(image.error);
			lost.push(share);
			continue;
		}
		images.push({
			...image,
			...share,
			index: first + number,
			// A stream is about one image.
			partials: images.length === 0 ? partials : [],
			revisedPrompt: entry.revisedPrompt,
			...(entry.turn ? { turn: entry.turn } : {}),
			served,
			requestId: response.headers['x-request-id'] ?? null,
			warnings: answer.brokenOff ? [BROKEN_OFF] : deviations(job, image.header),
		});
	}
	const error = errors.find(({ kind }) => endsRun(kind)) ?? answer.error ?? errors[0];
	return {
		images,
		partials: images.length === 0 ? partials : [],
		...(error ? { error: withRequest(error, response) } : {}),
		...(lost.length > 0 ? { loss: sumBills(lost) } : {}),
		cost: bill.cost,
		warnings: answer.error ? [] : [...fewer(entries.length, n), ...unpriced(bill)],
	};
}

const BROKEN_OFF = 'The answer broke off after this image, before its price.';

function billFor(job: Portion['job'], { entries, served, usage, authors, brokenOff }: ImagesAnswer): Bill {
	const texts = priceAuthors(
		authors.map((author) => namedAuthor(author, job)),
		job.conversation?.prices,
	);
	if (brokenOff) return billOf(null, UNKNOWN_COST, texts);
	// Without an image and without its tokens nothing was drawn.
	if (entries.length === 0 && !usage) return billOf(null, NOTHING_DRAWN, texts);
	const imageCost = priceRequest(
		{ model: findModel(job.model), prices: job.prices, share: job.priceShare },
		usage,
		{
			quality: served.quality ?? job.parameters.quality ?? null,
			size: served.size ?? job.parameters.size ?? null,
			images: entries.length,
		},
	);
	return billOf(usage, imageCost, texts);
}

const NOTHING_DRAWN: Cost = { basis: 'usage', input: 0, output: 0, pricedAt: null };

/** A server that does not say which model it talked through used the one that was asked for. */
function namedAuthor(author: TextAuthor, { conversation }: Portion['job']): TextAuthor {
	return author.role === 'conversation' && author.model === ''
		? { ...author, model: conversation?.model ?? '' }
		: author;
}

function fewer(made: number, asked: number): string[] {
	return made < asked ? [`The server made ${made} of the ${asked} images asked for.`] : [];
}

/** Text models whose price is missing in the sum. */
function unpriced({ texts }: Bill): string[] {
	return texts
		.filter(({ usage, cost }) => usage !== null && cost.basis === 'unknown')
		.map(({ role, model, usage }) => {
			const what = role === 'svg' ? 'The SVG was written' : 'The conversation was led';
			return (
				`${what} by ${model || 'a text model'} with ${usage?.inputTokens} tokens in and ` +
				`${usage?.outputTokens} out, whose price is not known here.`
			);
		});
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

/** A stream that ended after partial images without the image itself. */
export function onlyPartials<Ref>(
	partials: Array<PartialImage<Ref>>,
	error: ImageError,
	response: WireResponse,
): RequestResult<Ref> {
	const count = partials.length === 1 ? '1 partial image is' : `${partials.length} partial images are`;
	return {
		images: [],
		partials,
		error: withRequest(
			new ImageError({
				...error.details,
				message: `${error.message} ${count} kept.`,
				// The work was begun, so a repetition may be paid for twice: that is the user's choice to make.
				...(error.kind === 'server_error' ? { noRetry: true } : {}),
				maybeBilled: true,
			}),
			response,
		),
		loss: UNKNOWN_BILL,
		cost: UNKNOWN_COST,
		warnings: [],
	};
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
