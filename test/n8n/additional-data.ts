import './environment';
import { Container } from '@n8n/di';
import { ExternalSecretsProxy } from 'n8n-core';
import type { ICredentialsHelper, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

const BASE_URL = 'http://localhost:5678';

/** What an n8n server hands its engine, as far as a node can see it; without a database behind it. */
export function additionalDataWith(
	credentialsHelper: ICredentialsHelper,
	more: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	const missing = (what: string) => async () => {
		throw new Error(`${what} is not part of this harness`);
	};
	return {
		credentialsHelper,
		currentNodeExecutionIndex: 0,
		executeWorkflow: missing('Running a sub-workflow'),
		getRunExecutionData: missing('The store of executions'),
		getRuntimeCredential: missing('A runtime credential'),
		startRunnerTask: missing('The task runner'),
		externalSecretsProxy: Container.get(ExternalSecretsProxy),
		logAiEvent: () => {},
		variables: {},
		instanceBaseUrl: `${BASE_URL}/`,
		restApiUrl: `${BASE_URL}/rest`,
		formBaseUrl: `${BASE_URL}/form`,
		formTestBaseUrl: `${BASE_URL}/form-test`,
		formWaitingBaseUrl: `${BASE_URL}/form-waiting`,
		mcpBaseUrl: `${BASE_URL}/mcp`,
		mcpTestBaseUrl: `${BASE_URL}/mcp-test`,
		webhookBaseUrl: `${BASE_URL}/webhook`,
		webhookTestBaseUrl: `${BASE_URL}/webhook-test`,
		webhookWaitingBaseUrl: `${BASE_URL}/webhook-waiting`,
		...more,
	};
}
