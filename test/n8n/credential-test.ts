import './environment';
import { ExecuteContext, RoutingNode } from 'n8n-core';
import type {
	IExecuteData,
	INode,
	ICredentialTestRequest,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { createRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';
import { additionalDataWith } from './additional-data';
import type { TestTypes } from './known-types';
import { knownTypes } from './known-types';

/**
 * The credential's own test request, as the "Test" of n8n's credential dialog sends it: a declarative node
 * made of the request (package `n8n`, `credentials-tester.service.js`, 2.41).
 * @param type the credential type's name
 * @param data what the user typed in; what it leaves out gets the defaults of the credential's properties
 * @throws Error where the credential has no test request
 */
export async function testCredential(
	type: string,
	data: object,
	{ credentialTypes }: Pick<TestTypes, 'credentialTypes'> = {},
): Promise<INodeCredentialTestResult> {
	const { credentialsHelper } = await knownTypes({ credentials: { [type]: data }, credentialTypes }, []);
	const test = credentialsHelper.testRequest(type);
	const decrypted = credentialsHelper.withDefaults(type, data);

	const tester = testerNode(type, test);
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: tester.description.name,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [type]: { id: type, name: type } },
	};
	const nodeTypes = {
		getByName: () => tester,
		getByNameAndVersion: () => tester,
		getKnownTypes: () => ({}),
	};
	const context = new ExecuteContext(
		new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes }),
		node,
		additionalDataWith(credentialsHelper, { currentNodeParameters: node.parameters }),
		'internal',
		createRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null } satisfies IExecuteData,
		[],
	);
	const credentials = { id: type, name: type, type, data: decrypted };
	try {
		const answer = await new RoutingNode(context, tester, credentials).runNode();
		return verdictOnAnswer(test, answer?.[0]?.[0]);
	} catch (error) {
		return verdictOnFailure(test, error as RequestError);
	}
}

/** A declarative node whose only parameter sends the test request. */
function testerNode(credentialType: string, test: ICredentialTestRequest): INodeType {
	return {
		description: {
			displayName: 'Credential Test',
			name: 'n8n-nodes-base.noOp',
			group: [],
			version: 1,
			description: '',
			defaults: {},
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: credentialType, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					routing: { request: test.request },
					default: '',
				},
			],
		},
	};
}

interface RequestError extends Error {
	cause?: { code?: string; response?: { status: number; statusText?: string } };
}

function verdictOnAnswer(
	{ rules }: ICredentialTestRequest,
	item: INodeExecutionData | undefined,
): INodeCredentialTestResult {
	const broken = rules?.find(
		(rule) =>
			rule.type === 'responseSuccessBody' && item?.json[rule.properties.key] === rule.properties.value,
	);
	if (broken) return { status: 'Error', message: broken.properties.message };
	return { status: 'OK', message: 'Connection successful!' };
}

function verdictOnFailure(
	{ rules }: ICredentialTestRequest,
	{ message, cause }: RequestError,
): INodeCredentialTestResult {
	const response = cause?.response;
	if (response) {
		const rule = rules?.find(
			({ type, properties }) => type === 'responseCode' && properties.value === response.status,
		);
		if (rule) return { status: 'Error', message: rule.properties.message };
		return {
			status: 'Error',
			message: response.statusText || `Received HTTP status code: ${response.status}`,
		};
	}
	return { status: 'Error', message: cause?.code ?? message };
}
