import type {
	IBinaryData,
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { estimateJob } from '../../engine/costs/estimate';
import { sumBills } from '../../engine/costs/bill';
import { totalOf } from '../../engine/costs/price';
import type { ImageError } from '../../engine/jobs/error';
import type { JobOutcome, PartialImage, ProducedImage } from '../../engine/jobs/outcome';
import { portionsOf } from '../../engine/jobs/portions';
import { findModel } from '../../engine/models/find';
import type { JobCheck } from '../../engine/runner/check';
import { nodeErrorFrom } from './errors';
import {
	billJson,
	errorJson,
	estimateJson,
	fileJson,
	identityJson,
	imageJson,
	storedJson,
	turnJson,
	usageJson,
} from './imageJson';
import type { NodeJob } from './jobsFromParameters';
import { signedUrls, type UrlOf } from './signedUrls';

/** The node's `output` collection, as far as it is about items. */
export interface OutputSettings {
	binaryPropertyName: string;
	layout: 'itemPerImage' | 'itemPerInput';
	includeInput: boolean;
	/** Whether to add a link to each image. */
	signedUrl: boolean;
}

/** What an item has beside what came of its job. */
export interface ItemFrame {
	settings: OutputSettings;
	/** The input item that it comes from. */
	item: number;
	/** Fields before the job's. */
	own: IDataObject;
	/** Fields after them, for an image or for all of a job's. */
	extra?: (image: ProducedImage<IBinaryData>) => IDataObject;
}

/** The items that come out for an input item: its images, and where some are missing, the reason. */
export function itemsFrom(
	context: IExecuteFunctions,
	outcome: JobOutcome<IBinaryData>,
): INodeExecutionData[] {
	const { job, error } = outcome;
	const settings = outputSettings(context, job.index);
	const own = settings.includeInput ? (context.getInputData()[job.index]?.json ?? {}) : {};
	const frame: ItemFrame = { settings, item: job.index, own };
	const items = imageItems(context, outcome, frame);
	if (error) {
		const item = failedItem(outcome, frame);
		if (context.getNode().onError === 'continueErrorOutput') markFailed(context, item, error);
		items.push(item);
	}
	return items;
}

/** A job's images, each in an item or all in one. */
export function imageItems(
	context: IExecuteFunctions,
	outcome: JobOutcome<IBinaryData>,
	{ settings, item, own, extra = () => ({}) }: ItemFrame,
): INodeExecutionData[] {
	const { images } = outcome;
	const [first] = images;
	const urlOf = settings.signedUrl ? signedUrls(context) : undefined;
	const pairedItem = { item };
	if (settings.layout === 'itemPerInput' && first) {
		const json = { ...own, ...allImagesJson(outcome, urlOf), ...extra(first) };
		return [{ json, binary: binariesOf(images, settings), pairedItem }];
	}
	return images.map((image) => ({
		json: { ...own, ...imageJson(outcome, image, urlOf), ...extra(image) },
		binary: binariesOf([image], settings),
		pairedItem,
	}));
}

/** Why images of a job are missing. */
export function failedItem(
	outcome: JobOutcome<IBinaryData>,
	{ settings, item, own }: ItemFrame,
): INodeExecutionData {
	const { partials } = outcome;
	return {
		json: { ...own, ...failureJson(outcome) },
		...(partials.length > 0 ? { binary: partialsOf(partials, settings.binaryPropertyName) } : {}),
		pairedItem: { item },
	};
}

/**
 * Makes n8n send the item to the error output. n8n goes by the item's `error`, but then replaces the item's JSON by that
 * error's message, unless a copy of the item has no such field: a property that is not enumerable is seen and not copied.
 */
function markFailed(context: IExecuteFunctions, item: INodeExecutionData, error: ImageError): void {
	const { item: index } = item.pairedItem as { item: number };
	Object.defineProperty(item, 'error', {
		value: nodeErrorFrom(context, error, index),
		enumerable: false,
		writable: true,
		configurable: true,
	});
}

/** The item of a dry run: what would be sent, and what it would cost. */
export function estimateItem(
	context: IExecuteFunctions,
	job: NodeJob,
	check: JobCheck,
	pace: number,
): INodeExecutionData {
	const { includeInput } = outputSettings(context, job.index);
	const own = includeInput ? (context.getInputData()[job.index]?.json ?? {}) : {};
	const model = findModel(job.model);
	const json: IDataObject = check.error
		? { prompt: job.prompt, error: errorJson(check.error, 0) }
		: {
				...identityJson(job, null),
				dry_run: true,
				parameters: { ...(job.parameters as IDataObject), ...job.additional, n: job.n },
				requests: portionsOf(job, model, pace).length,
				cost: estimateJson(estimateJob(job, model)),
				warnings: check.warnings,
			};
	return { json: { ...own, ...json }, pairedItem: { item: job.index } };
}

/** Reads how an input item's images are to come out. */
export function outputSettings(context: IExecuteFunctions, index: number): OutputSettings {
	const output = outputOf(context, index);
	return {
		binaryPropertyName: output.binaryPropertyName?.trim() || 'data',
		layout: output.layout ?? 'itemPerImage',
		includeInput: output.includeInput ?? false,
		// An agent sees nothing but the JSON: without a link it could not hand the image on.
		signedUrl: output.signedUrl === true || context.getNode().type.endsWith('Tool'),
	};
}

/** An expression that fails was that job's failure before: it must not take the others' images along. */
function outputOf(context: IExecuteFunctions, index: number): Partial<OutputSettings> {
	try {
		return context.getNodeParameter('output', index, {}) as Partial<OutputSettings>;
	} catch {
		return {};
	}
}

/** `data`, `data_1`, `data_2`, ..., each followed by its partial images. */
function binariesOf(
	images: ReadonlyArray<ProducedImage<IBinaryData>>,
	{ binaryPropertyName }: OutputSettings,
): IBinaryKeyData {
	return Object.assign(
		{},
		...images.map(({ ref, partials }, index) => {
			const name = index === 0 ? binaryPropertyName : `${binaryPropertyName}_${index}`;
			return { [name]: ref, ...partialsOf(partials, name) };
		}),
	) as IBinaryKeyData;
}

/** `data_partial_0`, `data_partial_1`, ... */
function partialsOf(partials: ReadonlyArray<PartialImage<IBinaryData>>, name: string): IBinaryKeyData {
	return Object.fromEntries(partials.map(({ index, ref }) => [`${name}_partial_${index}`, ref]));
}

/** All images of a job in one item: those of the first, with the sums, and every image in `images`. */
function allImagesJson(outcome: JobOutcome<IBinaryData>, urlOf?: UrlOf): IDataObject {
	const { images, warnings } = outcome;
	const [first] = images;
	const bill = sumBills(images);
	return {
		...(first ? imageJson(outcome, first, urlOf) : {}),
		images: images.map((image) => ({ ...fileJson(image, urlOf), ...turnJson(image) })),
		usage: usageJson(bill),
		cost: billJson(bill),
		request_ids: [...new Set(images.map(({ requestId }) => requestId))],
		warnings: [...warnings, ...images.flatMap((image) => image.warnings)],
	};
}

/** `cost` and `usage` are there where something was paid for although no image came of it. */
function failureJson({ job, error, loss, partials, timing }: JobOutcome<IBinaryData>): IDataObject {
	return {
		prompt: job.prompt,
		...(error ? { error: errorJson(error, timing.attempts) } : {}),
		...(error?.details.responseId == null ? {} : { response_id: error.details.responseId }),
		...(partials.length > 0 ? { partial_images: partials.map(storedJson) } : {}),
		...(loss && totalOf(loss.cost) !== 0 ? { usage: usageJson(loss), cost: billJson(loss) } : {}),
	};
}
