import type { IExecuteFunctions } from 'n8n-workflow';
import type { TextPrices } from '../../engine/models/model';
import type { Conversation } from '../../engine/jobs/job';
import type { JobCore } from './jobsFromParameters';
import { textOf } from './cells';

const APIS = ['images', 'responses'];

/** Sends an item's job through the API that its parameters name. */
export function throughApi(context: IExecuteFunctions, index: number, core: JobCore): JobCore {
	const parameter = (name: string) => textOf(context.getNodeParameter(name, index, '')).trim();
	const api = parameter('api').toLowerCase() || 'images';
	const fromConversation = parameter('imageSource') === 'response';
	const problems = [...(core.problems ?? [])];
	if (!APIS.includes(api))
		problems.push({ field: 'api', message: `"${api}" is not possible. Allowed: ${APIS.join(', ')}.` });
	if (api !== 'responses') {
		if (fromConversation)
			problems.push({
				field: 'imageSource',
				message: 'An earlier response is a source for the Responses API only. Set API to Responses.',
			});
		return { ...core, problems };
	}
	const previousResponseId = parameter('previousResponseId');
	const imageCallId = fromConversation ? parameter('imageCallId') : '';
	const prices = conversationPrices(context, index);
	const conversation: Conversation = {
		model: textOf(context.getNodeParameter('conversationModel', index, '', { extractValue: true })).trim(),
		// Generate goes on from what was drawn before only where the model finds that this is meant.
		action: core.endpoint === 'edits' ? 'edit' : previousResponseId === '' ? 'generate' : 'auto',
		...(previousResponseId === '' ? {} : { previousResponseId }),
		...(imageCallId === '' ? {} : { imageCallId }),
		...(prices ? { prices } : {}),
	};
	return { ...core, endpoint: 'responses', conversation, problems };
}

function conversationPrices(context: IExecuteFunctions, index: number): TextPrices | undefined {
	const options = context.getNodeParameter('options', index, {}) as {
		conversationPrices?: { values?: { textIn: number; textOut: number } };
	};
	return options.conversationPrices?.values;
}
