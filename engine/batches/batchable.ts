import type { ImageJob, Provider } from '../jobs/job';
import { MODELS } from '../models/catalogue';
import { findModel } from '../models/find';

/** What keeps a job from being sent through the Batch API, beside what is wrong with it anyhow. */
export function batchProblems(
	job: Pick<ImageJob, 'model' | 'parameters'>,
	provider: Provider,
): NonNullable<ImageJob['problems']> {
	const model = findModel(job.model);
	return [
		// Elsewhere the server decides.
		...(provider === 'openai' && model && model.prices.batchShare === undefined
			? [
					{
						field: 'model',
						message:
							`OpenAI's Batch API does not take ${model.id}. ` +
							`Use ${takenModels().join(', ')}, or the operation Run.`,
					},
				]
			: []),
		...(job.parameters.partial_images
			? [
					{
						field: 'partial_images',
						message: 'The Batch API has no partial images. Leave it out, or use the operation Run.',
					},
				]
			: []),
	];
}

/** Those to be recommended. */
function takenModels(): string[] {
	return MODELS.filter(({ prices, shutdown }) => prices.batchShare !== undefined && !shutdown).map(
		({ id }) => id,
	);
}
