import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { Chat } from '../../host/chat';
import { Editor } from '../../host/editor';
import { N8n, type Execution } from '../../host/n8n';
import { startStandIn, type StandIn } from '../stand-in';
import { previewing, talkingExamples, WITH_PARTIALS, type TalkingExamples } from './conversation-workflows';
import { GENERATE } from './workflow';

/** The instructions of the example four-turns.json. */
const TURNS = [
	'A red toy car, seen from the side, on white paper',
	'Make it blue',
	'Now add white racing stripes',
	'Put it on a beach at sunset',
];

let folder: string;
let n8n: N8n;
let standIn: StandIn;
let examples: TalkingExamples;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'conversations-')));
	standIn = await startStandIn();
	n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
	await Promise.all(['versions', 'images', 'responses'].map(async (name) => await mkdir(pathOf(name))));
	examples = await talkingExamples(pathOf('versions'), { apiKey: standIn.key, baseUrl: standIn.url });
	const { credentials, director, fourTurns, agent } = examples;
	const [images] = credentials;
	await n8n.importCredentials(credentials);
	await n8n.importWorkflows([
		director,
		fourTurns,
		agent,
		previewing('previewImages', 'images', pathOf('images'), images!),
		previewing('previewResponses', 'responses', pathOf('responses'), images!),
	]);
});

