import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { FileNames } from '../../engine/jobs/fileNames';
import { checkJob } from '../../engine/runner/check';
import { runJobs } from '../../engine/runner/run';
import { CREDENTIAL, readCredential } from './authentication';
import { throwOnFailure } from './errors';
import { countTokens, hintWarnings } from './hints';
import { estimateItem, itemsFrom } from './items';
import { jobsFromParameters, type JobCore } from './jobsFromParameters';
import { runPorts } from './runPorts';
import { runSettings } from './runSettings';

/**
 * What a node does whose items are a job each: parameters, jobs, run, items.
 * @param core reads what is the node's own of an item's parameters
 */
export async function runImageNode(
	context: IExecuteFunctions,
	core: (index: number) => Promise<JobCore> | JobCore,
): Promise<INodeExecutionData[][]> {
	const credential = readCredential(await context.getCredentials(CREDENTIAL));
	const { dryRun, ...given } = runSettings(context);
	// With On Error: Stop nothing is to be sent any more once an item has failed.
	const failFast = context.continueOnFail() ? 0 : 1;
	const settings = { ...given, failFast, provider: credential.provider };
	const jobs = await jobsFromParameters(context, core);

	if (dryRun) {
		const check = (job: (typeof jobs)[number]) => checkJob(job, settings, Date.now());
		return [jobs.map((job) => estimateItem(context, job, check(job), settings.imagesPerMinute))];
	}

	const outcomes = await runJobs(
		jobs,
		settings,
		await runPorts(context, credential, new FileNames(jobs, Date.now())),
	);
	countTokens(context, outcomes);
	hintWarnings(
		context,
		outcomes.flatMap(({ warnings, images }) => [...warnings, ...images.flatMap((image) => image.warnings)]),
	);
	if (!context.continueOnFail()) throwOnFailure(context, outcomes);
	return [outcomes.flatMap((outcome) => itemsFrom(context, outcome))];
}
