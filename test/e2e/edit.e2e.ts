import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { exampleFolder, importedExample } from '../../host/imported-example';
import { N8n, openAiCredential, type Execution } from '../../host/n8n';
import { startWebhook, type Webhook } from '../../host/webhook';
import { startStandIn, type BookedInput, type StandIn } from '../stand-in';
import {
	combining,
	LINKED,
	marking,
	paintPictures,
	PRODUCTS,
	STRENGTHS,
	TEAPOT,
	VARY,
	varying,
} from './edit-workflows';

const MASK = join(exampleFolder('edit-then-post'), 'mask.png');

let folder: string;
let n8n: N8n;
let openAi: StandIn;
let compatible: StandIn;
let webhook: Webhook;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'edits-')));
	[openAi, compatible, webhook] = await Promise.all([
		startStandIn(),
		startStandIn({ provider: 'compatible' }),
		startWebhook(),
	]);
	n8n = await N8n.prepare({
		allowedFolders: [folder, PRODUCTS, exampleFolder('edit-then-post')],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
	const credential = openAiCredential({ apiKey: openAi.key, baseUrl: openAi.url });
	const other = openAiCredential({ apiKey: compatible.key, baseUrl: compatible.url }, 'compatible');
	other.data.provider = 'compatible';
	await n8n.importCredentials([credential, other]);
	await Promise.all(['products', '16', '17', 'marked'].map(async (name) => await mkdir(outputOf(name))));
	await Promise.all([16, 17].map(async (count) => await paintPictures(inputOf(count), count)));
	await n8n.importWorkflows([
		await importedExample('edit-then-post', { mask_file: MASK, webhook_url: webhook.url }, credential),
		await combining('products', PRODUCTS, outputOf('products'), credential),
		await combining('sixteen', inputOf(16), outputOf('16'), credential),
		await combining('seventeen', inputOf(17), outputOf('17'), credential),
		await marking('marked', inputOf('marked'), outputOf('marked'), credential),
		varying('strengths', credential, {
			model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
			strength: "={{ $('Items').item.json.strength }}",
			size: '1024x1024',
			quality: 'low',
			n: 4,
		}),
		varying('oldEndpoint', other, {
			model: { __rl: true, mode: 'id', value: 'dall-e-2' },
			endpoint: 'variations',
			size: '256x256',
			n: 2,
		}),
	]);
});

