import { findConversationModel } from '../models/conversationModels';
import { stageOn } from '../models/lifecycle';
import type { ImageJob } from './job';
import type { Validation, ValidationContext } from './validation';

/** What is wrong with the conversation that a job belongs to. Any id may be a model that takes the image tool. */
export function conversationProblems(
	{ endpoint, conversation }: ImageJob,
	{ provider, today }: ValidationContext,
): Validation {
	if (endpoint !== 'responses') return { problems: [], warnings: [] };
	const name = conversation?.model.trim() ?? '';
	if (name === '') {
		const message = 'No conversation model is given. Choose one from the list, or give its ID.';
		return { problems: [{ field: 'conversationModel', message }], warnings: [] };
	}
	const model = findConversationModel(name);
	if (provider !== 'openai' || !model) return { problems: [], warnings: [] };
	const { shutdown, replacement = 'a newer model' } = model;
	const stage = stageOn(model, today);
	if (stage === 'retired') {
		const message = `OpenAI shut ${name} down on ${shutdown}. Use ${replacement} instead.`;
		return { problems: [{ field: 'conversationModel', message }], warnings: [] };
	}
	return {
		problems: [],
		warnings:
			stage === 'ending'
				? [`OpenAI shuts ${name} down on ${shutdown}. Change to ${replacement} before then.`]
				: [],
	};
}
