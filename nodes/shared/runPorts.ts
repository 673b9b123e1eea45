import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { FileNames } from '../../engine/jobs/fileNames';
import type { RunPorts } from '../../engine/runner/ports';
import type { OpenAiImageCredential } from './authentication';
import { clock } from './clock';
import { n8nImageStore } from './imageStore';
import { accountOf, paces } from './paces';
import { n8nTransport } from './transport';

/** n8n, as the engine's world. */
export async function runPorts(
	context: IExecuteFunctions,
	credential: OpenAiImageCredential,
	names: FileNames,
): Promise<RunPorts<IBinaryData>> {
	const account = await accountOf(credential);
	return {
		enterPace: (model, imagesPerMinute) => paces.enter(account, model, imagesPerMinute),
		transport: n8nTransport(context, credential),
		clock,
		store: n8nImageStore(context, names),
		// Some contexts, as that of an agent's tool, cannot be cancelled.
		signal: context.getExecutionCancelSignal() ?? new AbortController().signal,
	};
}
