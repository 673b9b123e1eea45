import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { FileNames } from '../../engine/jobs/fileNames';
import type { RunPorts } from '../../engine/runner/ports';
import type { OpenAiImageCredential } from './authentication';
import { clock } from './clock';
import { n8nImageStore } from './imageStore';
import { n8nTransport } from './transport';

/** n8n, as the engine's world. */
export function runPorts(
	context: IExecuteFunctions,
	credential: OpenAiImageCredential,
	names: FileNames,
): RunPorts<IBinaryData> {
	return {
		transport: n8nTransport(context, credential),
		clock,
		store: n8nImageStore(context, names),
		// Some contexts, as that of an agent's tool, cannot be cancelled.
		signal: context.getExecutionCancelSignal() ?? new AbortController().signal,
	};
}
