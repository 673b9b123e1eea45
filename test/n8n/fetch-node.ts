/** A node and a credential for the harness's own tests: small, but with everything the harness promises. */
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type {
	ICredentialType,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes } from 'n8n-workflow';

export const fetchApi: ICredentialType = {
	name: 'fetchApi',
	displayName: 'Fetch API',
	properties: [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{ displayName: 'Key', name: 'key', type: 'string', default: '' },
		{ displayName: 'Kind', name: 'kind', type: 'string', default: 'plain' },
		{
			displayName: 'Tenant',
			name: 'tenant',
			type: 'string',
			default: '',
			displayOptions: { show: { kind: ['tenant'] } },
		},
	],
	authenticate: { type: 'generic', properties: { headers: { 'x-key': '={{$credentials.key}}' } } },
	test: {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/test' },
		rules: [{ type: 'responseCode', properties: { value: 401, message: 'The key is wrong' } }],
	},
};

export class Fetch implements INodeType {
	/** How often a waiting node was told of the cancellation. */
	static cancellations = 0;

	description: INodeTypeDescription = {
		displayName: 'Fetch',
		name: 'fetch',
		group: ['input'],
		version: 1,
		description: 'Fetches a path',
		defaults: { name: 'Fetch' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fetchApi', required: true }],
		properties: [
			{ displayName: 'Path', name: 'path', type: 'string', default: '' },
			{ displayName: 'Upload', name: 'upload', type: 'string', default: '' },
			{
				displayName: 'Upload Name',
				name: 'uploadName',
				type: 'string',
				default: '',
				displayOptions: { hide: { upload: [''] } },
			},
			{ displayName: 'Echo', name: 'echo', type: 'boolean', default: false },
			{ displayName: 'Wait', name: 'wait', type: 'boolean', default: false },
		],
	};

	methods = {
		listSearch: {
			async searchPaths(this: ILoadOptionsFunctions, filter?: string) {
				const { baseUrl } = await this.getCredentials('fetchApi');
				const url = `${baseUrl}/paths`;
				const body = await this.helpers.httpRequestWithAuthentication.call(this, 'fetchApi', { url });
				return { results: [{ name: String(body), value: String(filter) }] };
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.getNodeParameter('wait', 0)) {
			await new Promise<void>((resolve) => this.onExecutionCancellation(resolve));
			Fetch.cancellations += 1;
			return [[]];
		}
		const output: INodeExecutionData[] = [];
		for (const [index] of this.getInputData().entries()) {
			if (this.getExecutionCancelSignal()?.aborted) break;
			try {
				output.push(await fetchItem.call(this, index));
			} catch (error) {
				if (!this.continueOnFail()) throw new NodeApiError(this.getNode(), error as JsonObject);
				output.push({ json: { error: (error as Error).message }, pairedItem: { item: index } });
			}
		}
		if (this.getNodeParameter('echo', 0)) {
			this.addExecutionHints({ message: `fetched ${output.length}`, location: 'outputPane' });
			this.sendMessageToUI('done');
		}
		return [output];
	}
}

async function fetchItem(this: IExecuteFunctions, index: number): Promise<INodeExecutionData> {
	const path = this.getNodeParameter('path', index) as string;
	const upload = this.getNodeParameter('upload', index) as string;
	const credentials = await this.getCredentials('fetchApi', index);
	const body = (await this.helpers.httpRequestWithAuthentication.call(this, 'fetchApi', {
		url: `${credentials.baseUrl}${path}`,
		encoding: 'stream',
	})) as Readable;
	const json: INodeExecutionData['json'] = { path };
	if (upload) {
		const data = this.helpers.assertBinaryData(index, upload);
		json.streamed = data.id !== undefined;
		json.uploaded = data.id
			? await text(await this.helpers.getBinaryStream(data.id))
			: String(await this.helpers.getBinaryDataBuffer(index, upload));
	}
	if (this.getNodeParameter('echo', index)) {
		Object.assign(json, { parameters: this.getNode().parameters, credentials });
	}
	const file = await this.helpers.prepareBinaryData(body, `${path.slice(1)}.txt`, 'text/plain');
	return { json, binary: { data: file }, pairedItem: { item: index } };
}
