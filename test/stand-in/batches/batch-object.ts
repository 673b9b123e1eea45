import type { Batch, BatchError, BatchRequestCounts, BatchUsage } from 'openai/resources/batches';
import { seconds } from '../clock';
import type { Usage } from '../prices';
import type { BatchRequest } from './create-request';
import { dayMs } from './timeline';
import type { Passage, Stage } from './timeline';

/** What a batch's object is made of. Times are milliseconds since 1970. */
export interface BatchFacts {
	id: string;
	request: BatchRequest;
	createdAt: number;
	stage: Stage;
	errors: BatchError[];
	model: string | null;
	counts: BatchRequestCounts;
	outputFileId: string | null;
	errorFileId: string | null;
	usage: BatchUsage | null;
}

/** The SDK's types leave out what the API gives as null. */
type WithNulls<Whole> = { [Name in keyof Required<Whole>]: Whole[Name] | null };

/** A batch as the API gives it. */
export function batchObject(facts: BatchFacts): Batch {
	const { id, request, createdAt, stage, errors, counts } = facts;
	const at = (name: Passage) => {
		const time = stage.times[name];
		return time === undefined ? null : seconds(time);
	};
	const whole: WithNulls<Batch> = {
		id,
		object: 'batch',
		endpoint: request.endpoint,
		model: facts.model,
		errors: errors.length > 0 ? { object: 'list', data: errors } : null,
		input_file_id: request.inputFile.id,
		completion_window: request.completionWindow,
		status: stage.state,
		output_file_id: facts.outputFileId,
		error_file_id: facts.errorFileId,
		created_at: seconds(createdAt),
		in_progress_at: at('in_progress_at'),
		expires_at: seconds(createdAt + dayMs),
		finalizing_at: at('finalizing_at'),
		completed_at: at('completed_at'),
		failed_at: at('failed_at'),
		expired_at: at('expired_at'),
		cancelling_at: at('cancelling_at'),
		cancelled_at: at('cancelled_at'),
		request_counts: counts,
		usage: facts.usage,
		metadata: request.metadata,
	};
	return whole as Batch;
}

/** The tokens of all requests that came to something. */
export function totalUsage(usages: Usage[]): BatchUsage {
	const sum = (pick: (usage: Usage) => number) => usages.reduce((total, usage) => total + pick(usage), 0);
	return {
		input_tokens: sum(({ input_tokens }) => input_tokens),
		input_tokens_details: { cached_tokens: 0 },
		output_tokens: sum(({ output_tokens }) => output_tokens),
		output_tokens_details: { reasoning_tokens: 0 },
		total_tokens: sum(({ total_tokens }) => total_tokens),
	};
}
