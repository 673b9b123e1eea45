import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { Provider } from '../../engine/jobs/job';

/** The name of the credential's type. */
export const CREDENTIAL = 'openAiImageApi';

/** The credential as its form has it. */
export interface OpenAiImageCredential {
	provider: Provider;
	/** Without a trailing slash. */
	baseUrl: string;
	apiKey: string;
	organizationId: string;
	projectId: string;
	headers: Array<{ name: string; value: string }>;
	/** As n8n decrypted it, for n8n to authenticate with. */
	decrypted: ICredentialDataDecryptedObject;
}

/** Reads what n8n stores; fields that were never filled in are empty. */
export function readCredential(data: ICredentialDataDecryptedObject): OpenAiImageCredential {
	const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
	const { headers } = (data.customHeaders ?? {}) as { headers?: Array<{ name?: unknown; value?: unknown }> };
	return {
		provider: (text(data.provider) || 'openai') as Provider,
		baseUrl: text(data.baseUrl).replace(/\/+$/, '') || 'https://api.openai.com/v1',
		apiKey: text(data.apiKey),
		organizationId: text(data.organizationId),
		projectId: text(data.projectId),
		headers: (headers ?? [])
			.map(({ name, value }) => ({ name: text(name), value: text(value) }))
			.filter(({ name }) => name !== ''),
		decrypted: data,
	};
}

/** The headers that carry a credential. Custom ones come last, so that a gateway's own authorization holds. */
export function authenticationHeaders(data: ICredentialDataDecryptedObject): Record<string, string> {
	const { provider, apiKey, organizationId, projectId, headers } = readCredential(data);
	return {
		...(provider === 'azure' ? { 'api-key': apiKey } : { Authorization: `Bearer ${apiKey}` }),
		...(organizationId ? { 'OpenAI-Organization': organizationId } : {}),
		...(projectId ? { 'OpenAI-Project': projectId } : {}),
		...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
	};
}
