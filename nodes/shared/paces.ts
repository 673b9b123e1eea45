import { digest } from '../../engine/batches/digest';
import { Paces } from '../../engine/runner/paces';
import type { OpenAiImageCredential } from './authentication';
import { clock } from './clock';

/** Shared by all nodes and executions in one n8n. */
export const paces = new Paces(clock);

/** Tells accounts apart without holding their keys. */
export async function accountOf({
	baseUrl,
	apiKey,
	organizationId,
	projectId,
}: OpenAiImageCredential): Promise<string> {
	return await digest(Buffer.from(JSON.stringify([baseUrl, apiKey, organizationId, projectId])));
}