afterAll(async () => {
	await n8n?.remove();
	await standIn?.close();
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => standIn.reset());

function pathOf(...names: string[]): string {
	return join(folder, ...names);
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

function hashOf(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** A picture decoded to the last pixel: its format and `WIDTHxHEIGHT`. */
async function decoded(bytes: Buffer): Promise<string> {
	const { format } = await sharp(bytes).metadata();
	const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
	return `${format} ${info.width}x${info.height}`;
}

/** What a link delivers to anybody who has it: no cookie goes along. */
async function download(link: string): Promise<Buffer> {
	const response = await fetch(link);
	expect(response.status).toBe(200);
	expect(response.headers.get('content-type')).toBe('image/png');
	return Buffer.from(await response.arrayBuffer());
}

/** Added up in whole nano-dollars. */
function sum(dollars: number[]): number {
	return dollars.reduce((total, each) => total + Math.round(each * 1e9), 0) / 1e9;
}

describe('the example art-director, by itself: four turns', () => {
	it('makes four versions in one conversation, each with all that was said so far, at the cost charged', async () => {
		const execution = await succeed(examples.fourTurns.id);
		const { books } = standIn;
		expect(books.map(({ endpoint, status }) => `${status} ${endpoint}`)).toEqual(
			TURNS.map(() => '200 /v1/responses'),
		);
		expect(books.map(({ instructions }) => instructions)).toEqual(
			TURNS.map((_, index) => TURNS.slice(0, index + 1)),
		);
		const responses = books.map(({ responseId }) => responseId);
		expect(new Set(responses).size).toBe(4);
		expect(books.map(({ previousResponseId }) => previousResponseId)).toEqual([
			null,
			...responses.slice(0, 3),
		]);

		const costs = books.map(({ usd }) => usd);
		const items = itemsOf(execution, 'All Versions');
		expect(items.map(({ json }) => json)).toEqual(
			TURNS.map((instruction, index) => ({
				version: index + 1,
				instruction,
				file: `v${index + 1}.png`,
				response_id: responses[index],
				cost_usd: costs[index],
				cost_so_far_usd: sum(costs.slice(0, index + 1)),
			})),
		);
		expect(items.map(({ binary }) => binary?.data?.fileName)).toEqual([
			'v1.png',
			'v2.png',
			'v3.png',
			'v4.png',
		]);
		expect(books.every(({ imageUsd = 0, conversationUsd = 0 }) => imageUsd > 0 && conversationUsd > 0)).toBe(
			true,
		);

		const versions = await Promise.all(
			TURNS.map(async (_, index) => await readFile(pathOf('versions', `v${index + 1}.png`))),
		);
		expect(await Promise.all(versions.map(decoded))).toEqual(TURNS.map(() => 'png 1024x1024'));
		const hashes = versions.map(hashOf);
		expect(new Set(hashes).size).toBe(4);
		// What a turn goes on from is the very picture that the turn before left in the folder.
		expect(books.map(({ inputs = [] }) => inputs.map(({ sha256 }) => sha256))).toEqual([
			[],
			...hashes.slice(0, 3).map((hash) => [hash]),
		]);
	});
});

describe('the example art-director', () => {
	const CAR = ['A red toy car', 'Make it blue', 'Now add racing stripes', 'Put it on a beach'];
	const HOUSE = ['A tree house', 'At night', 'With a ladder'];

	/** Says the next of the chat's lines; holds answer, picture and file against what the server charged. */
	async function turn(chat: Chat, lines: string[], version: number): Promise<void> {
		const answer = await chat.say(lines[version - 1]!);
		const booked = standIn.books.filter(({ instructions }) => instructions?.[0] === lines[0]);
		expect(booked.at(-1)).toMatchObject({ status: 200, instructions: lines.slice(0, version) });
		const cost = booked.at(-1)!.usd.toFixed(4);
		const soFar = sum(booked.map(({ usd }) => usd)).toFixed(4);
		const file = fileOf(chat, version);
		const [picture, words] = answer.split('\n\n');
		expect(words).toBe(`**Version ${version}** (${file}) cost ${cost} USD, ${soFar} USD so far.`);
		const [, number, link] = /^!\[Version (\d)\]\((\S+)\)$/.exec(String(picture)) ?? [];
		expect(number).toBe(String(version));
		const bytes = await download(String(link));
		expect(await decoded(bytes)).toBe('png 1024x1024');
		expect(hashOf(bytes)).toBe(hashOf(await readFile(pathOf('versions', file))));
	}

	function fileOf({ session }: Chat, version: number): string {
		return `${session.slice(0, 8)}-v${version}.png`;
	}

	async function inEditor<T>(talk: (editor: Editor) => Promise<T>): Promise<T> {
		const editor = await Editor.open(n8n);
		try {
			return await talk(editor);
		} finally {
			await editor.close();
		}
	}

	it('goes on where a chat left off, whoever else talks, after a refusal, and after a restart of n8n', async () => {
		const { id } = examples.director;
		const { session } = await inEditor(async (editor) => {
			const [car, house] = [await Chat.open(editor, id), await Chat.open(editor, id)];
			await turn(car, CAR, 1);
			await turn(house, HOUSE, 1);
			await turn(car, CAR, 2);
			await turn(house, HOUSE, 2);
			expect(await car.say('Now add flames [[moderation]]')).toMatch(
				/^No picture this time, and the last one stays as it is\. .*rejected by the safety system/,
			);
			await turn(house, HOUSE, 3);
			return car;
		});
		await inEditor(async (editor) => {
			const car = await Chat.open(editor, id, session);
			await turn(car, CAR, 3);
			await turn(car, CAR, 4);
			const written = await readdir(pathOf('versions'));
			expect(written.filter((name) => name.startsWith(session.slice(0, 8))).sort()).toEqual(
				CAR.map((_, index) => fileOf(car, index + 1)),
			);
		});
	});
});

describe('the example agent-tool', () => {
	it('has the agent answer with a link that delivers the picture and with its cost, or with why there is none', async () => {
		const editor = await Editor.open(n8n);
		try {
			const chat = await Chat.open(editor, examples.agent.id);
			const answer = await chat.say('Draw me a fox in the snow');
			const prompt = 'Draw me a fox in the snow\n\nStyle: A woodcut.';
			expect(standIn.books).toMatchObject([{ status: 200, prompt, images: 1 }]);

			// The stand-in's model tells word for word what the tool said.
			const [told] = /\[\{.*\}\]/s.exec(answer) ?? [];
			const [item] = JSON.parse(String(told)) as [{ image: { url: string; bytes: number }; cost: object }];
			expect(item.cost).toMatchObject({ currency: 'USD', total: standIn.books[0]?.usd, basis: 'usage' });
			expect(item.image.url).toMatch(new RegExp(`^${editor.url}/rest/binary-data/signed\\?token=`));
			const picture = await download(item.image.url);
			expect(picture).toHaveLength(item.image.bytes);
			expect(await decoded(picture)).toBe('png 1024x1024');

			expect(await chat.say('Draw a forbidden fox [[moderation]]')).toMatch(/rejected by the safety system/);
		} finally {
			await editor.close();
		}
	});
});

describe('partial images', () => {
	it.each([
		['images', 'previewImages', '/v1/images/generations'],
		['responses', 'previewResponses', '/v1/responses'],
	])('of the API "%s" are binaries of the image\'s item, and priced', async (api, workflowId, endpoint) => {
		const execution = await succeed(workflowId);
		const [item, ...others] = itemsOf(execution, GENERATE);
		expect(others).toEqual([]);
		expect(Object.keys(item?.binary ?? {})).toEqual([...WITH_PARTIALS]);
		expect(standIn.books).toMatchObject([{ endpoint, status: 200, images: 1 }]);
		expect(item?.json.cost).toMatchObject({ total: standIn.books[0]?.usd });

		const pictures = await Promise.all(
			WITH_PARTIALS.map(async (property) => await readFile(pathOf(api, `${property}.png`))),
		);
		expect(await Promise.all(pictures.map(decoded))).toEqual(pictures.map(() => 'png 1024x1024'));
		expect(new Set(pictures.map(hashOf)).size).toBe(3);
	});
});
