import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CredentialFile, WorkflowFile } from './n8n';
import { ROOT } from './package-under-test';

/** A folder in `examples/`. */
export type ExampleName = 'edit-then-post' | 'product-shots' | 'spreadsheet-prompts';

const OUR_NODES = 'n8n-nodes-openai-image.';

/** The folder of an example: its workflow, its README and the files that go with it. */
export function exampleFolder(example: ExampleName): string {
	return join(ROOT, 'examples', example);
}

/**
 * An example's workflow after what its README tells the user to do: the fields of the node "Settings" are changed,
 * and the credential is chosen in every node of this package.
 * @param settings new values by the fields' names; the others stay as they ship
 * @throws where the file lacks the node or a field that is to be changed
 */
export async function importedExample(
	example: ExampleName,
	settings: Record<string, string>,
	credential: CredentialFile,
): Promise<WorkflowFile> {
	const file = join(exampleFolder(example), 'workflow.json');
	const workflow = JSON.parse(await readFile(file, 'utf8')) as WorkflowFile;
	const { assignments } = nodeOf(workflow, 'Settings').parameters.assignments as unknown as {
		assignments: Array<{ name: string; value: string }>;
	};
	for (const [name, value] of Object.entries(settings)) {
		const assignment = assignments.find((candidate) => candidate.name === name);
		if (!assignment) throw new Error(`The Settings of the example ${example} have no field "${name}".`);
		assignment.value = value;
	}
	const { id, name, type } = credential;
	for (const node of workflow.nodes) {
		if (node.type.startsWith(OUR_NODES)) node.credentials = { [type]: { id, name } };
	}
	return workflow;
}

/** A workflow's node. @throws where it has none of this name */
export function nodeOf(workflow: WorkflowFile, name: string): WorkflowFile['nodes'][number] {
	const found = workflow.nodes.find((candidate) => candidate.name === name);
	if (!found) throw new Error(`The workflow "${workflow.name}" has no node "${name}".`);
	return found;
}
