import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runListSearch, runWorkflow, singleNodeWorkflow, testCredential } from './engine';
import { Fetch, fetchApi } from './fetch-node';

let server: Server;
let baseUrl: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
	server = createServer((request, response) => answer(request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	answer = (request, response) => {
		if (request.headers['x-key'] !== 'k1') response.writeHead(401);
		response.end(`bytes of ${request.url}`);
	};
});

function fetching(parameters: object = { path: '={{ $json.path }}' }, settings = {}) {
	return singleNodeWorkflow('fetch', parameters, settings);
}

function options(more = {}) {
	return {
		nodes: { fetch: Fetch },
		credentialTypes: [fetchApi],
		credentials: { fetchApi: { key: 'k1', baseUrl } },
		input: [{ json: { path: '/a' } }, { json: { path: '/b' } }],
		...more,
	};
}

describe.each(['memory', 'filesystem'] as const)('binary data in %s', (binaryMode) => {
	it('is streamed in over an authenticated request, item by item', async () => {
		const result = await runWorkflow(fetching(), options({ binaryMode }));

		expect(result.run.status).toBe('success');
		const items = result.items('Node');
		expect(items.map((item) => item.json)).toEqual([{ path: '/a' }, { path: '/b' }]);
		expect(items.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(String(await result.binary(items[1]!, 'data'))).toBe('bytes of /b');
		expect(items[1]!.binary?.data).toMatchObject({ fileName: 'b.txt', mimeType: 'text/plain', bytes: 11 });
		expect(items[1]!.binary?.data?.id?.split(':')[0]).toBe(
			binaryMode === 'memory' ? undefined : 'filesystem-v2',
		);
	});

	it('that comes in is where n8n would have put it', async () => {
		const data = { data: Buffer.from('in').toString('base64'), mimeType: 'image/png', fileName: 'in.png' };
		const input = [{ json: { path: '/a' }, binary: { picture: data } }];
		const result = await runWorkflow(
			fetching({ path: '/a', upload: 'picture' }),
			options({ binaryMode, input }),
		);

		expect(result.items('Node')[0]!.json).toMatchObject({
			uploaded: 'in',
			streamed: binaryMode === 'filesystem',
		});
	});

	it('lies under json._files in a workflow that combines them', async () => {
		const workflow = { ...fetching(), settings: { binaryMode: 'combined' } };
		const result = await runWorkflow(workflow, options({ binaryMode }));

		const [item] = result.items('Node');
		expect(Object.keys(item!.json)).toEqual(binaryMode === 'memory' ? ['path'] : ['path', '_files']);
		expect(String(await result.binary(item!, 'data'))).toBe('bytes of /a');
	});
});

describe('an item that fails', () => {
	beforeEach(() => {
		answer = (request, response) => {
			if (request.url === '/a') response.writeHead(418);
			response.end('ok');
		};
	});

	it('stops the workflow', async () => {
		const result = await runWorkflow(fetching(), options());

		expect(result.run.status).toBe('error');
		expect(result.error).toMatchObject({ name: 'NodeApiError', httpCode: '418' });
		expect(result.nodeError('Node')).toMatchObject({ httpCode: '418' });
		expect(result.items('Node')).toEqual([]);
	});

	it('is one of the items with On Error: Continue', async () => {
		const result = await runWorkflow(fetching(undefined, { onError: 'continueRegularOutput' }), options());

		expect(result.run.status).toBe('success');
		expect(result.items('Node').map((item) => Object.keys(item.json))).toEqual([['error'], ['path']]);
	});

	it('goes to the error output with On Error: Continue (using error output)', async () => {
		const result = await runWorkflow(fetching(undefined, { onError: 'continueErrorOutput' }), options());

		expect(result.items('Node', 0).map((item) => item.json)).toEqual([{ path: '/b' }]);
		expect(result.items('Node', 1)).toHaveLength(1);
		expect(result.items('Node', 1)[0]).toMatchObject({ json: { path: '/a' }, pairedItem: { item: 0 } });
	});
});

describe('cancellation', () => {
	it('aborts the request in flight and starts no other', async () => {
		const cancelled = new AbortController();
		const lost: string[] = [];
		const asked: string[] = [];
		answer = (request, response) => {
			asked.push(request.url!);
			response.on('close', () => lost.push(request.url!));
			cancelled.abort();
		};
		const result = await runWorkflow(fetching(), options({ signal: cancelled.signal }));

		expect(result.run.status).toBe('canceled');
		expect(result.error?.message).toContain('canceled');
		expect(asked).toEqual(['/a']);
		while (lost.length === 0) await new Promise(setImmediate);
		expect(lost).toEqual(['/a']);
	});

	it('reaches a node that only waits', async () => {
		const cancelled = new AbortController();
		setTimeout(() => cancelled.abort(), 50);
		const result = await runWorkflow(fetching({ wait: true }), options({ signal: cancelled.signal }));

		expect(result.run.status).toBe('canceled');
		expect(result.error).toMatchObject({ name: 'ManualExecutionCancelledError' });
		expect(Fetch.cancellations).toBe(1);
	});

	it('before the start runs nothing', async () => {
		const result = await runWorkflow(fetching(), options({ signal: AbortSignal.abort() }));

		expect(result.run.status).toBe('canceled');
		expect(result.task('Node')).toBeUndefined();
	});
});

it('fills in defaults and takes out parameters and credentials that are not displayed', async () => {
	const result = await runWorkflow(
		fetching({ path: '/a', upload: '', uploadName: 'hidden', echo: true }),
		options({
			credentials: { fetchApi: { baseUrl, key: 'k1', tenant: 'hidden' } },
			input: [{ json: {} }],
		}),
	);

	expect(result.items('Node')[0]!.json).toEqual({
		path: '/a',
		parameters: { path: '/a', upload: '', echo: true, wait: false },
		credentials: { baseUrl, key: 'k1', kind: 'plain' },
	});
});

it('hands out hints and messages to the editor', async () => {
	const result = await runWorkflow(fetching({ path: '/a', echo: true }), options());

	expect(result.hints('Node')).toEqual([{ message: 'fetched 2', location: 'outputPane' }]);
	expect(result.messages).toHaveLength(1);
	expect(() => result.hints('Nod')).toThrow('no node "Nod"');
});

it('runs a list search with the credentials', async () => {
	const found = await runListSearch(Fetch, 'searchPaths', 'bytes', options().credentials, {
		credentialTypes: [fetchApi],
	});
	expect(found).toEqual({ results: [{ name: 'bytes of /paths', value: 'bytes' }] });
});

it("runs the credential's own test request", async () => {
	const types = { credentialTypes: [fetchApi] };
	await expect(testCredential('fetchApi', { baseUrl, key: 'k1' }, types)).resolves.toMatchObject({
		status: 'OK',
	});
	await expect(testCredential('fetchApi', { baseUrl, key: 'wrong' }, types)).resolves.toEqual({
		status: 'Error',
		message: 'The key is wrong',
	});
	server.closeIdleConnections();
	await expect(
		testCredential('fetchApi', { baseUrl: 'http://127.0.0.1:1', key: 'k1' }, types),
	).resolves.toEqual({ status: 'Error', message: 'ECONNREFUSED' });
});

it('says which credentials are missing', async () => {
	const result = await runWorkflow(fetching(), options({ credentials: {} }));
	expect(result.error?.message).toBe('Node does not have any credentials set');
});
