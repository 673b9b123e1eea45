import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { DEFAULT_MODEL } from '../../engine/models/catalogue';
import { checkJob, runJobs } from '../../engine/runner/run';
import { CREDENTIAL, readCredential } from '../shared/authentication';
import { throwOnFailure } from '../shared/errors';
import { countTokens, hintWarnings } from '../shared/hints';
import { estimateItem, itemsFrom } from '../shared/items';
import { jobsFromParameters } from '../shared/jobsFromParameters';
import { searchModels } from '../shared/modelPicker';
import { executionParameter } from '../shared/parameters/execution';
import {
	countParameter,
	modelParameter,
	promptParameter,
	qualityParameter,
	sizeParameters,
} from '../shared/parameters/image';
import { optionsParameter } from '../shared/parameters/options';
import { outputParameter } from '../shared/parameters/output';
import { runPorts } from '../shared/runPorts';
import { runSettings } from '../shared/runSettings';

export class OpenAiImageGenerate implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Image Generate',
		name: 'openAiImageGenerate',
		icon: { light: 'file:../../icons/openAiImage.svg', dark: 'file:../../icons/openAiImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["model"]?.value || $parameter["model"] || "${DEFAULT_MODEL}" }}`,
		description: 'Generate images from prompts with OpenAI, several at a time, with the cost of each',
		defaults: { name: 'OpenAI Image Generate' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			modelParameter,
			promptParameter,
			...sizeParameters,
			qualityParameter,
			countParameter,
			optionsParameter,
			executionParameter,
			outputParameter,
		],
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const credential = readCredential(await this.getCredentials(CREDENTIAL));
		const { dryRun, ...settings } = { ...runSettings(this), provider: credential.provider };
		const jobs = jobsFromParameters(this);

		if (dryRun) {
			const check = (job: (typeof jobs)[number]) => checkJob(job, settings, Date.now());
			return [jobs.map((job) => estimateItem(this, job, check(job), settings.imagesPerMinute))];
		}

		const outcomes = await runJobs(jobs, settings, runPorts(this, credential, jobs));
		countTokens(this, outcomes);
		hintWarnings(
			this,
			outcomes.flatMap(({ warnings }) => warnings),
		);
		if (!this.continueOnFail()) throwOnFailure(this, outcomes);
		return [outcomes.flatMap((outcome) => itemsFrom(this, outcome))];
	}
}
