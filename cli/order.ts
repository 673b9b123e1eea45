import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readConfiguration } from '../engine/sources/configuration';
import type { JobDescription, SourceProblem } from '../engine/sources/description';
import { Fields } from '../engine/sources/fields';
import { Findings } from '../engine/sources/findings';
import { readJob } from '../engine/sources/jobFields';
import { LIST_FILES } from '../engine/sources/naming';
import { readPromptList } from '../engine/sources/promptList';
import { textOfFile } from '../engine/sources/textOfFile';
import type { Arguments } from './arguments';
import type { ConfiguredCourse } from './settings';
import { UsageError } from './usageError';

/** What is to be made, as it was asked for. */
export interface Order {
	descriptions: JobDescription[];
	problems: SourceProblem[];
	warnings: string[];
	/** What a configuration says of its run. */
	configuration?: ConfiguredCourse;
	/** The folder that a configuration names. */
	outputDir?: string;
	/** Where the jobs' pictures are, and whether they must lie in there: those that a configuration names must. */
	pictures: { folder: string; within: boolean };
	/** The template of the files' names, where a job has no path of its own; empty for the usual one. */
	fileName: string;
}

/**
 * Reads what the command line asks for.
 * @param base the folder that relative paths count from
 * @throws UsageError where it asks for nothing, for several things at once, or for a file that is not there
 */
export async function readOrder(given: Arguments, base: string): Promise<Order> {
	const { what, input } = given;
	const [first] = what;
	if (first === undefined && input === undefined)
		throw new UsageError('Nothing is asked for. Give a configuration, prompts, or --input. See --help.');
	if (first !== undefined && input !== undefined)
		throw new UsageError('Give prompts or a configuration, or --input, not both.');
	const configurations = what.filter(isConfiguration);
	if (configurations.length === 0) return await promptsOrder(given, base);
	if (what.length > 1) throw new UsageError('Give one configuration, without anything beside it.');
	return await configurationOrder(given, configurations[0] ?? '', base);
}

/** A path, not a prompt about a file. */
function isConfiguration(text: string): boolean {
	return /\.json$/i.test(text) && !/\s.*\s/.test(text);
}

/** Options that a configuration's jobs say for themselves. */
const OF_PROMPTS = {
	count: '--count',
	model: '--model',
	size: '--size',
	quality: '--quality',
	nameStyle: '--name-style',
} as const;

async function configurationOrder(given: Arguments, file: string, base: string): Promise<Order> {
	const path = resolve(base, file);
	const flags: string[] = Object.entries(OF_PROMPTS)
		.filter(([name]) => given[name as keyof typeof OF_PROMPTS] !== undefined)
		.map(([, flag]) => flag);
	if (given.referenceImage.length > 0) flags.push('--reference-image');
	if (flags.length > 0)
		throw new UsageError(
			`${flags.join(', ')}: for prompts only. A configuration says it in each of its jobs.`,
		);
	const { jobs, problems, warnings, outputDir, ...configuration } = readConfiguration(await textOf(path));
	return {
		descriptions: jobs,
		problems,
		warnings,
		configuration,
		...(outputDir === undefined ? {} : { outputDir }),
		pictures: {
			folder: given.imageDir === undefined ? dirname(path) : resolve(base, given.imageDir),
			within: true,
		},
		fileName: '',
	};
}

async function promptsOrder(given: Arguments, base: string): Promise<Order> {
	const { what, input, nameStyle } = given;
	if (given.imageDir !== undefined)
		throw new UsageError('--image-dir: for configurations only. Prompts have --reference-image.');
	const findings = new Findings();
	const common = commonFields(given, findings);
	const list = input === undefined ? undefined : readPromptList(await textOf(fileOf(input, base)));
	const prompts: JobDescription[] =
		list?.jobs ?? what.map((prompt, place) => ({ label: `Prompt ${place + 1}`, prompt, parameters: {} }));
	const isList = (nameStyle ?? (list ? 'list' : 'slug')) === 'list';
	return {
		descriptions: prompts.map((prompt) => ({ ...common, ...prompt, parameters: common.parameters })),
		problems: [...(list?.problems ?? []), ...findings.problems],
		warnings: list?.warnings ?? [],
		pictures: { folder: base, within: false },
		fileName: isList ? LIST_FILES : '',
	};
}

/** What all prompts have in common, read as a job's fields are. */
function commonFields(
	{ count, model, size, quality, referenceImage }: Arguments,
	findings: Findings,
): JobDescription {
	const values: Record<string, unknown> = {
		prompt: '?',
		n: count,
		model,
		size,
		quality,
		images: referenceImage,
	};
	const flags: Record<string, string> = { n: '--count', images: '--reference-image' };
	const source = {
		value: (name: string) => values[name],
		path: (name: string) => flags[name] ?? `--${name}`,
	};
	return readJob(new Fields(source, findings), '');
}

function fileOf(input: string, base: string): string | 0 {
	return input === '-' ? 0 : resolve(base, input);
}

/** @param path 0 for standard input */
async function textOf(path: string | 0): Promise<string> {
	try {
		return textOfFile(path === 0 ? await standardInput() : await readFile(path));
	} catch (error) {
		throw new UsageError(`${path === 0 ? 'Standard input' : path} could not be read: ${reason(error)}.`);
	}
}

async function standardInput(): Promise<Buffer> {
	const pieces: Buffer[] = [];
	for await (const piece of process.stdin) pieces.push(piece as Buffer);
	return Buffer.concat(pieces);
}

function reason(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === 'ENOENT') return 'there is no such file';
	return code === 'EISDIR' ? 'it is a folder' : message;
}
