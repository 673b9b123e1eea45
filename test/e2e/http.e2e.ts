import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { Editor } from '../../host/editor';
import { exampleFolder } from '../../host/imported-example';
import { N8n, openAiCredential } from '../../host/n8n';
import { startStandIn, type StandIn } from '../stand-in';
import {
	curl,
	headerAuth,
	httpImageApi,
	publish,
	shell,
	shellLines,
	untilThere,
	type Answer,
} from './http-service';

const SECRET = 'the-callers-secret';
const WRONG_KEY = 'sk-proj-wrong-0123456789abcdefghijklmnopqrstuvwxyz';
const FOLDER = exampleFolder('http-image-api');
const LIMIT = 3;
const OPERATIONS = ['generate', 'generate-from-references', 'edit', 'variations'];
const CHEAP = { size: '1024x1024', quality: 'low' };

/** An answer with images. */
interface Made {
	success: boolean;
	message: string;
	images: Array<{
		index: number;
		b64_json?: string;
		url?: string;
		filename: string;
		file_path: string | null;
		revised_prompt: string | null;
	}>;
	request_params: Record<string, unknown>;
}

let folder: string;
/** Where the service puts its files. */
let output: string;
let n8n: N8n;
let standIn: StandIn;
let editor: Editor;
let pictures: Server;
let env: { BASE: string; IMAGE_API_KEY: string; PICTURE_URL: string };

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'http-images-')));
	output = join(folder, 'pictures');
	await mkdir(output);
	standIn = await startStandIn();
	const teapot = await readFile(join(FOLDER, 'teapot.png'));
	pictures = createServer((_, response) =>
		response.writeHead(200, { 'content-type': 'image/png' }).end(teapot),
	);
	await once(pictures.listen(0, '127.0.0.1'), 'listening');
	n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
	await startServices();
});

