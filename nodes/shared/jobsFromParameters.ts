import type { IExecuteFunctions } from 'n8n-workflow';
import type { UserPrices } from '../../engine/costs/price';
import type { NamedJob } from '../../engine/jobs/fileNames';
import { PARAMETER_NAMES, type ImageJob, type ImageParameters } from '../../engine/jobs/job';
import { choiceOf, numberOf, textOf } from './cells';

/** What the node's `options` collection holds; what was not added is not there. */
interface Options {
	additionalParameters?: unknown;
	background?: unknown;
	complexity?: unknown;
	frameCount?: unknown;
	frameDurationMs?: unknown;
	inputFidelity?: unknown;
	moderation?: unknown;
	outputCompression?: unknown;
	outputFormat?: unknown;
	partialImages?: unknown;
	prices?: { values?: Required<UserPrices> };
	safetyIdentifier?: unknown;
	svgModel?: unknown;
	svgReasoningEffort?: unknown;
}

/** A job with what its output settings say of its files. */
export type NodeJob = ImageJob & NamedJob;

/** Fields of the API's request that have parameters of their own. */
const RESERVED = [
	'model',
	'prompt',
	'n',
	'stream',
	'partial_images',
	'image',
	'images',
	'mask',
	'markup',
	'input',
	'tools',
	'tool_choice',
	'previous_response_id',
];

/** What a node's own parameters make of an item, beside the common ones. */
export type JobCore = Pick<
	ImageJob,
	'endpoint' | 'prompt' | 'images' | 'mask' | 'markup' | 'conversation' | 'problems'
>;

/**
 * Reads every item's parameters. An item whose expressions fail gets a job that says so, and is not sent.
 * @param core reads what is the node's own
 */
export async function jobsFromParameters(
	context: IExecuteFunctions,
	core: (index: number) => Promise<JobCore> | JobCore,
): Promise<NodeJob[]> {
	const jobs: NodeJob[] = [];
	for (const index of context.getInputData().keys()) {
		const identity = { index, label: `Item ${index}` };
		try {
			const own = await core(index);
			const common = commonParameters(context, index);
			const problems = [...(own.problems ?? []), ...(common.problems ?? [])];
			jobs.push({ ...identity, ...own, ...common, problems });
		} catch (error) {
			jobs.push({ ...identity, endpoint: 'generations', prompt: '?', ...unreadable(error) });
		}
	}
	return jobs;
}

/** The same as `commonParameters` for an item whose expressions may fail. */
export function commonParametersOrProblem(context: IExecuteFunctions, index: number): CommonParameters {
	try {
		return commonParameters(context, index);
	} catch (error) {
		return unreadable(error);
	}
}

/** What stands for the parameters of an item whose expressions fail. It is not sent. */
function unreadable(error: unknown): CommonParameters {
	const message = error instanceof Error ? error.message : String(error);
	return { model: 'unknown', n: 1, parameters: {}, problems: [{ field: 'parameters', message }] };
}

/** Reads a node's prompt. */
export function promptParameterOf(context: IExecuteFunctions, index: number): string {
	return textOf(context.getNodeParameter('prompt', index, ''));
}

/** What the parameters that all nodes have make of an item. */
export type CommonParameters = Omit<NodeJob, 'index' | 'label' | Exclude<keyof JobCore, 'problems'>>;

/**
 * Reads the parameters that all nodes have. Cells of spreadsheets are met half-way: empty ones mean the default,
 * numbers may be text, and `JPG`, ` High ` or `1536 × 864` are understood.
 */
