import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	Icon,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { authenticationHeaders } from '../nodes/shared/authentication';

export class OpenAiImageApi implements ICredentialType {
	name = 'openAiImageApi';

	displayName = 'OpenAI Image API';

	icon: Icon = { light: 'file:../icons/openAiImage.svg', dark: 'file:../icons/openAiImage.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-openai-image/n8n-nodes-openai-image#the-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Provider',
			name: 'provider',
			type: 'options',
			default: 'openai',
			description: 'Who answers. Decides which models are accepted.',
			options: [
				{
					name: 'OpenAI',
					value: 'openai',
					description:
						'OpenAI itself, or a gateway in front of it. Models that OpenAI has shut down are refused.',
				},
				{
					name: 'Azure OpenAI',
					value: 'azure',
					description: "The model is the name of a deployment, and the key goes into the header 'api-key'",
				},
				{
					name: 'OpenAI-Compatible Server',
					value: 'compatible',
					description: 'Any other server with this API. Models that OpenAI has shut down may live on there.',
				},
			],
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "From OpenAI's platform, under API keys",
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.openai.com/v1',
			required: true,
			description: 'Up to and including the version, as in https://api.openai.com/v1',
			hint: 'Azure: https://RESOURCE.openai.azure.com/openai/v1',
		},
		{
			displayName: 'Organization ID',
			name: 'organizationId',
			type: 'string',
			default: '',
			placeholder: 'org-...',
			description: 'Only for users who belong to several organizations',
			displayOptions: { show: { provider: ['openai'] } },
		},
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			default: '',
			placeholder: 'proj_...',
			description: 'Only for keys that are not bound to a project',
			displayOptions: { show: { provider: ['openai'] } },
		},
		{
			displayName: 'Custom Headers',
			name: 'customHeaders',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			default: {},
			placeholder: 'Add Header',
			description: 'Sent with every request, for example for a gateway',
			options: [
				{
					displayName: 'Headers',
					name: 'headers',
					values: [
						{ displayName: 'Name', name: 'name', type: 'string', default: '' },
						{
							displayName: 'Value',
							name: 'value',
							type: 'string',
							typeOptions: { password: true },
							default: '',
						},
					],
				},
			],
		},
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => ({
		...requestOptions,
		headers: { ...requestOptions.headers, ...authenticationHeaders(credentials) },
	});

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}',
			url: '/models',
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'The API key was refused. Check the key, organization and project.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message: 'The API key is valid but may not list models. Check its permissions.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'The server has no list of models at this base URL. Does it end with /v1?',
				},
			},
		],
	};
}
