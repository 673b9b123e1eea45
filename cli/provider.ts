import type { Provider } from '../engine/jobs/job';
import { UsageError } from './usageError';

/** Regions have hosts of their own below it. */
const OPENAI = /(^|\.)api\.openai\.com$/i;
const AZURE = /\.azure\.com$/i;

/**
 * Who answers at a base URL. A gateway in front of OpenAI cannot be told from another server: the user says it.
 * @throws UsageError where it is no http or https address
 */
export function providerAt(baseUrl: string): Provider {
	const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
		throw new UsageError('OPENAI_BASE_URL is no http or https address, such as https://api.openai.com/v1.');
	}
	if (OPENAI.test(url.hostname)) return 'openai';
	return AZURE.test(url.hostname) ? 'azure' : 'compatible';
}