export function commonParameters(context: IExecuteFunctions, index: number): CommonParameters {
	const options = context.getNodeParameter('options', index, {}) as Options;
	const { known, unknown, problem } = additionalParameters(options.additionalParameters);
	return {
		model: textOf(context.getNodeParameter('model', index, '', { extractValue: true })).trim(),
		n: numberOf(context.getNodeParameter('n', index, 1)) ?? 1,
		// The engine compares every value with what the model has; until then they are whatever the user gave.
		parameters: {
			...(withoutGaps({
				size: sizeOf(context, index),
				quality: choiceOf(context.getNodeParameter('quality', index, 'auto')),
				background: choiceOf(options.background),
				moderation: choiceOf(options.moderation),
				output_format: choiceOf(options.outputFormat)?.replace(/^\.?jpe?g$/, 'jpeg'),
				output_compression: numberOf(options.outputCompression),
				input_fidelity: choiceOf(options.inputFidelity),
				safety_identifier: textOf(options.safetyIdentifier),
				complexity: choiceOf(options.complexity),
				frame_count: numberOf(options.frameCount),
				frame_duration_ms: numberOf(options.frameDurationMs),
				partial_images: numberOf(options.partialImages) || undefined,
				svg: svgOf(options),
			}) as ImageParameters),
			...(known as ImageParameters),
		},
		...(Object.keys(unknown).length > 0 ? { additional: unknown } : {}),
		...(problem === undefined ? {} : { problems: [{ field: 'additionalParameters', message: problem }] }),
		...lastParameters(context, index),
	};
}

/** What is asked of the parameters once the images are there: what they cost, and how their files are called. */
export function lastParameters(
	context: IExecuteFunctions,
	index: number,
): Pick<CommonParameters, 'prices' | 'fileName'> {
	const output = context.getNodeParameter('output', index, {}) as { fileName?: unknown };
	const prices = userPrices(context.getNodeParameter('options', index, {}) as Options);
	return { ...(prices ? { prices } : {}), fileName: textOf(output.fileName) };
}

function sizeOf(context: IExecuteFunctions, index: number): string | undefined {
	const size = choiceOf(context.getNodeParameter('size', index, 'auto'))?.replace(/\s*[x×*]\s*/, 'x');
	if (size !== 'custom') return size;
	return `${textOf(context.getNodeParameter('width', index, ''))}x${textOf(context.getNodeParameter('height', index, ''))}`;
}

function svgOf({ svgModel, svgReasoningEffort }: Options): object | undefined {
	const model = textOf(svgModel);
	const effort = choiceOf(svgReasoningEffort);
	if (model === '') return undefined;
	return { model, ...(effort === undefined ? {} : { reasoning: { effort } }) };
}

/** All zero means free of charge; a price per image goes before prices of tokens. */
function userPrices({ prices }: Options): UserPrices | undefined {
	const values = prices?.values;
	if (!values) return undefined;
	const { perImage, textIn, imageIn, imageOut } = values;
	return perImage > 0 || (textIn === 0 && imageIn === 0 && imageOut === 0)
		? { perImage }
		: { textIn, imageIn, imageOut };
}

interface Additional {
	known: Record<string, unknown>;
	unknown: Record<string, unknown>;
	problem?: string;
}

function additionalParameters(value: unknown): Additional {
	const given = parseObject(value);
	if (typeof given === 'string') return { known: {}, unknown: {}, problem: given };
	const reserved = RESERVED.find((name) => name in given);
	const isKnown = (name: string) => (PARAMETER_NAMES as readonly string[]).includes(name);
	const entries = Object.entries(given);
	return {
		known: Object.fromEntries(entries.filter(([name]) => isKnown(name))),
		unknown: Object.fromEntries(entries.filter(([name]) => !isKnown(name))),
		...(reserved === undefined
			? {}
			: {
					problem: `"${reserved}" has a parameter of its own in this node, or is not possible here. Take it out.`,
				}),
	};
}

/** @returns what is wrong, where the value is no JSON object */
function parseObject(value: unknown): Record<string, unknown> | string {
	if (value === undefined || value === null || value === '') return {};
	let parsed: unknown = value;
	if (typeof value === 'string') {
		try {
			parsed = JSON.parse(value) as unknown;
		} catch (error) {
			return `This is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`;
		}
	}
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		return 'This must be a JSON object, such as {"user": "..."}.';
	}
	return parsed as Record<string, unknown>;
}

function withoutGaps(parameters: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''),
	);
}
