import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { readConfiguration, type Configuration } from '../../engine/sources/configuration';
import type { JobDescription, SourceProblem } from '../../engine/sources/description';
import { fieldMappingProblems, readJobRecord, type FieldMapping } from '../../engine/sources/jobRecord';
import { LIST_FILES } from '../../engine/sources/naming';
import { readPromptList } from '../../engine/sources/promptList';
import { textOfFile } from '../../engine/sources/textOfFile';
import { numberOf, textOf } from '../shared/cells';

/** A job's description, and the input item that it comes from. */
export interface SourcedJob {
	description: JobDescription;
	item: number;
	/** What is wrong with this job alone: the others are run. */
	problems: SourceProblem[];
}

/** What a batch's source came to. */
export interface BatchSource {
	jobs: SourcedJob[];
	/** What is wrong with the source as a whole: nothing is run. */
	problems: SourceProblem[];
	warnings: string[];
	/** How the run is to go, where a configuration says it. */
	configuration?: Omit<Configuration, 'jobs' | 'problems' | 'warnings'>;
	/** What files are called, where the source has a way of its own. */
	fileName?: string;
}

type Reader = (context: IExecuteFunctions) => Promise<BatchSource> | BatchSource;

const READERS: Readonly<Record<string, Reader>> = {
	items: readItems,
	json: readConfigurations,
	promptList: readPromptLists,
};

/** Reads a batch's jobs from where its parameters say. */
export async function readSource(context: IExecuteFunctions): Promise<BatchSource> {
	const source = textOf(context.getNodeParameter('source', 0, 'items')).trim();
	const reader = READERS[source];
	if (reader) return await reader(context);
	const message = `"${source}" is not possible. Allowed: ${Object.keys(READERS).join(', ')}.`;
	return { jobs: [], problems: [{ path: 'source', message }], warnings: [] };
}

/** Rows of a sheet: what is wrong with one spoils that one only. */
function readItems(context: IExecuteFunctions): BatchSource {
	const mapping = fieldMapping(context);
	const warnings = new Set<string>();
	const jobs = context.getInputData().map(({ json }, item) => {
		const { job, problems, warnings: noted } = readJobRecord(json, `Item ${item}`, mapping);
		for (const warning of noted) warnings.add(warning);
		return { description: job, item, problems };
	});
	return { jobs, problems: fieldMappingProblems(mapping), warnings: [...warnings] };
}

/** By a job's field, the item's field that holds it. */
export function fieldMapping(context: IExecuteFunctions): FieldMapping {
	const { fields = [] } = context.getNodeParameter('fieldMapping', 0, {}) as {
		fields?: Array<{ field: string; column: string }>;
	};
	return Object.fromEntries(fields.map(({ field, column }) => [field, textOf(column).trim()]));
}

async function readConfigurations(context: IExecuteFunctions): Promise<BatchSource> {
	const read = await eachGiven(context, 'json', (given) => {
		const reading = readConfiguration(given);
		const { outputDir: folder, jobs } = reading;
		return folder === undefined ? reading : { ...reading, jobs: jobs.map((job) => ({ ...job, folder })) };
	});
	const settings = read.results.map(({ reading }) => reading);
	return {
		...joined(read),
		// With several configurations the first word on a setting holds.
		configuration: Object.assign({}, ...settings.reverse().map(settingsOf)) as Configuration,
	};
}

function settingsOf({ maxConcurrent, timeoutMs, retryPolicy }: Configuration): IDataObject {
	return Object.fromEntries(
		Object.entries({ maxConcurrent, timeoutMs, retryPolicy }).filter(([, value]) => value !== undefined),
	) as IDataObject;
}

async function readPromptLists(context: IExecuteFunctions): Promise<BatchSource> {
	const read = await eachGiven(context, 'promptList', (given, index) => {
		const reading = readPromptList(textOf(given));
		const n = numberOf(context.getNodeParameter('count', index, 1)) ?? 1;
		return { ...reading, jobs: reading.jobs.map((job) => ({ ...job, n })) };
	});
	return { ...joined(read), fileName: LIST_FILES };
}

interface Reading {
	jobs: JobDescription[];
	problems: SourceProblem[];
	warnings: string[];
}

interface Readings<Result> {
	results: Array<{ item: number; reading: Result }>;
	warnings: string[];
	several: boolean;
}

/** Reads what each input item gives. The same thing given by several items is one batch, not several. */
async function eachGiven<Result extends Reading>(
	context: IExecuteFunctions,
	parameter: 'json' | 'promptList',
	read: (given: unknown, index: number) => Result,
): Promise<Readings<Result>> {
	const results: Readings<Result>['results'] = [];
	const seen = new Set<string>();
	let repeated = 0;
	for (const item of context.getInputData().keys()) {
		const given = await valueOrFile(context, item, parameter);
		const key = textOf(given);
		if (seen.has(key)) repeated++;
		else results.push({ item, reading: read(given, item) });
		seen.add(key);
	}
	const warnings =
		repeated > 0
			? [
					`${repeated} of ${repeated + results.length} input items gave the same batch again, which is run once.`,
				]
			: [];
	return { results, warnings, several: results.length > 1 };
}

function joined({ results, warnings, several }: Readings<Reading>): BatchSource {
	const prefix = (item: number) => (several ? `Item ${item}: ` : '');
	return {
		jobs: results.flatMap(({ item, reading }) =>
			reading.jobs.map((job) => ({
				description: { ...job, label: prefix(item) + job.label },
				item,
				problems: [],
			})),
		),
		problems: results.flatMap(({ item, reading }) =>
			reading.problems.map((problem) => ({ ...problem, path: prefix(item) + problem.path })),
		),
		warnings: [
			...warnings,
			...results.flatMap(({ item, reading }) => reading.warnings.map((text) => prefix(item) + text)),
		],
	};
}

/** A parameter's value, or the text of the file that another one names. */
async function valueOrFile(
	context: IExecuteFunctions,
	item: number,
	parameter: 'json' | 'promptList',
): Promise<unknown> {
	const property = textOf(context.getNodeParameter(`${parameter}BinaryPropertyName`, item, '')).trim();
	if (property === '') return context.getNodeParameter(parameter, item, '');
	context.helpers.assertBinaryData(item, property);
	return textOfFile(await context.helpers.getBinaryDataBuffer(item, property));
}
