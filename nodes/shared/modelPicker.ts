import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { estimateJob } from '../../engine/costs/estimate';
import { usd } from '../../engine/costs/money';
import { MODELS } from '../../engine/models/catalogue';
import { CONVERSATION_MODELS, findConversationModel } from '../../engine/models/conversationModels';
import { findModel } from '../../engine/models/find';
import { isoDate, stageOn } from '../../engine/models/lifecycle';
import type { ImageModel } from '../../engine/models/model';
import { CREDENTIAL, readCredential } from './authentication';

/** A model as `GET /models` lists it. */
interface ListedModel {
	id: string;
	shutdown_date?: string | null;
}

/** Models that are not in the catalogue but look as if they made images. */
const IMAGE_NAME = /image|dall-e|flux|diffusion|sdxl|imagen/i;

/** The models of the credential that make images, newest first, with the price of an image and a shutdown date. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const { provider, baseUrl } = readCredential(await this.getCredentials(CREDENTIAL));
	const answer = await listModels(this, baseUrl);
	const today = isoDate(Date.now());
	const results = (answer.data ?? [])
		// On other servers any name may be that of an image model.
		.filter(({ id }) => findModel(id) !== undefined || IMAGE_NAME.test(id) || provider === 'compatible')
		.filter(({ id }) => provider !== 'openai' || stageOn(findModel(id) ?? {}, today) !== 'retired')
		.filter(({ id }) => !filter || id.toLowerCase().includes(filter.toLowerCase()))
		.sort((a, b) => rank(a.id) - rank(b.id) || a.id.localeCompare(b.id))
		.map(listItem);
	return { results };
}

/** Chat models that are none for images: what they are for is in their names. */
const OTHER_WORK =
	/image|dall-e|audio|realtime|transcribe|tts|whisper|embedding|moderation|search|codex|instruct|sora|research|computer-use|-3\.5-|cyber|daybreak|rosalind/i;

/** The credential's chat models, those that are known here first, with their prices and a shutdown date. */
export async function searchConversationModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const { provider, baseUrl } = readCredential(await this.getCredentials(CREDENTIAL));
	const { data = [] } = await listModels(this, baseUrl);
	const known = (id: string) => CONVERSATION_MODELS.findIndex((model) => model.id === id);
	const place = (id: string) => (known(id) === -1 ? CONVERSATION_MODELS.length : known(id));
	const today = isoDate(Date.now());
	const results = data
		.filter(
			({ id }) =>
				known(id) !== -1 || provider === 'compatible' || (/^(gpt|o\d)/.test(id) && !OTHER_WORK.test(id)),
		)
		.filter(
			({ id }) => provider !== 'openai' || stageOn(findConversationModel(id) ?? {}, today) !== 'retired',
		)
		.filter(({ id }) => !filter || id.toLowerCase().includes(filter.toLowerCase()))
		.sort((a, b) => place(a.id) - place(b.id) || a.id.localeCompare(b.id))
		.map(({ id, shutdown_date }) => {
			const model = findConversationModel(id);
			const price = model
				? `$${model.prices.textIn} in, $${model.prices.textOut} out per million tokens`
				: '';
			return namedItem(id, price, shutdown_date?.slice(0, 10) ?? model?.shutdown);
		});
	return { results };
}

/** @throws NodeOperationError of our own: n8n's would hold what the server says, which repeats a part of the key */
async function listModels(
	context: ILoadOptionsFunctions,
	baseUrl: string,
): Promise<{ data?: ListedModel[] }> {
	const { statusCode, body } = (await context.helpers.httpRequestWithAuthentication.call(
		context,
		CREDENTIAL,
		{
			method: 'GET',
			url: `${baseUrl}/models`,
			json: true,
			disableFollowRedirect: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		},
	)) as { statusCode: number; body: { data?: ListedModel[] } };
	if (statusCode === 200) return body;
	const reason =
		statusCode === 401
			? 'the API key was refused'
			: `the server answered HTTP ${statusCode} to GET ${baseUrl}/models`;
	throw new NodeOperationError(
		context.getNode(),
		`The models cannot be listed: ${reason}. Check the credential, or give the model by ID.`,
	);
}

/** Known models in the catalogue's order, a dated name right after its model, then the others. */
function rank(id: string): number {
	const model = findModel(id);
	return model ? MODELS.indexOf(model) + (model.id === id ? 0 : 0.5) : MODELS.length;
}

function listItem({ id, shutdown_date }: ListedModel): INodeListSearchItems {
	const model = findModel(id);
	return namedItem(id, model ? priceNote(model) : '', shutdown_date?.slice(0, 10) ?? model?.shutdown);
}

function namedItem(id: string, price: string, shutdown: string | undefined): INodeListSearchItems {
	const notes = [price, shutdown ? `shuts down ${shutdown}` : ''].filter((note) => note !== '');
	return { name: notes.length > 0 ? `${id} (${notes.join(', ')})` : id, value: id };
}

/** What a square picture of medium quality costs. */
function priceNote(model: ImageModel): string {
	const size = '1024x1024';
	const qualities = model.parameters.quality?.oneOf ?? [];
	const quality = (qualities.includes('medium') ? 'medium' : qualities[0]) as 'medium' | undefined;
	const estimate = estimateJob(
		{
			index: 0,
			label: '',
			endpoint: 'generations',
			model: model.id,
			prompt: '',
			n: 1,
			parameters: { size, ...(quality ? { quality } : {}) },
		},
		model,
	);
	if (!estimate) return '';
	const { low, high } = estimate.output;
	const dollars = (nano: number) => `$${Number(usd(nano).toFixed(3))}`;
	return `${low === high ? dollars(low) : `${dollars(low)}-${dollars(high)}`} a ${quality ?? ''} image`;
}
