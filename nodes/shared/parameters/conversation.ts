import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_CONVERSATION_MODEL } from '../../../engine/models/conversationModels';

const onResponses = { show: { api: ['responses'] } };

/** Whether a node talks to the Images API or to a model that draws, and with which. */
export const conversationParameters: INodeProperties[] = [
	{
		displayName: 'API',
		name: 'api',
		type: 'options',
		default: 'images',
		description: "Through which of OpenAI's APIs the image is made",
		options: [
			{ name: 'Images', value: 'images', description: 'Straight to the image model: the cheapest way' },
			{
				name: 'Responses (Conversation)',
				value: 'responses',
				description:
					'Through a chat model that knows what was said and drawn before, and words the prompt anew',
			},
		],
	},
	{
		displayName: 'Conversation Model',
		name: 'conversationModel',
		type: 'resourceLocator',
		default: {
			mode: 'list',
			value: DEFAULT_CONVERSATION_MODEL,
			cachedResultName: DEFAULT_CONVERSATION_MODEL,
		},
		required: true,
		description: 'The chat model that leads the conversation. Its tokens are paid beside those of the image.',
		displayOptions: onResponses,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a model...',
				typeOptions: { searchListMethod: 'searchConversationModels', searchable: true },
			},
			{
				displayName: 'ID',
				name: 'id',
				type: 'string',
				placeholder: `e.g. ${DEFAULT_CONVERSATION_MODEL}`,
				hint: 'Any model that takes the image tool',
			},
		],
	},
	{
		displayName: 'Previous Response ID',
		name: 'previousResponseId',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.response_id }}',
		description:
			'The response that this one follows: the response_id of an earlier item. Empty to begin a conversation.',
		displayOptions: onResponses,
	},
];
