import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { BatchApi, type ApiPorts } from '../../../engine/batches/api';
import { CREDENTIAL, readCredential } from '../../shared/authentication';
import { clock } from '../../shared/clock';
import { runSettings } from '../../shared/runSettings';
import { n8nTransport } from '../../shared/transport';

/** OpenAI's Batch API, with the node's credential. */
export interface OpenBatchApi {
	api: BatchApi;
	ports: ApiPorts;
}

/** @throws NodeOperationError where the credential's server has no such API */
export async function batchApi(context: IExecuteFunctions): Promise<OpenBatchApi> {
	const credential = readCredential(await context.getCredentials(CREDENTIAL));
	if (credential.provider === 'azure') {
		throw new NodeOperationError(
			context.getNode(),
			"Azure's batches are not OpenAI's Batch API. Use the operation Run, or a credential of OpenAI.",
		);
	}
	const ports = {
		transport: n8nTransport(context, credential),
		clock,
		signal: context.getExecutionCancelSignal() ?? new AbortController().signal,
	};
	return { api: new BatchApi(ports, runSettings(context)), ports };
}
