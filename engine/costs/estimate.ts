import { formatOf, type Conversation, type ImageJob } from '../jobs/job';
import type { ImageSource } from '../jobs/source';
import type { ImageModel } from '../models/model';
import { parseSize } from '../models/sizes';
import { estimateConversation, MOST_REWRITING } from './conversationEstimate';
import { nanoUsd, tokenPrice, type NanoUsd } from './money';
import { publishedPrice, tokenPrices } from './price';
import { gridTokens, MOST_PATCH_TOKENS, patchTokens, promptTokens, tileTokens } from './tokens';

/** What a job will cost before it is run: from `low` to `high`, input and output apart. */
export interface Estimate {
	input: { low: NanoUsd; high: NanoUsd };
	output: { low: NanoUsd; high: NanoUsd };
	/** The part of both that the conversation's model takes; `null` where its price is not known: then it is in neither. */
	conversation?: { low: NanoUsd; high: NanoUsd } | null;
	pricedAt: string | null;
	/** What the figures rest on, in a few words. */
	restsOn: string;
}

interface Range {
	low: number;
	high: number;
}

/** What `auto` may turn into. */
const AUTO_SIZES = ['1024x1024', '1536x1024', '1024x1536'];

/**
 * The price of a job before it is sent, or `null` where it cannot be known: a model without an entry in the
 * catalogue and no price per image from the user.
 * `auto` size or quality gives the range from the cheapest to the dearest that the model has.
 */
export function estimateJob(job: ImageJob, model: ImageModel | undefined): Estimate | null {
	const image = estimateImages(job, model);
	const talk = estimateConversation(job);
	if (!image || talk === undefined) return image;
	if (talk === null) return { ...image, conversation: null };
	return {
		...image,
		input: addRanges(image.input, talk.input),
		output: addRanges(image.output, talk.output),
		conversation: addRanges(talk.input, talk.output),
	};
}

/** The upper end of an estimate, which is what a budget counts with; `null` where a part of it is not known. */
export function mostOf(estimate: Estimate | null): NanoUsd | null {
	return estimate && estimate.conversation !== null ? estimate.input.high + estimate.output.high : null;
}

function addRanges(a: Range, b: Range): Range {
	return { low: a.low + b.low, high: a.high + b.high };
}

function estimateImages(job: ImageJob, model: ImageModel | undefined): Estimate | null {
	if (job.prices?.perImage !== undefined) {
		const total = nanoUsd(job.prices.perImage * (job.priceShare ?? 1)) * job.n;
		return {
			input: { low: 0, high: 0 },
			output: { low: total, high: total },
			pricedAt: null,
			restsOn: 'price per image given',
		};
	}
	if (!model) return null;
	const output = outputRange(job, model);
	if (!output) return null;
	const prices = tokenPrices({ model, prices: job.prices, share: job.priceShare });
	const text = promptTokens(job.prompt);
	if (job.conversation) text.high += MOST_REWRITING;
	const images = inputTokensRange(job, model);
	const perImage = (model.prices.textTokensPerInputImage ?? 0) * (job.images?.length ?? 0);
	// Every image that comes out pays for the whole input again.
	const input = (textTokens: number, imageTokens: number) =>
		job.n *
		(tokenPrice(textTokens + perImage, prices?.textIn ?? 0) + tokenPrice(imageTokens, prices?.imageIn ?? 0));
	return {
		input: { low: input(text.low, images.low), high: input(text.high, images.high) },
		output,
		pricedAt: job.prices ? null : model.prices.pricedAt,
		restsOn: RESTS_ON[model.prices.outputTokens.kind],
	};
}

const RESTS_ON: Record<ImageModel['prices']['outputTokens']['kind'], string> = {
	grid: "OpenAI's calculator",
	measured: 'measurements by third parties',
	table: "OpenAI's table of tokens",
	perImage: "OpenAI's price per image",
};

function outputRange(job: ImageJob, model: ImageModel): Range | undefined {
	const sizes = namedOr(job.parameters.size, model.sizes.includes('auto') ? AUTO_SIZES : model.sizes);
	const qualities = namedOr(
		job.parameters.quality,
		(model.parameters.quality?.oneOf ?? []).filter((quality) => quality !== 'auto'),
	);
	const ranges = sizes.flatMap((size) => qualities.map((quality) => imagesRange(job, model, quality, size)));
	if (ranges.length === 0 || ranges.includes(undefined)) return undefined;
	const known = ranges as Range[];
	const range = {
		low: Math.min(...known.map(({ low }) => low)),
		high: Math.max(...known.map(({ high }) => high)) + partialImagesPrice(job, model),
	};
	// The text of an SVG is written by a second model, whose tokens come on top and cannot be known before.
	return formatOf(job) === 'svg'
		? { ...range, high: range.high + tokenPrice(SVG_AUTHOR_TOKENS * job.n, SVG_AUTHOR_PRICE) }
		: range;
}

