import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failedItem, imageItems, outputSettings, type ItemFrame } from '../shared/items';
import type { DeliveredJob } from './delivery';
import type { BatchJob } from './jobs';
import { fieldMapping } from './sources';

/** The items of the output Images. */
export function imagesItems(context: IExecuteFunctions, delivered: DeliveredJob): INodeExecutionData[] {
	const { job, outcome, outputPaths, historyUuid, duplicateOf } = delivered;
	const settings = outputSettings(context, job.item);
	const own = settings.includeInput ? (context.getInputData()[job.item]?.json ?? {}) : {};
	const { name, metadata } = job.description;
	const extra: ItemFrame['extra'] = (image) => ({
		job_id: job.id,
		...(name === undefined ? {} : { name }),
		...(settings.layout === 'itemPerInput'
			? { output_paths: outputPaths }
			: { output_path: outputPaths[outcome.images.indexOf(image)] ?? null }),
		history_uuid: historyUuid,
		...(duplicateOf === undefined ? {} : { duplicate_of: duplicateOf }),
		...(metadata === undefined ? {} : { metadata: metadata as IDataObject }),
	});
	return imageItems(context, outcome, { settings, item: job.item, own, extra });
}

/** The item of the output Failed, which can be fed to a Batch again as it is. */
export function failedItems(
	context: IExecuteFunctions,
	{ job, outcome }: DeliveredJob,
): INodeExecutionData[] {
	if (!outcome.error) return [];
	const settings = outputSettings(context, job.item);
	const own = { ...jobFields(context, job, outcome.images.length), job_id: job.id, status: outcome.status };
	const item = failedItem(outcome, { settings, item: job.item, own });
	// The variation's prompt is ours; the job's own is what makes it again.
	item.json.prompt = job.description.prompt;
	const files = context.getInputData()[job.item]?.binary;
	if (files) item.binary = { ...files, ...item.binary };
	return [item];
}

/** What a job is, as its source said it, for the images that are still missing. */
function jobFields(context: IExecuteFunctions, job: BatchJob, made: number): IDataObject {
	const { description, n } = job;
	const isItem = context.getNodeParameter('source', 0, 'items') === 'items';
	const mapping = isItem ? fieldMapping(context) : {};
	const input = isItem ? { ...(context.getInputData()[job.item]?.json ?? {}) } : {};
	const fields = describedFields(description);
	if (made > 0) {
		for (const name of ['n', 'sample_count']) {
			const column = mapping[name] ?? name;
			delete input[column];
			delete fields[name];
		}
		fields[mapping.n || 'n'] = n - made;
	}
	return { ...input, ...fields };
}

function describedFields(description: BatchJob['description']): IDataObject {
	const { prompt, name, outputPath, kind, model, n, images, mask, metadata, parameters } = description;
	const all = {
		prompt,
		name,
		output_path: outputPath,
		kind,
		model,
		n,
		images,
		mask,
		metadata,
		...parameters,
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as IDataObject;
}
