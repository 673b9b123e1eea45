import { join } from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import {
	chatModelCredential,
	chooseCredential,
	importedExample,
	type ExampleName,
} from '../../host/imported-example';
import {
	openAiCredential,
	type CredentialFile,
	type OpenAiCredential,
	type WorkflowFile,
} from '../../host/n8n';
import { chain, generateWorkflow, node } from './workflow';

/** The examples that talk, as a user has them after choosing a folder and credentials. */
export interface TalkingExamples {
	/** What the workflows ask for by name. */
	credentials: CredentialFile[];
	/** The chat whose pictures go on from one message to the next. */
	director: WorkflowFile;
	/** The same without a chat: a list of instructions. */
	fourTurns: WorkflowFile;
	/** The agent with a node of this package as its tool. */
	agent: WorkflowFile;
}

/** @param outputFolder where the pictures are written to */
export async function talkingExamples(
	outputFolder: string,
	server: OpenAiCredential,
): Promise<TalkingExamples> {
	const [images, chatModel] = [openAiCredential(server), chatModelCredential(server)];
	const example = async (name: ExampleName, settings: Record<string, string>, file?: string) => {
		const workflow = await importedExample(name, settings, images, file);
		chooseCredential(workflow, chatModel);
		return workflow;
	};
	const settings = { output_folder: outputFolder };
	return {
		credentials: [images, chatModel],
		director: await example('art-director', settings),
		fourTurns: await example('art-director', settings, 'four-turns.json'),
		agent: await example('agent-tool', { style: 'A woodcut.' }),
	};
}

/** The binary properties of an image with two partial ones. */
export const WITH_PARTIALS = ['data', 'data_partial_0', 'data_partial_1'] as const;

/**
 * One image with two partial ones, each written to a file: its property's name and `.png`.
 * @param output an empty folder
 */
export function previewing(
	id: string,
	api: 'images' | 'responses',
	output: string,
	credential: CredentialFile,
): WorkflowFile {
	const conversationModel = { __rl: true, mode: 'id', value: 'gpt-5.6-luna' };
	const parameters: INodeParameters = {
		api,
		...(api === 'responses' && { conversationModel }),
		options: { partialImages: 2 },
	};
	const { nodes } = generateWorkflow({ id, prompts: [`A lighthouse (${api})`], credential, parameters });
	const writing = WITH_PARTIALS.map((dataPropertyName) =>
		node(`Write ${dataPropertyName}`, 'n8n-nodes-base.readWriteFile', 1.1, {
			operation: 'write',
			fileName: join(output, `${dataPropertyName}.png`),
			dataPropertyName,
		}),
	);
	return chain(id, [...nodes, ...writing]);
}
