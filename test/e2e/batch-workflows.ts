import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import type { IDataObject, INodeExecutionData, INodeParameters, ITaskData } from 'n8n-workflow';
import sharp from 'sharp';
import type { Summary } from '../../engine/reports/summary';
import { exampleFolder } from '../../host/imported-example';
import type { CredentialFile, Execution, WorkflowFile } from '../../host/n8n';
import { ROOT } from '../../host/package-under-test';
import type { StandIn } from '../stand-in';
import schema from '../engine/summary.schema.json';
import { chain, node, START } from './workflow';

/** The Batch node's name, in the workflows here and in the examples. */
export const BATCH = 'Make Images';

/** The Batch that gets what the first one's output Failed gives, in the examples. */
export const AGAIN = 'Try Again';

/** The cheapest image, and the quickest to draw. */
const CHEAP = { size: '1024x640', quality: 'low' };

export interface BatchWorkflow {
	id: string;
	/** One item, and so one job, each. */
	prompts: string[];
	credential: CredentialFile;
	/** The node's own parameters besides model, size and quality, which are the cheapest. */
	parameters?: INodeParameters;
}

/** Manual trigger, one item a prompt, the Batch node. */
export function batchWorkflow({ id, prompts, credential, parameters }: BatchWorkflow): WorkflowFile {
	const items = prompts.map((prompt, row) => ({ prompt, row }));
	return chain(id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		{
			...node(BATCH, 'n8n-nodes-openai-image.openAiImageBatch', 1, {
				model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
				...CHEAP,
				...parameters,
			}),
			credentials: { openAiImageApi: { id: credential.id, name: credential.name } },
		},
	]);
}

/** So many different prompts. @param special what some of them have in them, by place from 0 */
export function prompts(count: number, special: Readonly<Record<number, string>> = {}): string[] {
	return Array.from({ length: count }, (_, index) => `Picture ${index} ${special[index] ?? ''}`.trim());
}

/** What a stand-in charged, US dollars. */
export function chargedBy({ books }: Pick<StandIn, 'books'>): number {
	return books.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0) / 1e9;
}

/** What came out of a Batch node. */
export interface BatchOutputs {
	images: INodeExecutionData[];
	failed: INodeExecutionData[];
	summary: Summary;
	task: ITaskData;
}

/** @throws where the workflow failed, the node did not run, or its summary is not as it should be */
export function outputsOf({ run, log }: Execution, name = BATCH): BatchOutputs {
	const { error, runData } = run.data.resultData;
	if (error) throw new Error(`${error.message}\n${error.description ?? ''}\n\n${log}`);
	const task = runData[name]?.[0];
	if (!task) throw new Error(`"${name}" did not run.`);
	const [images, failed, summaries] = [0, 1, 2].map((output) => task.data?.main?.[output] ?? []);
	if (summaries?.length !== 1) throw new Error(`"${name}" gave ${summaries?.length} summaries.`);
	const summary = summaries[0]!.json as unknown as Summary;
	expectSummary(summary);
	return { images: images!, failed: failed!, summary, task };
}

const isSummary = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** Throws where a summary is not what the schema says, or does not add up. */
export function expectSummary(summary: Summary): void {
	isSummary(summary);
	expect(isSummary.errors ?? []).toEqual([]);
	const { total, succeeded, failed, cancelled, results } = summary;
	expect(results).toHaveLength(total);
	expect([succeeded, failed, cancelled]).toEqual(
		['completed', 'failed', 'cancelled'].map(
			(status) => results.filter((result) => result.status === status).length,
		),
	);
	expect(results.flatMap(({ output_paths }) => output_paths)).toHaveLength(summary.images);
}

/** The error of an item of the output Failed. */
export function errorOf({ json }: INodeExecutionData): IDataObject {
	return json.error as IDataObject;
}

/** A file that a job is to give. */
export interface ExpectedFile {
	/** In the output folder. */
	name: string;
	/** `WIDTHxHEIGHT` in pixels. */
	size: string;
	/** As sharp calls it. */
	format: string;
}

interface ConfigurationJob {
	output_path: string;
	size?: string;
	output_format?: string;
	n?: number;
	sample_count?: number;
}

/**
 * What `examples/batch-*.json` asks for, read by means of its own. A job without a size gives what the stand-in makes of
 * `auto`; of an edit, too.
 */
export async function expectedOfConfiguration(name: string): Promise<ExpectedFile[]> {
	const { output_dir, jobs } = JSON.parse(await readFile(join(ROOT, 'examples', `${name}.json`), 'utf8')) as {
		output_dir: string;
		jobs: ConfigurationJob[];
	};
	return jobs.flatMap(({ output_path, size = '1024x1024', output_format = 'png', n, sample_count }) => {
		const [path = '', ending = ''] = `${output_dir}/${output_path}`.replaceAll('/', '_').split(/(\.\w+)$/);
		return numbered(path, ending, n ?? sample_count ?? 1).map((file) => ({
			name: file,
			size,
			format: output_format,
		}));
	});
}

/** `fox.png`, `fox_2.png`, `fox_3.png` */
export function numbered(path: string, ending: string, count: number): string[] {
	return Array.from({ length: count }, (_, image) => `${path}${image === 0 ? '' : `_${image + 1}`}${ending}`);
}

/** The pictures in a folder, each decoded to the last pixel. @throws where one is broken */
export async function picturesIn(folder: string): Promise<ExpectedFile[]> {
	const names = (await readdir(folder)).filter((name) => /\.(png|jpg|webp)$/.test(name));
	return await Promise.all(
		names.sort().map(async (name) => {
			const { format } = await sharp(join(folder, name)).metadata();
			const { info } = await sharp(join(folder, name)).raw().toBuffer({ resolveWithObject: true });
			return { name, size: `${info.width}x${info.height}`, format };
		}),
	);
}

/** In the order of {@link picturesIn}. */
export function byName(files: ExpectedFile[]): ExpectedFile[] {
	return [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All that the batch examples read, put in a folder as their READMEs tell the user to. */
export async function layOut(folder: string): Promise<void> {
	await mkdir(folder);
	const examples = join(ROOT, 'examples');
	const names = await readdir(examples);
	const files = names.filter((name) => /^batch-.*\.json$|^prompts\.txt$/.test(name));
	await Promise.all(files.map(async (name) => await cp(join(examples, name), join(folder, name))));
	await cp(join(exampleFolder('batch-configuration'), 'pictures'), join(folder, 'pictures'), {
		recursive: true,
	});
	await cp(join(exampleFolder('batch-spreadsheet'), 'catalogue.csv'), join(folder, 'catalogue.csv'));
}
