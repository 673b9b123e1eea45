import { estimateJob, mostOf } from '../costs/estimate';
import { ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import { validateJob, type Validation } from '../jobs/validation';
import { findModel } from '../models/find';
import { isoDate } from '../models/lifecycle';
import type { RunSettings } from './settings';

/** What is known of a job before anything is sent. */
export interface JobCheck {
	error?: ImageError;
	warnings: string[];
}

/** Validates a job and says, in one error, all that is wrong with it. @param now milliseconds since 1970 */
export function checkJob(
	job: ImageJob,
	settings: Pick<RunSettings, 'provider' | 'maxCost'>,
	now: number,
): JobCheck {
	const { problems, warnings } = validateJob(job, { provider: settings.provider, today: isoDate(now) });
	if (problems.length > 0) return { error: validationError(job, problems), warnings };
	const estimate = estimateJob(job, findModel(job.model));
	if (settings.maxCost > 0 && mostOf(estimate) === null) {
		return { error: unknownPrice(job, estimate ? 'conversation' : 'image'), warnings };
	}
	return { warnings };
}

function unknownPrice(job: ImageJob, which: 'image' | 'conversation'): ImageError {
	const [param, name, advice] =
		which === 'image'
			? ['model', job.model, 'Give a price per image in the options']
			: ['conversationModel', job.conversation?.model, "Give the conversation's prices in the options"];
	return new ImageError({
		kind: 'validation',
		code: 'unknown_price',
		param,
		message:
			`${job.label}: no price is known for ${name}, so a cost limit cannot be kept. ` +
			`${advice}, or take the limit away.`,
	});
}

function validationError(job: ImageJob, problems: Validation['problems']): ImageError {
	return new ImageError({
		kind: 'validation',
		code: 'invalid_value',
		type: 'validation_error',
		param: problems[0]?.field ?? null,
		message: `${job.label}: ${problems.map(({ field, message }) => `${field}: ${message}`).join(' ')}`,
	});
}
