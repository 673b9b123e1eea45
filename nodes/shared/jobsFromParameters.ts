import type { IExecuteFunctions } from 'n8n-workflow';
import type { UserPrices } from '../../engine/costs/price';
import type { NamedJob } from '../../engine/jobs/fileNames';
import { PARAMETER_NAMES, type ImageJob, type ImageParameters } from '../../engine/jobs/job';

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
	prices?: { values?: Required<UserPrices> };
	safetyIdentifier?: unknown;
	svgModel?: unknown;
	svgReasoningEffort?: unknown;
}

/** A job with what its output settings say of its files. */
export type NodeJob = ImageJob & NamedJob;

/** Fields of the API's request that have parameters of their own. */
const RESERVED = ['model', 'prompt', 'n', 'stream', 'partial_images', 'image', 'images', 'mask', 'markup'];

/** What a node's own parameters make of an item, beside the common ones. */
export type JobCore = Pick<ImageJob, 'endpoint' | 'prompt' | 'images' | 'mask' | 'markup' | 'problems'>;

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
			const message = error instanceof Error ? error.message : String(error);
			jobs.push({
				...identity,
				endpoint: 'generations',
				model: 'unknown',
				prompt: '?',
				n: 1,
				parameters: {},
				problems: [{ field: 'parameters', message }],
			});
		}
	}
	return jobs;
}

/** Reads a node's prompt. */
export function promptParameterOf(context: IExecuteFunctions, index: number): string {
	return text(context.getNodeParameter('prompt', index, ''));
}

/**
 * Reads the parameters that all nodes have. Cells of spreadsheets are met half-way: empty ones mean the default,
 * numbers may be text, and `JPG`, ` High ` or `1536 × 864` are understood.
 */
function commonParameters(
	context: IExecuteFunctions,
	index: number,
): Omit<NodeJob, 'index' | 'label' | Exclude<keyof JobCore, 'problems'>> {
	const options = context.getNodeParameter('options', index, {}) as Options;
	const output = context.getNodeParameter('output', index, {}) as { fileName?: unknown };
	const { known, unknown, problem } = additionalParameters(options.additionalParameters);
	const prices = userPrices(options);
	return {
		model: text(context.getNodeParameter('model', index, '', { extractValue: true })).trim(),
		n: number(context.getNodeParameter('n', index, 1)) ?? 1,
		// The engine compares every value with what the model has; until then they are whatever the user gave.
		parameters: {
			...(withoutGaps({
				size: sizeOf(context, index),
				quality: choice(context.getNodeParameter('quality', index, 'auto')),
				background: choice(options.background),
				moderation: choice(options.moderation),
				output_format: choice(options.outputFormat)?.replace(/^\.?jpe?g$/, 'jpeg'),
				output_compression: number(options.outputCompression),
				input_fidelity: choice(options.inputFidelity),
				safety_identifier: text(options.safetyIdentifier),
				complexity: choice(options.complexity),
				frame_count: number(options.frameCount),
				frame_duration_ms: number(options.frameDurationMs),
				svg: svgOf(options),
			}) as ImageParameters),
			...(known as ImageParameters),
		},
		...(Object.keys(unknown).length > 0 ? { additional: unknown } : {}),
		...(prices ? { prices } : {}),
		...(problem === undefined ? {} : { problems: [{ field: 'additionalParameters', message: problem }] }),
		fileName: text(output.fileName),
	};
}

function sizeOf(context: IExecuteFunctions, index: number): string | undefined {
	const size = choice(context.getNodeParameter('size', index, 'auto'))?.replace(/\s*[x×*]\s*/, 'x');
	if (size !== 'custom') return size;
	return `${text(context.getNodeParameter('width', index, ''))}x${text(context.getNodeParameter('height', index, ''))}`;
}

function svgOf({ svgModel, svgReasoningEffort }: Options): object | undefined {
	const model = text(svgModel);
	const effort = choice(svgReasoningEffort);
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

function text(value: unknown): string {
	return value === undefined || value === null
		? ''
		: typeof value === 'object'
			? JSON.stringify(value)
			: String(value);
}

/** One word out of a list, however it is written. `auto` is the API's default, and not every server knows the word. */
function choice(value: unknown): string | undefined {
	const word = text(value).trim().toLowerCase();
	return word === '' || word === 'auto' ? undefined : word;
}

/** A number, also as text; what is no number stays as it was given, for the validation to name. */
function number(value: unknown): number | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === ''))
		return undefined;
	const read = Number(value);
	return Number.isNaN(read) ? (value as number) : read;
}
