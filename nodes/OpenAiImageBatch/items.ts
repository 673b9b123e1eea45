import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { columnsOf, type FieldMapping } from '../../engine/sources/jobRecord';
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

/** What a job was made from, as far as the job itself does not say it. */
export interface JobOrigin {
	/** The input item's fields, where that item is the job. */
	json: IDataObject;
	mapping: FieldMapping;
	/** Images that the job may start from. */
	binary?: IBinaryKeyData | undefined;
}

/** What a job of the node's source was made from. */
export function originOf(context: IExecuteFunctions, { item }: BatchJob): JobOrigin {
	const { json = {}, binary } = context.getInputData()[item] ?? {};
	const isItem = context.getNodeParameter('source', 0, 'items') === 'items';
	return isItem ? { json, mapping: fieldMapping(context), binary } : { json: {}, mapping: {}, binary };
}

/** The item of the output Failed, which can be fed to a Batch again as it is. */
export function failedItems(
	context: IExecuteFunctions,
	{ job, outcome }: DeliveredJob,
	origin: JobOrigin,
): INodeExecutionData[] {
	if (!outcome.error) return [];
	const settings = outputSettings(context, job.item);
	const own: IDataObject = {
		...jobFields(job, outcome.images.length, origin),
		job_id: job.id,
		status: outcome.status,
	};
	const item = failedItem(outcome, { settings, item: job.item, own });
	// The variation's prompt is ours; the job's own is what makes it again.
	item.json.prompt = own.prompt ?? job.description.prompt;
	if (origin.binary) item.binary = { ...origin.binary, ...item.binary };
	return [item];
}

/** What a job is, as its source said it, for the images that are still missing. */
function jobFields({ description, n }: BatchJob, made: number, { json, mapping }: JobOrigin): IDataObject {
	// A column that the mapping gives to another field stays what it is.
	const taken = new Set(
		Object.entries(mapping).flatMap(([field, column]) => (column === field ? [] : column)),
	);
	const described = Object.entries(describedFields(description)).filter(([name]) => !taken.has(name));
	const fields: IDataObject = { ...json, ...Object.fromEntries(described) };
	if (made > 0) {
		const columns = columnsOf(json, mapping);
		for (const name of COUNTS) {
			delete fields[name];
			delete fields[columns.get(name) ?? name];
		}
		fields[mapping.n || 'n'] = n - made;
	}
	return fields;
}

/** Fields that say how many images there are to be. */
const COUNTS = ['n', 'sample_count'];

function describedFields(description: BatchJob['description']): IDataObject {
	const { prompt, name, folder, outputPath, kind, model, n, images, mask, metadata, parameters } =
		description;
	const all = {
		prompt,
		name,
		output_path: folder !== undefined && outputPath !== undefined ? `${folder}/${outputPath}` : outputPath,
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
