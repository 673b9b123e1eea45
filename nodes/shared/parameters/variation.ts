import type { INodeProperties } from 'n8n-workflow';
import type { Strength } from '../../../engine/jobs/variationPrompt';

const onEdits = { show: { endpoint: ['edits'] } };

/** How a variation is made, and how far it goes. */
export const variationParameters: INodeProperties[] = [
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'options',
		default: 'edits',
		description:
			'OpenAI has retired its endpoint for variations; a variation is an edit with a prompt of its own there',
		options: [
			{ name: 'Edits', value: 'edits', description: 'An edit with a prompt that says what may change' },
			{
				name: 'Variations',
				value: 'variations',
				description:
					'The old endpoint, for OpenAI-compatible servers that still have it. Takes one square PNG under 4 MB.',
			},
		],
	},
	{
		displayName: 'Strength',
		name: 'strength',
		type: 'options',
		default: 'moderate',
		description: 'How far the variation may go from the original',
		options: [
			{ name: 'Subtle', value: 'subtle', description: 'Small details only' },
			{ name: 'Moderate', value: 'moderate', description: 'Another composition, viewpoint and light' },
			{ name: 'Strong', value: 'strong', description: 'Everything but the subject' },
		] satisfies Array<{ name: string; value: Strength; description: string }>,
		displayOptions: onEdits,
	},
	{
		displayName: 'Guidance',
		name: 'guidance',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Keep the logo as it is. Try autumn colours.',
		description: 'What else to say of the variation. It is added to the prompt.',
		displayOptions: onEdits,
	},
];
