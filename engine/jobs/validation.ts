import { findModel } from '../models/find';
import { RETIRED_ENDPOINTS, stageOn } from '../models/lifecycle';
import type { ImageModel, ParameterRule } from '../models/model';
import { allowsSize, describeSizes, nearestSize, parseSize } from '../models/sizes';
import {
	formatOf,
	operationOf,
	PARAMETER_NAMES,
	type ImageJob,
	type ParameterName,
	type Provider,
} from './job';
import { conversationProblems } from './conversationValidation';
import { sourceProblems } from './sourceValidation';

/** One thing that is wrong with a job: a sentence that says what was given, what is allowed and what to do. */
export interface Problem {
	/** The API's name of the field, or that of the source it was read from. */
	field: string;
	message: string;
}

export interface ValidationContext {
	provider: Provider;
	/** ISO date. */
	today: string;
}

export interface Validation {
	problems: Problem[];
	/** Worth knowing, but no obstacle. */
	warnings: string[];
}

/** Most images of one job; more than any account makes in a day. */
const MAX_IMAGES = 1000;

/** Whether a job may be for so many images. */
export function isPossibleCount(n: number): boolean {
	return Number.isInteger(n) && n >= 1 && n <= MAX_IMAGES;
}

/** Compares a job with what its model has. A model that the catalogue does not know is let through. */
export function validateJob(job: ImageJob, { provider, today }: ValidationContext): Validation {
	const model = provider === 'azure' ? undefined : findModel(job.model);
	const problems: Problem[] = [...(job.problems ?? [])];
	if (job.model.trim() === '')
		problems.push({
			field: 'model',
			message: 'No model is given. Choose one from the list, or give its ID.',
		});
	if (job.prompt.trim() === '' && job.endpoint !== 'variations')
		problems.push({ field: 'prompt', message: 'The prompt is empty. Describe the image to make.' });
	if (!isPossibleCount(job.n)) {
		problems.push({
			field: 'n',
			message: `The number of images is ${given(job.n)}. Allowed: a whole number from 1 to ${MAX_IMAGES}.`,
		});
	}
	problems.push(...sourceProblems(job, model));
	const talk = conversationProblems(job, { provider, today });
	problems.push(...talk.problems);
	const instead = RETIRED_ENDPOINTS[job.endpoint];
	if (provider === 'openai' && instead !== undefined) {
		problems.push({
			field: 'endpoint',
			message: `OpenAI has retired the endpoint ${job.endpoint}. Use ${instead}.`,
		});
	}
	if (!model) return { problems, warnings: talk.warnings };

	const stage = stageOn(model, today);
	if (stage === 'retired' && provider === 'openai') {
		const advice = `Use ${model.replacement ?? 'a newer model'} instead.`;
		// What else the old model would object to is of no interest.
		return {
			problems: [
				{ field: 'model', message: `OpenAI shut ${job.model} down on ${model.shutdown}. ${advice}` },
			],
			warnings: [],
		};
	}
	if (!model.endpoints.includes(job.endpoint)) {
		problems.push({ field: 'model', message: `${job.model} has no ${job.endpoint}. Choose another model.` });
	}
	if (job.prompt.length > model.maxPromptLength) {
		problems.push({
			field: 'prompt',
			message:
				`The prompt has ${count(job.prompt.length)} characters. Allowed with ${job.model}: ` +
				`${count(model.maxPromptLength)}. Shorten it.`,
		});
	}
	for (const name of PARAMETER_NAMES) {
		const message = problemWith(name, job, model);
		if (message !== undefined) problems.push({ field: name, message });
	}
	const warnings =
		stage === 'ending' && provider === 'openai'
			? [`OpenAI shuts ${job.model} down on ${model.shutdown}. Change to ${model.replacement} before then.`]
			: [];
	return { problems, warnings: [...warnings, ...talk.warnings] };
}

function problemWith(name: ParameterName, job: ImageJob, model: ImageModel): string | undefined {
	const value = job.parameters[name];
	if (value === undefined) return undefined;
	if (name === 'size') return sizeProblem(String(value), job.model, model);
	const rule = model.parameters[name];
	const operation = operationOf(job);
	if (!rule || !(rule.endpoints ?? model.endpoints).includes(operation))
		return `${job.model} does not have this parameter for ${operation} (given: ${given(value)}). Leave it out.`;
	return valueProblem(value, rule, job) ?? formatProblem(value, rule, job);
}

function sizeProblem(size: string, name: string, model: ImageModel): string | undefined {
	if (allowsSize(model, size)) return undefined;
	const asked = parseSize(size);
	const advice = asked ? ` The nearest is ${nearestSize(model, asked)}.` : '';
	return `${given(size)} is not a size of ${name}. Allowed: ${describeSizes(model)}.${advice}`;
}

function valueProblem(value: unknown, rule: ParameterRule, job: ImageJob): string | undefined {
	const { oneOf, integer, maxLength, endpointsOfValue } = rule;
	const operation = operationOf(job);
	const possible = oneOf?.filter((one) => endpointsOfValue?.[one]?.includes(operation) ?? true);
	if (possible && !possible.includes(String(value))) {
		return `${given(value)} is not possible with ${job.model} for ${operation}. Allowed: ${possible.join(', ')}.`;
	}
	if (integer && !(Number.isInteger(value) && Number(value) >= integer.min && Number(value) <= integer.max)) {
		return `${given(value)} is not possible. Allowed: a whole number from ${count(integer.min)} to ${count(integer.max)}.`;
	}
	if (maxLength !== undefined && String(value).length > maxLength) {
		return `${count(String(value).length)} characters are given. Allowed: ${count(maxLength)}.`;
	}
	return undefined;
}

function formatProblem(value: unknown, rule: ParameterRule, job: ImageJob): string | undefined {
	const formats = rule.formatsOfValue?.[String(value)] ?? rule.formats;
	const format = formatOf(job);
	if (!formats || formats.includes(format)) return undefined;
	return (
		`${given(value)} does not go with the output format ${format}. ` +
		`Set the output format to ${formats.join(' or ')}, or leave this parameter out.`
	);
}

function given(value: unknown): string {
	return JSON.stringify(value) ?? 'nothing';
}

function count(value: number): string {
	return value.toLocaleString('en-US');
}
