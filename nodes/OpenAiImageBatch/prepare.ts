import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { validateJob } from '../../engine/jobs/validation';
import { isoDate } from '../../engine/models/lifecycle';
import { describeProblems } from '../../engine/sources/describeProblems';
import type { SourceProblem } from '../../engine/sources/description';
import { CONFIGURATION_DEFAULTS } from '../../engine/sources/settings';
import { CREDENTIAL, readCredential, type OpenAiImageCredential } from '../shared/authentication';
import { runSettings, type NodeRunSettings } from '../shared/runSettings';
import { batchJobs, type BatchJob } from './jobs';
import { readSource, type BatchSource } from './sources';

/** A batch that may be run. */
export interface PreparedBatch {
	credential: OpenAiImageCredential;
	jobs: BatchJob[];
	settings: NodeRunSettings & { provider: OpenAiImageCredential['provider'] };
	warnings: string[];
}

/**
 * Reads a batch and how it is to go.
 * @param adapt makes a job what the operation needs
 * @throws NodeOperationError with all that is wrong with a configuration or a prompt list, before anything is sent. Of
 * input items each is a job of its own: what is wrong with one is its own outcome.
 */
export async function prepareBatch(
	context: IExecuteFunctions,
	adapt: (job: BatchJob, provider: OpenAiImageCredential['provider']) => BatchJob = (job) => job,
): Promise<PreparedBatch> {
	const credential = readCredential(await context.getCredentials(CREDENTIAL));
	const source = await readSource(context);
	const settings = { ...settingsFor(context, source), provider: credential.provider };
	const jobs = (await batchJobs(context, source)).map((job) => adapt(job, credential.provider));
	const problems = [...source.problems];
	const isOnePiece = context.getNodeParameter('source', 0, 'items') !== 'items';
	if (isOnePiece) {
		const today = isoDate(Date.now());
		for (const job of jobs) {
			const found = validateJob(job, { provider: credential.provider, today }).problems;
			problems.push(
				...found.map(({ field, message }) => ({ path: `${job.label}.${field}`, field, message })),
			);
		}
	}
	if (problems.length > 0) throw refusal(context, problems);
	return { credential, jobs, settings, warnings: source.warnings };
}

function refusal(context: IExecuteFunctions, problems: readonly SourceProblem[]): NodeOperationError {
	const message = `Nothing was sent. ${describeProblems(problems)}`;
	const error = new NodeOperationError(context.getNode(), message);
	// n8n rewrites messages in which it thinks to see an error code of Node's.
	error.message = message;
	return error;
}

/**
 * What a configuration says goes before the node's settings; where neither says anything, a configuration has defaults of
 * its own. Its retries may pay twice, so they hold only where it has a policy.
 */
function settingsFor(context: IExecuteFunctions, { configuration }: BatchSource): NodeRunSettings {
	if (!configuration) return runSettings(context);
	const { maxConcurrent, timeoutMs, retryPolicy } = configuration;
	const { retryPolicy: usual } = CONFIGURATION_DEFAULTS;
	const given = runSettings(context, {
		concurrency: CONFIGURATION_DEFAULTS.maxConcurrent,
		timeoutMs: CONFIGURATION_DEFAULTS.timeoutMs,
		retryDelayMs: usual.retryDelayMs,
		...(retryPolicy ? { maxRetries: usual.maxRetries, retryOn: usual.retryOn } : {}),
	});
	return {
		...given,
		...(maxConcurrent === undefined ? {} : { concurrency: maxConcurrent }),
		...(timeoutMs === undefined ? {} : { timeoutMs }),
		...retryPolicy,
	};
}