afterAll(async () => {
	await n8n?.remove();
	await Promise.all([openAi, compatible, webhook].map(async (server) => await server?.close()));
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => {
	openAi.reset();
	compatible.reset();
});

function inputOf(run: string | number): string {
	return join(folder, `${run}-pictures`);
}

function outputOf(run: string): string {
	return join(folder, `${run}-output`);
}

/** @throws where the workflow failed */
async function succeed(workflowId: string): Promise<Execution> {
	const execution = await n8n.execute(workflowId);
	const { error } = execution.run.data.resultData;
	if (error) throw new Error(`${error.message}\n${error.description ?? ''}\n\n${execution.log}`);
	return execution;
}

function itemsOf({ run }: Execution, name: string): INodeExecutionData[] {
	return run.data.resultData.runData[name]?.[0]?.data?.main?.[0] ?? [];
}

/** Of fields in an item's JSON. */
interface Made {
	prompt: string;
	endpoint: string;
	image: { bytes: number; file_name: string; width: number; height: number };
	cost: { total: number; basis: string };
}

function made(item: INodeExecutionData | undefined): Made {
	return item?.json as unknown as Made;
}

/** Added up in whole nano-dollars. */
function sum(dollars: number[]): number {
	return dollars.reduce((total, each) => total + Math.round(each * 1e9), 0) / 1e9;
}

function charged({ books }: StandIn): number {
	return sum(books.map(({ usd }) => usd));
}

function inputsOf({ books }: StandIn, request = 0): BookedInput[] {
	return books[request]?.inputs ?? [];
}

async function hashesOf(files: string[]): Promise<string[]> {
	return await Promise.all(
		files.map(async (file) =>
			createHash('sha256')
				.update(await readFile(file))
				.digest('hex'),
		),
	);
}

describe('the example edit-then-post', () => {
	it('posts the picture that was made, edited within the mask and varied, with the cost of all three', async () => {
		const execution = await succeed('editThenPost');
		const steps = ['Generate Picture', 'Edit Picture', 'Vary Picture'].map((name) =>
			itemsOf(execution, name),
		);
		expect(steps.map(({ length }) => length)).toEqual([1, 1, 1]);
		const [generated, edited, varied] = steps.map(([item]) => made(item)) as [Made, Made, Made];

		expect(openAi.books.map(({ endpoint, status }) => `${status} ${endpoint}`)).toEqual([
			'200 /v1/images/generations',
			'200 /v1/images/edits',
			'200 /v1/images/edits',
		]);
		const [maskHash] = await hashesOf([MASK]);
		expect(inputsOf(openAi, 1)).toMatchObject([
			{ field: 'image', contentType: 'image/png', bytes: generated.image.bytes, width: 1024, height: 1024 },
			{ field: 'mask', contentType: 'image/png', sha256: maskHash, width: 1024, height: 1024 },
		]);
		expect(inputsOf(openAi, 2)).toMatchObject([{ field: 'image', bytes: edited.image.bytes }]);
		expect(varied.prompt).toMatch(/small details only.* Keep the billboard/);

		expect(webhook.posts).toHaveLength(1);
		const { fields, files } = webhook.posts[0]!;
		expect(fields.caption).toBe('The fox is back in town.');
		expect(Number(fields.cost_usd)).toBeGreaterThan(0);
		expect(Number(fields.cost_usd)).toBe(charged(openAi));
		expect(files).toMatchObject([
			{ field: 'picture', fileName: 'billboard-posted.jpg', mimeType: 'image/jpeg' },
		]);
		const { data, info } = await sharp(files[0]!.bytes).raw().toBuffer({ resolveWithObject: true });
		expect(`${info.width}x${info.height}`).toBe('1024x1024');
		expect(data).toHaveLength(1024 * 1024 * info.channels);
	});
});

describe('the example product-shots', () => {
	it('sends all pictures in one request, in order and as what they are, and writes the new one', async () => {
		const execution = await succeed('products');
		const names = ['01-teapot.png', '02-cup.jpg', '03-tin.webp'];
		const hashes = await hashesOf(names.map((name) => join(PRODUCTS, name)));
		const [item] = itemsOf(execution, 'Combine Pictures');
		expect(openAi.books).toHaveLength(1);
		expect(inputsOf(openAi).map(({ field, contentType, sha256 }) => [field, contentType, sha256])).toEqual([
			['image[]', 'image/png', hashes[0]],
			['image[]', 'image/jpeg', hashes[1]],
			['image[]', 'image/webp', hashes[2]],
		]);
		expect(made(item).cost.total).toBe(charged(openAi));
		const written = join(outputOf('products'), 'tea-set.png');
		const { info } = await sharp(written).raw().toBuffer({ resolveWithObject: true });
		expect(`${info.width}x${info.height}`).toBe('1536x1024');
	});

	it('takes 16 pictures by wildcard in the order of their numbers', async () => {
		await succeed('sixteen');
		const pictures = inputOf(16);
		const names = (await readdir(pictures)).sort();
		const hashes = await hashesOf(names.map((name) => join(pictures, name)));
		expect(new Set(hashes).size).toBe(16);
		expect(openAi.books).toHaveLength(1);
		expect(inputsOf(openAi).map(({ sha256 }) => sha256)).toEqual(hashes);
		expect(await readdir(outputOf('16'))).toEqual(['tea-set.png']);
	});

	it('refuses 17 with their number and sends nothing', async () => {
		const { run } = await n8n.execute('seventeen');
		expect(run.status).toBe('error');
		expect(run.data.resultData.error?.message).toMatch(/Item 0: .*\b17 images\b.*\b16 images\b/);
		expect(openAi.books).toEqual([]);
		expect(await readdir(outputOf('17'))).toEqual([]);
	});
});

describe('a markup', () => {
	it('goes with the image that it is drawn upon', async () => {
		await succeed('marked');
		const [teapot, markup] = await hashesOf(
			['1-teapot.png', '2-markup.png'].map((name) => join(inputOf('marked'), name)),
		);
		expect(inputsOf(openAi)).toMatchObject([
			{ field: 'image', sha256: teapot },
			{ field: 'markup', sha256: markup, contentType: 'image/png' },
		]);
		expect(openAi.books).toMatchObject([{ status: 200, images: 1 }]);
		expect(await readdir(outputOf('marked'))).toEqual(['tea-set.png']);
	});
});

describe('variations', () => {
	it('come four of each strength, linked to their items, at the cost that was charged', async () => {
		const execution = await succeed('strengths');
		const items = itemsOf(execution, VARY);
		const fourOfEach = STRENGTHS.flatMap((strength) => Array.from({ length: 4 }, () => strength));
		expect(itemsOf(execution, LINKED).map(({ json }) => json.of)).toEqual(fourOfEach);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			fourOfEach.map((strength) => ({ item: STRENGTHS.indexOf(strength) })),
		);
		const telling = {
			subtle: /Change small details only/,
			moderate: /Change the composition, the viewpoint/,
			strong: /Make a free variation/,
		};
		for (const [index, strength] of fourOfEach.entries()) {
			expect(made(items[index]).prompt).toMatch(telling[strength]);
			expect(made(items[index]).endpoint).toBe('edits');
			expect(items[index]?.binary?.data?.mimeType).toBe('image/png');
		}
		expect(new Set(items.map((item) => made(item).image.file_name)).size).toBe(12);

		expect(openAi.books.map(({ n, images }) => [n, images])).toEqual([
			[4, 4],
			[4, 4],
			[4, 4],
		]);
		const [teapot] = await hashesOf([TEAPOT]);
		expect(openAi.books.map(({ inputs }) => inputs?.map(({ sha256 }) => sha256))).toEqual([
			[teapot],
			[teapot],
			[teapot],
		]);
		expect(items.every((item) => made(item).cost.basis === 'usage')).toBe(true);
		expect(charged(openAi)).toBeGreaterThan(0);
		expect(sum(items.map((item) => made(item).cost.total))).toBe(charged(openAi));
	});

	it('are asked of the old endpoint where a compatible server has it', async () => {
		const execution = await succeed('oldEndpoint');
		const items = itemsOf(execution, VARY);
		expect(itemsOf(execution, LINKED).map(({ json }) => json.of)).toEqual(
			STRENGTHS.flatMap((strength) => [strength, strength]),
		);
		expect(compatible.books.map(({ endpoint, status, n }) => `${status} ${endpoint} ${n}`)).toEqual(
			STRENGTHS.map(() => '200 /v1/images/variations 2'),
		);
		expect(compatible.books.map(({ prompt }) => prompt)).toEqual(['', '', '']);
		expect(openAi.books).toEqual([]);
		for (const item of items) {
			expect(made(item)).toMatchObject({ endpoint: 'variations', image: { width: 256, height: 256 } });
			expect(item.binary?.data?.mimeType).toBe('image/png');
		}
		expect(charged(compatible)).toBeGreaterThan(0);
		expect(sum(items.map((item) => made(item).cost.total))).toBe(charged(compatible));
	});
});
