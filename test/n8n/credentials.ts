import './environment';
import { Credentials, getAdditionalKeys } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	ICredentialsExpressionResolveValues,
	IExecuteData,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeProperties,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { ICredentialsHelper, isExpression, NodeHelpers } from 'n8n-workflow';

/**
 * Credentials given by the test in place of n8n's database. Everything else is done as n8n's own
 * `CredentialsHelper` does it (package `n8n`, `credentials-helper.js`, 2.41): defaults filled in, hidden
 * fields left out, expressions resolved, the credential's own `authenticate`.
 */
export class GivenCredentials extends ICredentialsHelper {
	/**
	 * @param types credential types by name
	 * @param given decrypted data by credential type
	 */
	constructor(
		private readonly types: ReadonlyMap<string, ICredentialType>,
		private readonly given: Readonly<Record<string, object>>,
	) {
		super();
	}

	getParentTypes(name: string): string[] {
		const parents = this.types.get(name)?.extends ?? [];
		return parents.flatMap((parent) => [parent, ...this.getParentTypes(parent)]);
	}

	isCredentialUsableByNode(credentialType: string, nodeType: string): boolean {
		const type = this.types.get(credentialType);
		if (!type?.restrictToSupportedNodes) return true;
		return type.supportedNodes?.includes(nodeType) ?? false;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow: Workflow,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const options = requestOptions as IHttpRequestOptions;
		const { authenticate } = this.type(typeName);
		if (!authenticate) return options;
		if (typeof authenticate === 'function') return await authenticate(credentials, options);

		const resolve = (value: unknown) => resolveValue(value, credentials, workflow, node);
		for (const [part, values] of Object.entries(authenticate.properties)) {
			const target = ((options as unknown as Record<string, Record<string, unknown>>)[part] ??= {});
			for (const [key, value] of Object.entries(values as object)) {
				target[String(resolve(key))] = resolve(value);
			}
		}
		return options;
	}

	async preAuthentication(
		_helpers: unknown,
		_credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		if (this.type(typeName).preAuthentication) {
			throw new Error(`"${typeName}" has a preAuthentication, which this harness does not run`);
		}
	}

	async runPreAuthentication(
		helpers: unknown,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		await this.preAuthentication(helpers, credentials, typeName);
	}

	async getCredentials(nodeCredentials: INodeCredentialsDetails, type: string): Promise<Credentials> {
		const credentials = new Credentials({ id: nodeCredentials.id, name: nodeCredentials.name }, type);
		await credentials.setData(this.data(type));
		return credentials;
	}

	async getDecrypted(
		additionalData: IWorkflowExecuteAdditionalData,
		_nodeCredentials: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		raw?: boolean,
		resolveIn?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const data = raw ? { ...this.data(type) } : this.withDefaults(type, this.data(type));
		if (raw || !resolveIn) return data;
		return resolveIn.workflow.expression.getParameterValue(
			data as INodeParameters,
			resolveIn.runExecutionData,
			resolveIn.runIndex,
			resolveIn.itemIndex,
			resolveIn.node.name,
			resolveIn.connectionInputData,
			mode,
			getAdditionalKeys(additionalData, mode, null, { isCredential: true }),
			executeData,
			false,
			data,
		) as ICredentialDataDecryptedObject;
	}

	/** The data as n8n hands it to a node: defaults filled in, fields that are not displayed left out. */
	withDefaults(type: string, data: object): ICredentialDataDecryptedObject {
		const properties = this.getCredentialsProperties(type);
		return NodeHelpers.getNodeParameters(
			properties,
			data as INodeParameters,
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(): Promise<void> {
		throw new Error('The credentials of a test cannot be changed');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('The credentials of a test cannot be changed');
	}

	getCredentialsProperties(type: string): INodeProperties[] {
		const { extends: parents, properties } = this.type(type);
		const combined: INodeProperties[] = [];
		for (const parent of parents ?? []) {
			NodeHelpers.mergeNodeProperties(combined, this.getCredentialsProperties(parent));
		}
		NodeHelpers.mergeNodeProperties(combined, properties);
		return combined;
	}

	/** @throws Error where the credential cannot be tested by a request of its own. */
	testRequest(type: string): ICredentialTestRequest {
		const { test } = this.type(type);
		if (!test) throw new Error(`Credential type "${type}" has no test request`);
		return test;
	}

	private type(name: string): ICredentialType {
		const type = this.types.get(name);
		if (!type) throw new Error(`Unknown credential type "${name}"`);
		return type;
	}

	private data(type: string): ICredentialDataDecryptedObject {
		const data = this.given[type];
		if (!data) throw new Error(`The test gave no credentials of type "${type}"`);
		return data as ICredentialDataDecryptedObject;
	}
}

function resolveValue(
	value: unknown,
	credentials: ICredentialDataDecryptedObject,
	workflow: Workflow,
	node: INode,
): unknown {
	if (!isExpression(value)) return value;
	const keys = { $credentials: credentials };
	const resolved = workflow.expression.getSimpleParameterValue(node, value, 'internal', keys, undefined, '');
	return resolved ? resolved.toString() : '';
}
