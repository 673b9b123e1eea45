import './environment';
import type { PackageDirectoryLoader } from 'n8n-core';
import type {
	ICredentialType,
	INodeCredentials,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { GivenCredentials } from './credentials';
import { itemsStart, START_NODE_TYPE } from './items-start';
import { compiledPackage } from './package';

/** What a test brings along beside the compiled package. */
export interface TestTypes {
	/** Decrypted data by credential type; what it leaves out gets the defaults of the credential's properties. */
	credentials?: Record<string, object>;
	/** Credential types that are not this package's. */
	credentialTypes?: ICredentialType[];
	/** Node classes by type name, beside this package's and the start node. */
	nodes?: Record<string, new () => INodeType>;
	/** The items the start node gives out. Default: one empty item, as n8n's manual trigger does. */
	input?: INodeExecutionData[];
}

/**
 * The nodes and credentials one run knows: the test's own, and this package's by n8n's name
 * (`n8n-nodes-openai-image.openAiImageGenerate`), as a custom extension (`CUSTOM.…`) or bare.
 * The compiled package is loaded only where it is asked for.
 * @throws Error where a node or credential type is unknown, or `dist/` is not built
 */
export async function knownTypes(test: TestTypes, nodeTypeNames: string[]) {
	const own = new Map<string, INodeType>([[START_NODE_TYPE, itemsStart(test.input ?? [{ json: {} }])]]);
	for (const [name, NodeClass] of Object.entries(test.nodes ?? {})) own.set(name, new NodeClass());
	const credentialTypes = new Map((test.credentialTypes ?? []).map((type) => [type.name, type]));

	const needsPackage =
		nodeTypeNames.some((name) => !own.has(name)) ||
		Object.keys(test.credentials ?? {}).some((name) => !credentialTypes.has(name));
	const compiled = needsPackage ? await compiledPackage() : undefined;
	for (const [name, { type }] of Object.entries(compiled?.credentialTypes ?? {})) {
		if (!credentialTypes.has(name)) credentialTypes.set(name, type);
	}
	return {
		nodeTypes: new KnownNodeTypes(own, compiled),
		credentialsHelper: new GivenCredentials(credentialTypes, test.credentials ?? {}),
	};
}

class KnownNodeTypes implements INodeTypes {
	constructor(
		private readonly own: ReadonlyMap<string, INodeType>,
		private readonly compiled: PackageDirectoryLoader | undefined,
	) {}

	getByName(type: string): INodeType | IVersionedNodeType {
		return this.own.get(type) ?? this.fromPackage(type);
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(type), version);
	}

	getKnownTypes() {
		return {};
	}

	private fromPackage(type: string): INodeType | IVersionedNodeType {
		const dot = type.lastIndexOf('.');
		const foreign = dot !== -1 && !['n8n-nodes-openai-image', 'CUSTOM'].includes(type.slice(0, dot));
		if (!this.compiled || foreign) throw new Error(`Unknown node type "${type}"`);
		return this.compiled.getNode(type.slice(dot + 1)).type;
	}
}

/** The version n8n gives a new node. */
export function latestVersion({ version }: INodeTypeDescription): number {
	return Array.isArray(version) ? Math.max(...version) : version;
}

/** Credentials as a node refers to them, once the user has picked one of each given type; undefined for none. */
export function pickedCredentials(
	{ credentials }: INodeTypeDescription,
	given: object = {},
): INodeCredentials | undefined {
	const names = (credentials ?? []).map(({ name }) => name).filter((name) => name in given);
	if (names.length === 0) return undefined;
	return Object.fromEntries(names.map((name) => [name, { id: name, name }]));
}
