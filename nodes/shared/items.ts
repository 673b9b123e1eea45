import type {
	IBinaryData,
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { estimateJob } from '../../engine/costs/estimate';
import { totalOf, sumCosts } from '../../engine/costs/price';
import { sumUsage } from '../../engine/costs/usage';
import type { ImageError } from '../../engine/jobs/error';
import type { JobOutcome } from '../../engine/jobs/outcome';
import { portionsOf } from '../../engine/jobs/portions';
import { findModel } from '../../engine/models/find';
import type { JobCheck } from '../../engine/runner/run';
import { nodeErrorFrom } from './errors';
import { costJson, errorJson, estimateJson, fileJson, identityJson, imageJson, usageJson } from './imageJson';
import type { NodeJob } from './jobsFromParameters';

/** The node's `output` collection, as far as it is about items. */
interface OutputSettings {
	binaryPropertyName: string;
	layout: 'itemPerImage' | 'itemPerInput';
	includeInput: boolean;
}

/** The items that come out for an input item: its images, and where some are missing, the reason. */
export function itemsFrom(
	context: IExecuteFunctions,
	outcome: JobOutcome<IBinaryData>,
): INodeExecutionData[] {
	const { job, images, error } = outcome;
	const settings = outputSettings(context, job.index);
	const pairedItem = { item: job.index };
	const own = settings.includeInput ? (context.getInputData()[job.index]?.json ?? {}) : {};
	const items: INodeExecutionData[] =
		settings.layout === 'itemPerInput' && images.length > 0
			? [{ json: { ...own, ...allImagesJson(outcome) }, binary: binariesOf(outcome, settings), pairedItem }]
			: images.map((image) => ({
					json: { ...own, ...imageJson(outcome, image) },
					binary: { [settings.binaryPropertyName]: image.ref },
					pairedItem,
				}));
	if (error) {
		const item: INodeExecutionData = { json: { ...own, ...failureJson(outcome) }, pairedItem };
		if (context.getNode().onError === 'continueErrorOutput') markFailed(context, item, error);
		items.push(item);
	}
	return items;
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

function outputSettings(context: IExecuteFunctions, index: number): OutputSettings {
	const output = context.getNodeParameter('output', index, {}) as Partial<OutputSettings>;
	return {
		binaryPropertyName: output.binaryPropertyName?.trim() || 'data',
		layout: output.layout ?? 'itemPerImage',
		includeInput: output.includeInput ?? false,
	};
}

/** `data`, `data_1`, `data_2`, ... */
function binariesOf(
	{ images }: JobOutcome<IBinaryData>,
	{ binaryPropertyName }: OutputSettings,
): IBinaryKeyData {
	return Object.fromEntries(
		images.map(({ ref }, index) => [
			index === 0 ? binaryPropertyName : `${binaryPropertyName}_${index}`,
			ref,
		]),
	);
}

/** All images of a job in one item: those of the first, with the sums, and every image in `images`. */
function allImagesJson(outcome: JobOutcome<IBinaryData>): IDataObject {
	const { images, warnings } = outcome;
	const [first] = images;
	return {
		...(first ? imageJson(outcome, first) : {}),
		images: images.map(fileJson),
		usage: usageJson(sumUsage(images.map(({ usage }) => usage))),
		cost: costJson(sumCosts(images.map(({ cost }) => cost))),
		request_ids: [...new Set(images.map(({ requestId }) => requestId))],
		warnings: [...warnings, ...images.flatMap((image) => image.warnings)],
	};
}

/** `cost` and `usage` are there where something was paid for although no image came of it. */
function failureJson({ job, error, loss, timing }: JobOutcome<IBinaryData>): IDataObject {
	return {
		prompt: job.prompt,
		...(error ? { error: errorJson(error, timing.attempts) } : {}),
		...(loss && totalOf(loss.cost) !== 0 ? { usage: usageJson(loss.usage), cost: costJson(loss.cost) } : {}),
	};
}
