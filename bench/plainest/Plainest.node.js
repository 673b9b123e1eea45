/**
 * The least that a node can do which asks for several images at a time: n8n's own two helpers, one for the request and one
 * for the image, used the obvious way. It is no lower bound: it holds each answer as text, and n8n decrypts its credential
 * for each request.
 */
class Plainest {
	description = {
		displayName: 'Plainest',
		name: 'plainest',
		group: ['transform'],
		version: 1,
		description: 'Makes images',
		defaults: { name: 'Plainest' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'openAiImageApi', required: true }],
		properties: [
			{ displayName: 'Prompt', name: 'prompt', type: 'string', default: '' },
			{ displayName: 'Request', name: 'request', type: 'json', default: '{}' },
			{ displayName: 'Concurrency', name: 'concurrency', type: 'number', default: 1 },
		],
	};

	async execute() {
		const { baseUrl } = await this.getCredentials('openAiImageApi');
		const request = JSON.parse(this.getNodeParameter('request', 0));
		const prompts = this.getInputData().map((_, item) => this.getNodeParameter('prompt', item));
		const items = [];
		let next = 0;
		const lane = async () => {
			while (next < prompts.length) {
				const item = next++;
				const { data } = await this.helpers.httpRequestWithAuthentication.call(this, 'openAiImageApi', {
					method: 'POST',
					url: `${baseUrl}/images/generations`,
					body: { ...request, prompt: prompts[item] },
					json: true,
					timeout: 600_000,
				});
				const image = Buffer.from(data[0].b64_json, 'base64');
				const binary = await this.helpers.prepareBinaryData(image, `${item}.png`, 'image/png');
				items[item] = { json: {}, binary: { data: binary }, pairedItem: { item } };
			}
		};
		await Promise.all(Array.from({ length: this.getNodeParameter('concurrency', 0) }, lane));
		return [items];
	}
}

module.exports = { Plainest };
