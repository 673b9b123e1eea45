import './environment';
import { LoadOptionsContext } from 'n8n-core';
import type {
	INode,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { additionalDataWith } from './additional-data';
import type { TestTypes } from './known-types';
import { knownTypes, latestVersion, pickedCredentials } from './known-types';

/** What the editor knows of the node whose list is opened. */
export interface EditorOptions extends Pick<TestTypes, 'credentialTypes'> {
	/** The node's parameters as they stand. */
	parameters?: INodeParameters;
	/** The path of the parameter whose list is opened, for parameters relative to it. */
	path?: string;
	/** The token of the page before, for list searches. */
	paginationToken?: string;
}

/**
 * The list of a resource locator, as the editor asks for it.
 * @param node the node's class, or the name of one of this package's nodes
 * @throws what the method throws, which the editor shows
 */
export async function runListSearch(
	node: string | (new () => INodeType),
	method: string,
	filter?: string,
	credentials: Record<string, object> = {},
	options: EditorOptions = {},
): Promise<INodeListSearchResult> {
	const { type, context } = await editorContext(node, credentials, options);
	const search = type.methods?.listSearch?.[method];
	if (!search) throw new Error(`${type.description.name} has no list search "${method}"`);
	return await search.call(context, filter, options.paginationToken);
}

/**
 * The options of a drop-down list that the node loads itself, as the editor asks for them.
 * @param node the node's class, or the name of one of this package's nodes
 * @throws what the method throws, which the editor shows
 */
export async function runLoadOptions(
	node: string | (new () => INodeType),
	method: string,
	credentials: Record<string, object> = {},
	options: EditorOptions = {},
): Promise<INodePropertyOptions[]> {
	const { type, context } = await editorContext(node, credentials, options);
	const load = type.methods?.loadOptions?.[method];
	if (!load) throw new Error(`${type.description.name} has no load options "${method}"`);
	return await load.call(context);
}

async function editorContext(
	nodeClass: string | (new () => INodeType),
	credentials: Record<string, object>,
	{ credentialTypes, parameters = {}, path = '' }: EditorOptions,
) {
	const typeName = typeof nodeClass === 'string' ? nodeClass : new nodeClass().description.name;
	const nodes = typeof nodeClass === 'string' ? {} : { [typeName]: nodeClass };
	const { nodeTypes, credentialsHelper } = await knownTypes({ credentials, credentialTypes, nodes }, [
		typeName,
	]);
	const type = nodeTypes.getByNameAndVersion(typeName);
	const node: INode = {
		id: 'node',
		name: 'Temp-Node',
		type: typeName,
		typeVersion: latestVersion(type.description),
		position: [0, 0],
		parameters,
		credentials: pickedCredentials(type.description, credentials),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const additionalData = additionalDataWith(credentialsHelper, { currentNodeParameters: parameters });
	return { type, context: new LoadOptionsContext(workflow, node, additionalData, path) };
}
