import { MOST_JOBS, type JobDescription, type SourceReading } from './description';
import { Fields } from './fields';
import { Findings } from './findings';
import { readJob } from './jobFields';
import { parseJson } from './jsonText';
import { nearestName } from './nearestName';
import { cleanFolderPath } from './paths';
import { readRetryPolicy, readRunSettings, type RetrySettings } from './settings';
import { counted, quoted, shown } from './shown';
import { fieldPath, warnOfUnknownFields } from './unknownFields';

/** A batch in one piece: its jobs, and how they are to be run. What is left out was not given. */
export interface Configuration extends SourceReading {
	/** Folders below the output's own, cleaned as a job's path is. */
	outputDir?: string;
	/** Requests in flight at the most, 1 to 32. */
	maxConcurrent?: number;
	/** For the whole run, milliseconds, 1000 to 3600000. */
	timeoutMs?: number;
	/** What the configuration's `retry_policy` says, which may be nothing. */
	retryPolicy?: Partial<RetrySettings>;
}

const EXAMPLE = '{"jobs": [{"prompt": "A red fox asleep in fresh snow"}]}';

/**
 * Reads a configuration: JSON text or what it stands for, an object with `jobs`, or a list of jobs. A job may be its
 * prompt alone. Everything that is wrong is found at once; nothing is thrown, whatever is given.
 */
export function readConfiguration(given: unknown): Configuration {
	const findings = new Findings();
	const object = configurationObject(given, findings);
	if (!object) return { jobs: [], problems: findings.problems, warnings: [] };
	const fields = fieldsOf(object, '', findings);
	warnOfUnknownFields(object, 'configuration', '', findings);
	const outputDir = outputDirOf(fields);
	const retryPolicy = retryPolicyOf(fields, findings);
	return {
		jobs: jobsOf(fields, findings),
		...(outputDir === undefined ? {} : { outputDir }),
		...readRunSettings(fields),
		...(retryPolicy ? { retryPolicy } : {}),
		problems: findings.problems,
		warnings: findings.warnings,
	};
}

function configurationObject(source: unknown, findings: Findings): Record<string, unknown> | undefined {
	let value = source;
	if (typeof value === 'string' && value.trim() !== '') {
		const parsed = parseJson(value);
		if ('problem' in parsed) {
			findings.problem(parsed.problem.path, parsed.problem.message);
			return undefined;
		}
		value = parsed.value;
	}
	if (Array.isArray(value)) return { jobs: value };
	if (isObject(value)) return value;
	findings.problem('configuration', `${shown(value)} is not possible. Give an object with jobs: ${EXAMPLE}`);
	return undefined;
}

function jobsOf(fields: Fields, findings: Findings): JobDescription[] {
	const given = fields.value('jobs');
	if (given === undefined) {
		fields.missing('jobs', `There are no jobs. Give a list of them: ${EXAMPLE}`);
		return [];
	}
	if (!Array.isArray(given)) {
		fields.refuse('jobs', `a list of jobs: ${EXAMPLE}`);
		return [];
	}
	if (given.length === 0) fields.problem('jobs', 'The list is empty. Give at least one job.');
	if (given.length > MOST_JOBS) {
		const message = `${counted(given.length)} jobs are given. Allowed: ${counted(MOST_JOBS)}. Split them into several batches.`;
		fields.problem('jobs', message);
		return [];
	}
	return Array.from(given, (job: unknown, place) => jobOf(job, `jobs[${place}]`, findings)).filter(
		(job) => job !== undefined,
	);
}

/** @returns `undefined` where it has problems */
function jobOf(given: unknown, label: string, findings: Findings): JobDescription | undefined {
	const before = findings.problems.length;
	const object = typeof given === 'string' ? { prompt: given } : given;
	if (!isObject(object)) {
		const allowed = 'an object with a prompt, or the prompt alone';
		findings.problem(label, `${shown(given)} is not possible. Allowed: ${allowed}.`);
		return undefined;
	}
	warnOfUnknownFields(object, 'job', label, findings);
	const job = readJob(fieldsOf(object, label, findings), label);
	return findings.problems.length === before ? job : undefined;
}

function outputDirOf(fields: Fields): string | undefined {
	const text = fields.text('output_dir');
	if (text === undefined) return undefined;
	const clean = cleanFolderPath(text);
	if ('path' in clean) return clean.path === '' ? undefined : clean.path;
	const allowed = 'folders below the output folder, such as autumn/foxes';
	return fields.refuse('output_dir', allowed, ` This one ${clean.refusal}.`);
}

function retryPolicyOf(fields: Fields, findings: Findings): Partial<RetrySettings> | undefined {
	const policy = fields.value('retry_policy');
	if (policy === undefined) return undefined;
	if (!isObject(policy)) return fields.refuse('retry_policy', 'an object, such as {"max_retries": 2}');
	warnOfUnknownFields(policy, 'retry_policy', 'retry_policy', findings);
	return readRetryPolicy(fieldsOf(policy, 'retry_policy', findings));
}

function fieldsOf(object: Readonly<Record<string, unknown>>, path: string, findings: Findings): Fields {
	const source = {
		value: (name: string) => (Object.hasOwn(object, name) ? object[name] : undefined),
		path: (name: string) => fieldPath(path, name),
		hint: (name: string) => {
			const near = Object.hasOwn(object, name) ? undefined : nearestName(name, Object.keys(object));
			return near === undefined ? '' : ` Is ${quoted(near)} meant to be it? Then call it ${name}.`;
		},
	};
	return new Fields(source, findings);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