/** Output tokens of one partial image, by OpenAI's guide. The final image may come before they are all sent. */
const PARTIAL_IMAGE_TOKENS = 100;

function partialImagesPrice(job: ImageJob, model: ImageModel): NanoUsd {
	const tokens = PARTIAL_IMAGE_TOKENS * (job.parameters.partial_images ?? 0) * job.n;
	return tokenPrice(tokens, tokenPrices({ model, prices: job.prices, share: job.priceShare })?.imageOut ?? 0);
}

/** Tokens of the images that a job starts from. Those of mask and markup are not documented: they count in the upper end. */
function inputTokensRange(job: ImageJob, model: ImageModel): Range {
	const ranges = (job.images ?? []).map((image) => imageTokens(image, job, model));
	const overlays = [job.mask, job.markup].filter((source) => source !== undefined);
	const upper = [...ranges, ...overlays.map((source) => imageTokens(source, job, model))];
	const earlier = job.conversation && mayReuseImage(job.conversation) ? MOST_PATCH_TOKENS : 0;
	return {
		low: ranges.reduce((sum, { low }) => sum + low, 0),
		high: upper.reduce((sum, { high }) => sum + high, earlier),
	};
}

/** Whether the image model may get an image that the conversation has already. */
function mayReuseImage({ previousResponseId, imageCallId }: Conversation): boolean {
	return previousResponseId !== undefined || imageCallId !== undefined;
}

/** The sizes that an image of unknown size is reckoned between for the rule of tiles, pixels: a square, and 3:1. */
const UNKNOWN_SHAPES = [
	{ width: 1, height: 1 },
	{ width: 3, height: 1 },
];

function imageTokens(source: ImageSource, job: ImageJob, { prices: { inputTokens } }: ImageModel): Range {
	if (inputTokens === undefined) return { low: 0, high: 0 };
	const fidelity = job.parameters.input_fidelity;
	const header = source.kind === 'bytes' ? source.facts?.header : undefined;
	if (inputTokens === 'patches') {
		return header ? exactly(patchTokens(header)) : { low: 0, high: MOST_PATCH_TOKENS };
	}
	if (header) return exactly(tileTokens(header, fidelity));
	const counts = UNKNOWN_SHAPES.map((shape) => tileTokens(shape, fidelity));
	return { low: Math.min(...counts), high: Math.max(...counts) };
}

function exactly(value: number): Range {
	return { low: value, high: value };
}

/** An allowance for the author of an SVG: a long file, at the price of a dear text model (USD per million tokens). */
const SVG_AUTHOR_TOKENS = 32_000;
const SVG_AUTHOR_PRICE = 10;

function namedOr(value: string | undefined, all: readonly string[]): readonly string[] {
	return value === undefined || value === 'auto' ? all : [value];
}

/** USD for the job's `n` images of one quality and size. */
function imagesRange(job: ImageJob, model: ImageModel, quality: string, size: string): Range | undefined {
	const tokens = tokensRange(model, quality, size, job.n);
	const prices = tokenPrices({ model, prices: job.prices, share: job.priceShare });
	if (tokens && prices) {
		return { low: tokenPrice(tokens.low, prices.imageOut), high: tokenPrice(tokens.high, prices.imageOut) };
	}
	const price = job.prices ? undefined : publishedPrice(model, { quality, size, images: job.n });
	if (price === undefined) return undefined;
	const whole = nanoUsd(price * (job.priceShare ?? 1)) * job.n;
	return exactly(whole);
}

function tokensRange(model: ImageModel, quality: string, size: string, n: number): Range | undefined {
	const rule = model.prices.outputTokens;
	if (rule.kind === 'perImage') return undefined;
	if (rule.kind === 'table') {
		const tokens = rule.tokens[quality]?.[size];
		return tokens === undefined ? undefined : { low: tokens * n, high: tokens * n };
	}
	const grid = rule.grid[quality];
	const dimensions = parseSize(size);
	if (grid === undefined || !dimensions) return undefined;
	const tokens = gridTokens(grid, dimensions, n);
	const [least, most] = (rule.kind === 'measured' ? rule.factor[quality] : undefined) ?? [1, 1];
	return { low: Math.floor(tokens * least), high: Math.ceil(tokens * most) };
}