afterAll(async () => {
	await editor?.close();
	await n8n?.remove();
	await standIn?.close();
	pictures?.close();
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => standIn.reset());

/**
 * The example as its README has it set up, with a limit that the tests do not reach; beside it one with a low limit,
 * and one with a key that OpenAI does not take. All are published, and running.
 */
async function startServices(): Promise<void> {
	const openAi = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	const wrong = {
		...openAiCredential({ apiKey: WRONG_KEY, baseUrl: standIn.url }),
		id: 'wrong',
		name: 'wrong',
	};
	const callers = headerAuth('callers', 'X-API-Key', SECRET);
	const settings = { output_folder: output, limit_per_minute: 1000, max_cost_usd: 0.2 };
	const limited = { ...settings, limit_per_minute: LIMIT };
	const services = [
		await httpImageApi({ settings, openAi, callers }),
		await httpImageApi({ settings: limited, openAi, callers, beside: 'limited' }),
		await httpImageApi({ settings, openAi: wrong, callers, beside: 'wrong' }),
	];
	await n8n.importCredentials([openAi, wrong, callers]);
	await n8n.importWorkflows(services);
	for (const { id } of services) await publish(n8n, id);
	editor = await Editor.open(n8n);
	const base = `${editor.url}/webhook`;
	for (const prefix of ['', 'limited/', 'wrong/']) {
		await untilThere(`${base}/${prefix}health`);
		for (const operation of OPERATIONS) {
			await untilThere(`${base}/${prefix}api/v1/images/${operation}`, 'POST');
		}
	}
	const { port } = pictures.address() as AddressInfo;
	env = { BASE: base, IMAGE_API_KEY: SECRET, PICTURE_URL: `http://127.0.0.1:${port}/teapot.png` };
}

async function post(operation: string, ...args: string[]): Promise<Answer> {
	const [, service = '', name = ''] = /^(?:(\w+\/))?(.*)$/.exec(operation)!;
	const url = `${env.BASE}/${service}api/v1/images/${name}`;
	const answer = await curl(url, '-H', `X-API-Key: ${SECRET}`, ...args);
	for (const secret of [standIn.key, WRONG_KEY, SECRET]) expect(answer.text).not.toContain(secret);
	return answer;
}

/** @param operation after the service's name and a slash where it is not the example as it ships */
async function postJson(operation: string, body: unknown): Promise<Answer> {
	return await post(operation, ...asJson(body));
}

function asJson(body: unknown): string[] {
	return ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
}

/** What a service makes of a request that it is to carry out. */
async function madeBy(operation: string, ...args: string[]): Promise<Made> {
	const { status, text } = await post(operation, ...args);
	if (status !== 200) throw new Error(`The service answered ${status}: ${text}`);
	return JSON.parse(text) as Made;
}

/** A picture decoded to the last pixel: its format and `WIDTHxHEIGHT`. */
async function decoded(bytes: Buffer): Promise<string> {
	const { format } = await sharp(bytes).metadata();
	const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
	return `${format} ${info.width}x${info.height}`;
}

async function decodedBase64(text: string | undefined): Promise<string> {
	return await decoded(Buffer.from(String(text), 'base64'));
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** The images that the stand-in was sent: of each request the fields. */
function inputFields(): Array<string[] | undefined> {
	return standIn.books.map(({ inputs }) => inputs?.map(({ field }) => field.replace(/\W.*/, '')));
}

describe('the example http-image-api', () => {
	it("answers its README's curl lines", async () => {
		const lines = await shellLines('http-image-api');
		expect(lines).toHaveLength(6);
		const printed: string[] = [];
		const work = await mkdtemp(join(folder, 'caller-'));
		for (const name of ['teapot.png', 'mask.png']) await cp(join(FOLDER, name), join(work, name));
		for (const line of lines) printed.push(await shell(line, work, env));

		const [health, ...rest] = printed;
		expect(JSON.parse(String(health))).toEqual({ success: true, message: 'ok' });
		expect(rest.pop()).toBe('');
		expect(await decoded(await readFile(join(work, 'owl.png')))).toBe('png 1024x1024');

		const [fox, breakfast, stars, variation] = rest.map((text) => JSON.parse(text) as Made);
		const { books } = standIn;
		expect(books.map(({ endpoint, status, images }) => `${status} ${endpoint} ${images}`)).toEqual([
			'200 /v1/images/generations 2',
			'200 /v1/images/edits 1',
			'200 /v1/images/edits 1',
			'200 /v1/images/edits 1',
			'200 /v1/images/generations 1',
		]);
		const costs = books.map(({ usd }) => `${usd.toFixed(4)} USD`);
		expect([fox, breakfast, stars, variation].map((made) => made?.message)).toEqual([
			`2 image(s), ${costs[0]}`,
			...costs.slice(1, 4).map((cost) => `1 image(s), ${cost}`),
		]);

		expect(fox?.success).toBe(true);
		expect(fox?.images.map(({ index }) => index)).toEqual([0, 1]);
		expect(fox?.request_params).toEqual({
			prompt: 'a red fox asleep in fresh snow',
			model: 'gpt-image-2.5-flare',
			size: '1536x1024',
			quality: 'low',
			n: 2,
			response_format: 'b64_json',
			save_to_disk: true,
		});
		expect((await readdir(output)).sort()).toEqual(fox?.images.map(({ filename }) => filename).sort());
		for (const { b64_json, file_path, filename, revised_prompt } of fox?.images ?? []) {
			const bytes = Buffer.from(String(b64_json), 'base64');
			expect(await decoded(bytes)).toBe('png 1536x1024');
			expect(file_path).toBe(join(output, filename));
			expect((await readFile(String(file_path))).equals(bytes)).toBe(true);
			expect(revised_prompt).toBeNull();
		}

		expect(breakfast?.request_params.image_urls).toEqual([env.PICTURE_URL]);
		for (const made of [breakfast, stars]) {
			expect(made?.images).toMatchObject([{ index: 0, file_path: null }]);
			expect(await decodedBase64(made?.images[0]?.b64_json)).toBe('png 1024x1024');
		}
		expect(inputFields().slice(1, 4)).toEqual([['images'], ['image', 'mask'], ['image']]);

		expect(variation?.images[0]).not.toHaveProperty('b64_json');
		const linked = await fetch(String(variation?.images[0]?.url));
		expect(await decoded(Buffer.from(await linked.arrayBuffer()))).toBe('png 1024x1024');
	});

	it('takes several files, fields of a form as texts, and pictures within JSON', async () => {
		const two = ['-F', `image[]=@${FOLDER}/teapot.png`, '-F', `image[]=@${FOLDER}/mask.png`];
		const fields = {
			prompt: 'both on a table',
			n: '2',
			response_format: 'url',
			save_to_disk: 'false',
			...CHEAP,
		};
		const form = Object.entries(fields).flatMap(([name, value]) => ['-F', `${name}=${value}`]);
		const edited = await madeBy('edit', ...two, ...form);
		expect(edited.request_params).toMatchObject({ n: 2, response_format: 'url', save_to_disk: false });
		expect(edited.images.map(({ index, file_path }) => [index, file_path])).toEqual([
			[0, null],
			[1, null],
		]);
		const links = new Set(edited.images.map(({ url }) => url));
		expect(links.size).toBe(2);
		for (const link of links) {
			expect(await decoded(Buffer.from(await (await fetch(String(link))).arrayBuffer()))).toBe(
				'png 1024x1024',
			);
		}
		expect(inputFields()).toEqual([['image', 'image']]);
		const files = await Promise.all(['teapot.png', 'mask.png'].map((name) => readFile(join(FOLDER, name))));
		// n8n reads a form's files side by side, and numbers them as they are done.
		expect(standIn.books[0]?.inputs?.map((input) => input.sha256).sort()).toEqual(files.map(sha256).sort());

		const [bytes] = files as [Buffer];
		const image_urls = [`data:image/png;base64,${bytes.toString('base64')}`, env.PICTURE_URL];
		const request = { prompt: 'the two of them', image_urls, ...CHEAP };
		for (const operation of ['generate-from-references', 'edit', 'variations']) {
			const { images, request_params } = await madeBy(operation, ...asJson(request));
			expect(await decodedBase64(images[0]?.b64_json)).toBe('png 1024x1024');
			expect(request_params.image_urls).toEqual(['data:image/png;base64,...', env.PICTURE_URL]);
			expect(standIn.books.at(-1)?.inputs?.map(({ source }) => source)).toEqual(['data_url', 'url']);
		}
	});

	it('writes into its folder only, whatever the prompt', async () => {
		const before = await readdir(folder);
		const prompt = '../../etc/passwd {{ $json.params }} "quoted"\n..\\..\\x';
		const made = await madeBy('generate', ...asJson({ prompt, save_to_disk: true, n: null, ...CHEAP }));
		expect(made.request_params.prompt).toBe(prompt);
		expect(standIn.books.map((entry) => entry.prompt)).toEqual([prompt]);
		const [{ filename, file_path } = { filename: '', file_path: '' }] = made.images;
		expect(filename).toMatch(/^[\w-]+\.png$/);
		expect(file_path).toBe(join(output, filename));
		expect(await decoded(await readFile(join(output, filename)))).toBe('png 1024x1024');
		expect(await readdir(folder)).toEqual(before);
	});

	it('answers what was made where less was made than asked for', async () => {
		const request = { prompt: 'Two kites [[cut]]', n: 2, ...CHEAP };
		const { message, images } = await madeBy('generate', ...asJson(request));
		expect(message).toMatch(/^1 of 2 image\(s\), /);
		expect(images).toHaveLength(1);
		expect(await decodedBase64(images[0]?.b64_json)).toBe('png 1024x1024');
	});

	it('says so where the folder cannot be written to', async () => {
		await rename(output, `${output}-away`);
		try {
			const { status, text } = await postJson('generate', { prompt: 'A kite', save_to_disk: true, ...CHEAP });
			expect({ status, ...(JSON.parse(text) as object) }).toEqual({
				status: 500,
				success: false,
				error: 'not_saved',
				message: expect.stringMatching(/not written to the folder.*execution \d+/),
			});
		} finally {
			await rename(`${output}-away`, output);
		}
	});

	const teapot = ['-F', `image=@${FOLDER}/teapot.png`];
	const kite = (more: object) => asJson({ prompt: 'A kite', ...more });

	it.each<[operation: string, reason: RegExp, args: string[]]>([
		['generate', /prompt is missing/, asJson({})],
		['generate', /prompt is missing/, ['-H', 'Content-Type: application/json', '-d', '']],
		['generate', /prompt is missing/, asJson({ prompt: ' ' })],
		['generate', /must be a JSON object/, asJson([])],
		['generate', /must be a JSON object/, asJson('A kite')],
		['generate', /prompt must be a text/, asJson({ prompt: 7 })],
		['generate', /32,?000/, asJson({ prompt: 'kite '.repeat(7000) })],
		['generate', /n must be a whole number from 1 to 10/, kite({ n: 11 })],
		['generate', /n must be a whole number/, kite({ n: 0 })],
		['generate', /n must be a whole number/, kite({ n: 1.5 })],
		['generate', /n must be a whole number/, kite({ n: true })],
		['generate', /n must be a whole number/, kite({ n: [2] })],
		['generate', /size must be auto, or width and height/, kite({ size: 'large' })],
		['generate', /size must be a text/, kite({ size: 1024 })],
		['generate', /17x17/, kite({ size: '17x17' })],
		['generate', /best/, kite({ quality: 'best' })],
		['generate', /dall-e-3/, kite({ model: 'dall-e-3' })],
		['generate', /no price is known of gpt-image-99/, kite({ model: 'gpt-image-99' })],
		['generate', /model must be a text/, kite({ model: 4 })],
		['generate', /response_format must be one of b64_json, url/, kite({ response_format: 'png' })],
		['generate', /save_to_disk must be one of true, false/, kite({ save_to_disk: 'yes' })],
		['generate', /save_to_disk must be one of true, false/, kite({ save_to_disk: '../../etc' })],
		['generate', /no field "colour" here/, kite({ colour: 'red' })],
		['generate', /no field "image_urls" here/, kite({ image_urls: ['https://example.com/a.png'] })],
		['generate', /more than the 0\.2 USD/, kite({ n: 10, size: '2048x2048', quality: 'high' })],
		['generate-from-references', /image_urls is missing/, kite({})],
		['generate-from-references', /image_urls is missing/, kite({ image_urls: [] })],
		['generate-from-references', /http, https or data/, kite({ image_urls: ['file:///etc/passwd'] })],
		[
			'generate-from-references',
			/http, https or data/,
			kite({ image_urls: [{ url: 'https://example.com' }] }),
		],
		['generate-from-references', /16 images/, kite({ image_urls: Array(17).fill('https://example.com/a') })],
		['generate', /Content-Type must be application\/json\./, ['-d', 'prompt=A kite']],
		['generate', /Content-Type must be application\/json\./, ['-F', 'prompt=A kite']],
		['generate', /Content-Type must be application\/json\./, ['-X', 'POST']],
		['edit', /The image is missing/, ['-F', 'prompt=A lid']],
		['edit', /prompt is missing/, [...teapot]],
		['edit', /prompt must be a text/, [...teapot, '-F', 'prompt=A lid', '-F', 'prompt=Two']],
		['edit', /n must be a whole number/, [...teapot, '-F', 'prompt=A lid', '-F', 'n=two']],
		['edit', /no file "photo" here/, [...teapot, '-F', 'prompt=A lid', '-F', `photo=@${FOLDER}/teapot.png`]],
		['edit', /mask must be a file of a form/, [...teapot, '-F', 'prompt=A lid', '-F', 'mask=mask.png']],
		['edit', /mask/, [...teapot, '-F', 'prompt=A lid', '-F', `mask=@${FOLDER}/teapot.png`]],
		['edit', /image/, ['-F', `image=@${FOLDER}/workflow.json`, '-F', 'prompt=A lid']],
		['edit', /Error while downloading/, kite({ image_urls: ['http://127.0.0.1:9/none.png'], ...CHEAP })],
		['variations', /image must be a file of a form/, ['-F', 'image=teapot.png']],
		['variations', /no file "mask" here/, [...teapot, '-F', `mask=@${FOLDER}/mask.png`]],
		['variations', /not both/, [...teapot, '-F', 'image_urls=https://example.com/a.png']],
	])('refuses a wrong request to %s: %s', async (operation, reason, args) => {
		const { status, text } = await post(operation, ...args);
		expect({ status, body: JSON.parse(text) as unknown }).toEqual({
			status: 400,
			body: {
				success: false,
				error: expect.stringMatching(/^[a-z_]+$/),
				message: expect.stringMatching(reason),
			},
		});
		expect(standIn.books.filter(({ usd }) => usd > 0)).toEqual([]);
	});

	it('refuses a file that is too large for OpenAI', async () => {
		const large = join(folder, 'large.png');
		const picture = await readFile(join(FOLDER, 'teapot.png'));
		await writeFile(large, Buffer.concat([picture, Buffer.alloc(50 * 1024 * 1024)]));
		const { status, text } = await post('edit', '-F', `image=@${large}`, '-F', 'prompt=A lid');
		await rm(large);
		expect({ status, ...(JSON.parse(text) as object) }).toEqual({
			status: 400,
			success: false,
			error: expect.stringMatching(/^[a-z_]+$/),
			message: expect.stringMatching(/50 MB/),
		});
		expect(standIn.books.filter(({ usd }) => usd > 0)).toEqual([]);
	});

	it.each([
		['[[moderation]]', 400, 'moderation_blocked', /safety system/],
		['[[rate-limit]]', 429, 'rate_limit_exceeded', /./],
		['[[quota]]', 500, 'insufficient_quota', /account of this service/],
		['[[status 500]]', 500, 'server_error', /./],
		['[[html 502]]', 500, 'server_error', /./],
		['[[not-an-image]]', 500, /^[a-z_]+$/, /./],
		['[[empty]]', 500, /^[a-z_]+$/, /./],
	])('hands on what OpenAI answers to %s', async (directive, expected, error, reason) => {
		const { status, text } = await postJson('generate', { prompt: `A kite ${directive}`, ...CHEAP });
		expect({ status, body: JSON.parse(text) as unknown }).toEqual({
			status: expected,
			body: {
				success: false,
				error: expect.stringMatching(error),
				message: expect.stringMatching(reason),
			},
		});
	});

	it('says nothing of the key that OpenAI refuses', async () => {
		const { status, text } = await postJson('wrong/generate', { prompt: 'A kite', ...CHEAP });
		expect({ status, ...(JSON.parse(text) as object) }).toEqual({
			status: 500,
			success: false,
			error: 'invalid_api_key',
			message: expect.stringMatching(/account of this service/),
		});
		expect(text).not.toMatch(/sk-|\*\*/);
	});

	it('lets nobody in without the secret, and leaves other methods and broken JSON to n8n', async () => {
		const url = `${env.BASE}/api/v1/images/generate`;
		const body = asJson({ prompt: 'A kite' });
		expect((await curl(url, ...body)).status).toBe(403);
		expect((await curl(url, ...body, '-H', 'X-API-Key: wrong')).status).toBe(403);
		expect((await curl(url)).status).toBe(404);
		expect((await curl(url, '-X', 'DELETE')).status).toBe(404);
		expect((await curl(`${env.BASE}/health`, '-X', 'POST')).status).toBe(404);
		const broken = ['-H', 'Content-Type: application/json', '-d', '{"prompt": "A kite"'];
		expect((await post('generate', ...broken)).status).toBe(422);
		expect(standIn.books).toEqual([]);
	});
});

describe('the example http-image-api with three requests a minute', () => {
	it('serves three of five at once, tells the others when to come back, and serves them then', async () => {
		const request = { prompt: 'A kite', ...CHEAP };
		const answers = await Promise.all(Array.from({ length: 5 }, () => postJson('limited/generate', request)));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
		expect(standIn.books).toHaveLength(LIMIT);
		const refused = answers.filter(({ status }) => status === 429);
		for (const { text } of refused) {
			expect(JSON.parse(text)).toEqual({
				success: false,
				error: 'rate_limit',
				message: 'There may be 3 requests a minute. Try again later.',
			});
		}
		// A wrong request is told so, and takes nobody's place.
		expect((await postJson('limited/generate', CHEAP)).status).toBe(400);

		const seconds = refused.map(({ headers }) => Number(headers['retry-after']?.[0]));
		expect(seconds.every((wait) => wait >= 1 && wait <= 60)).toBe(true);
		await sleep(Math.max(...seconds) * 1000);
		expect((await postJson('limited/generate', request)).status).toBe(200);
	});
});
