import type { IncomingHttpHeaders } from 'node:http';
import type { IDataObject } from 'n8n-workflow';
import { GivenCredentials } from '../n8n/credentials';
import { testCredential } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { CREDENTIAL, generate, KEY } from './generate';
import type { HttpServer } from './http-server';
import { startServer } from './http-server';
import { expectNoKey } from './secrets';
import table from './workflows/table.json';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

describe("the credential's own test", () => {
	const test = async (data: object) => {
		const credential = { apiKey: KEY, baseUrl: standIn.url, ...data };
		const verdict = await testCredential(CREDENTIAL, credential);
		expectNoKey(verdict, credential.apiKey);
		return verdict;
	};

	it.each<[string, () => object]>([
		['as it is', () => ({})],
		['with a slash at the end of the base URL', () => ({ baseUrl: `${standIn.url}/` })],
		['with several', () => ({ baseUrl: ` ${standIn.url}// ` })],
		['of Azure', () => ({ provider: 'azure' })],
		['of a compatible server', () => ({ provider: 'compatible' })],
		[
			'with a header',
			() => ({ customHeaders: { headers: [{ name: 'X-Gateway', value: 'secret-of-gateway' }] } }),
		],
	])('passes %s', async (_name, data) => {
		expect(await test(data())).toMatchObject({ status: 'OK' });
	});

	it('says for each reason what it is', async () => {
		const gone = await startStandIn();
		await gone.close();
		const reasons = {
			'wrong key': { apiKey: 'sk-other-Xy7fQ_Kp9_Wm' },
			'no permission': { apiKey: 'sk-stand-in-forbidden' },
			'no such path': { baseUrl: standIn.url.replace('/v1', '') },
			'not there': { baseUrl: gone.url },
		};
		const messages: Record<string, string> = {};
		for (const [reason, data] of Object.entries(reasons)) {
			const { status, message } = await test(data);
			expect(status).toBe('Error');
			messages[reason] = message;
		}
		expect(messages).toEqual({
			'wrong key': expect.stringMatching(/API key was refused/) as string,
			'no permission': expect.stringMatching(/may not list models/) as string,
			'no such path': expect.stringMatching(/no list of models at this base URL/) as string,
			'not there': expect.stringMatching(/ECONNREFUSED/) as string,
		});
	});
});

describe('what goes over the wire', () => {
	let server: HttpServer;
	let seen: Array<{ path: string; headers: IncomingHttpHeaders }>;

	/** In the place of the stand-in, whose books leave keys out. */
	beforeAll(async () => {
		server = await startServer((request, response) => {
			seen.push({ path: request.url ?? '', headers: request.headers });
			response.writeHead(400, { 'content-type': 'application/json' });
			response.end('{"error": {"message": "seen", "type": "test", "code": null, "param": null}}');
		});
	});

	afterAll(() => server.close());

	const requests = async (rows: IDataObject[], credential: IDataObject = {}, ending = '') => {
		seen = [];
		await generate(table, {
			rows,
			standIn: { url: `${server.origin}/v1${ending}` },
			credential: { apiKey: KEY, ...credential },
			onError: 'continueRegularOutput',
		});
		expect(seen).toHaveLength(rows.length);
		return seen;
	};

	const request = async (credential: IDataObject, ending = '') =>
		(await requests([{ prompt: 'a fox' }], credential, ending))[0]!;

	it('with OpenAI: a bearer token, and nothing that was not given', async () => {
		const { path, headers } = await request({});
		expect(path).toBe('/v1/images/generations');
		expect(headers).toMatchObject({
			authorization: `Bearer ${KEY}`,
			'content-type': expect.stringMatching(/^application\/json/) as string,
		});
		for (const name of ['api-key', 'openai-organization', 'openai-project', 'cookie']) {
			expect(headers).not.toHaveProperty(name);
		}
	});

	it('with every request of a run: the credential that it began with, decrypted once', async () => {
		const decrypted = jest.spyOn(GivenCredentials.prototype, 'getDecrypted');
		try {
			const all = await requests(Array.from({ length: 20 }, (_, index) => ({ prompt: `a fox, ${index}` })));
			expect(new Set(all.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${KEY}`]));
			expect(decrypted).toHaveBeenCalledTimes(1);
		} finally {
			decrypted.mockRestore();
		}
	});

	it.each(['/', '//', ' '])('with a base URL that ends with %j: the same path', async (ending) => {
		expect((await request({}, ending)).path).toBe('/v1/images/generations');
	});

	it('blanks around the key are no part of it', async () => {
		expect((await request({ apiKey: ` ${KEY}\n` })).headers.authorization).toBe(`Bearer ${KEY}`);
	});

	it('organization and project', async () => {
		const { headers } = await request({ organizationId: 'org-1', projectId: 'proj_2' });
		expect(headers).toMatchObject({ 'openai-organization': 'org-1', 'openai-project': 'proj_2' });
	});

	it('with Azure: the header api-key, and no other', async () => {
		const { headers } = await request({ provider: 'azure', organizationId: 'org-1' });
		expect(headers['api-key']).toBe(KEY);
		expect(headers).not.toHaveProperty('authorization');
		expect(headers).not.toHaveProperty('openai-organization');
	});

	it('with headers of a gateway, which go before our own', async () => {
		const { headers } = await request({
			provider: 'compatible',
			customHeaders: {
				headers: [
					{ name: 'X-Gateway', value: 'one' },
					{ name: 'authorization', value: 'Basic gateway' },
					{ name: '', value: 'nothing' },
				],
			},
		});
		expect(headers['x-gateway']).toBe('one');
		expect(headers.authorization).toBe('Basic gateway');
	});
});

it('with Azure, a model is the name of a deployment and is not checked', async () => {
	standIn.reset();
	const { json } = await generate(table, {
		rows: [{ prompt: 'a fox', model: 'dall-e-3', size: '333x333', quality: 'splendid' }],
		standIn,
		credential: { provider: 'azure' },
		onError: 'continueRegularOutput',
	});
	expect(standIn.books).toHaveLength(1);
	expect(standIn.books[0]!.body).toMatchObject({ model: 'dall-e-3', size: '333x333', quality: 'splendid' });
	expect(json[0]!.error).toMatchObject({ status: 404 });
});
