import { appendFile, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { Editor } from '../../host/editor';
import {
	airtableCredential,
	chooseCredential,
	exampleFolder,
	importedExample,
} from '../../host/imported-example';
import { N8n, openAiCredential, type CredentialFile, type Execution } from '../../host/n8n';
import { startStandIn, type StandIn } from '../stand-in';
import { startAirtable, type Airtable, type AirtableOptions } from './airtable';
import { chargedBy, picturesIn } from './batch-workflows';
import { startDiscord, type Discord } from './discord';
import { runToEnd } from './openai-batch-workflows';

let folder: string;
let n8n: N8n;
let standIn: StandIn;
let credential: CredentialFile;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'pipelines-')));
	standIn = await startStandIn();
	credential = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
	n8n = await N8n.prepare({
		allowedFolders: [folder],
		progress: (line) => process.stderr.write(`${line}\n`),
	});
	await n8n.importCredentials([credential]);
});

afterAll(async () => {
	await n8n?.remove();
	await standIn?.close();
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => standIn.reset());

/** An empty folder for a test's images. */
async function emptyFolder(name: string): Promise<string> {
	await mkdir(join(folder, name));
	return join(folder, name);
}

/** The JSON that came out of a node's first output. */
function itemsOf({ run }: Execution, name: string): IDataObject[] {
	return (run.data.resultData.runData[name]?.[0]?.data?.main?.[0] ?? []).map(({ json }) => json);
}

describe('the example airtable-prompts', () => {
	const COLUMNS: AirtableOptions['columns'] = {
		Name: 'text',
		Prompt: 'text',
		Size: 'singleSelect',
		Quality: 'singleSelect',
		Status: 'singleSelect',
		'Cost (USD)': 'number',
		Error: 'text',
		Image: 'attachments',
	};

	let airtable: Airtable;

	afterEach(async () => await airtable.close());

	/** The example with an Airtable of these rows, as a user has it. */
	async function openAirtable(
		rows: AirtableOptions['rows'],
		output: string,
		images: CredentialFile,
		pageSize = 100,
	) {
		airtable = await startAirtable({ columns: COLUMNS, rows, pageSize });
		const { apiUrl, contentUrl, token, baseId, table } = airtable;
		const settings = {
			base_id: baseId,
			table,
			output_folder: output,
			airtable_api: apiUrl,
			airtable_content: contentUrl,
		};
		const workflow = await importedExample('airtable-prompts', settings, images);
		const records = airtableCredential(token);
		chooseCredential(workflow, records);
		await n8n.importCredentials([images, records]);
		await n8n.importWorkflows([workflow]);
		return workflow;
	}

	async function succeed(workflowId: string): Promise<Execution> {
		const execution = await n8n.execute(workflowId);
		const { error } = execution.run.data.resultData;
		if (error) throw new Error(`${error.message}\n${error.description ?? ''}\n\n${execution.log}`);
		return execution;
	}

	it('makes the rows that are to do, page by page, and writes image, status, cost and reason into each', async () => {
		const output = await emptyFolder('airtable');
		const csv = await readFile(join(exampleFolder('airtable-prompts'), 'rows.csv'), 'utf8');
		const shipped = parse(csv, { columns: true }) as AirtableOptions['rows'];
		const todo = { Status: 'To do', Size: '1024x1024', Quality: 'low' };
		const bad = [
			{ Name: 'refused', Prompt: 'Something [[moderation]]', ...todo },
			{ Name: 'no-prompt', Prompt: '', ...todo },
			{ Name: 'too-small', Prompt: 'A cup', ...todo, Size: '10x10' },
			{ Name: 'done', Prompt: 'A pot', ...todo, Status: 'Done' },
		];
		// Done and failed ones by turns: each row must get its own.
		const given = shipped.flatMap((row, index) => [row, ...bad.slice(index, index + 1)]);
		const { id } = await openAirtable(given, output, credential, 3);
		const before = structuredClone(airtable.rows);
		await succeed(id);

		const lists = () => airtable.log.filter((line) => line.startsWith('GET')).length;
		expect(lists()).toBe(Math.ceil(before.filter(({ fields }) => fields.Status === 'To do').length / 3));
		expect(airtable.log.filter((line) => !line.endsWith(' 200'))).toEqual([]);

		const reasons: Record<string, RegExp> = {
			refused: /safety system/,
			'no-prompt': /prompt/i,
			'too-small': /10x10/,
		};
		for (const [index, { fields, attachments }] of airtable.rows.entries()) {
			const { Name, Prompt, Size, Status } = before[index]!.fields;
			const reason = reasons[String(Name)];
			if (Status !== 'To do') {
				expect({ fields, attachments }).toEqual({ fields: before[index]!.fields, attachments: [] });
			} else if (reason) {
				expect(fields).toMatchObject({ Status: 'Failed', Error: expect.stringMatching(reason) });
				expect(fields).not.toHaveProperty('Cost (USD)');
				expect(attachments).toEqual([]);
			} else {
				const booked = standIn.books.filter(({ prompt }) => prompt === Prompt);
				expect(booked).toHaveLength(1);
				expect(fields).toMatchObject({ Status: 'Done', 'Cost (USD)': booked[0]!.usd });
				expect(fields).not.toHaveProperty('Error');
				expect(attachments).toMatchObject([{ filename: `${Name}.jpg`, type: 'image/jpeg' }]);
				const { format, width, height } = await sharp(attachments[0]!.bytes).metadata();
				expect(`${format} ${width}x${height}`).toBe(`jpeg ${Size ?? '1024x1024'}`);
				expect(attachments[0]!.bytes).toEqual(await readFile(join(output, `${Name}.jpg`)));
			}
		}
		const made = shipped.filter(({ Status }) => Status === 'To do');
		expect((await picturesIn(output)).map(({ name }) => name)).toEqual(
			made.map(({ Name }) => `${Name}.jpg`).sort(),
		);
		const costs = airtable.rows.map(({ fields }) => Math.round(Number(fields['Cost (USD)'] ?? 0) * 1e9));
		expect(costs.reduce((sum, cost) => sum + cost, 0) / 1e9).toBe(chargedBy(standIn));

		// There is nothing left to do.
		const [requests, pages] = [standIn.books.length, lists()];
		expect(itemsOf(await succeed(id), 'Make Images')).toEqual([]);
		expect([standIn.books.length, lists()]).toEqual([requests, pages + 1]);
	});

	it('keeps an image that Airtable does not take, and says in the row where it is', async () => {
		const output = await emptyFolder('too-large');
		const large = await startStandIn({ imageBytes: 6 * 1024 * 1024 });
		try {
			const row = { Name: 'poster', Prompt: 'A poster', Status: 'To do' };
			const images = openAiCredential({ apiKey: large.key, baseUrl: large.url }, 'largeImages');
			const { id } = await openAirtable([row], output, images);
			await succeed(id);
			expect(airtable.rows[0]).toMatchObject({
				attachments: [],
				fields: {
					Status: 'Failed',
					Error: expect.stringMatching(
						/^Made, but not attached \(Larger than 5 MB\.\): the image is in the folder, as poster\.jpg\.$/,
					),
					'Cost (USD)': large.books[0]!.usd,
				},
			});
			expect((await picturesIn(output)).map(({ name }) => name)).toEqual(['poster.jpg']);
		} finally {
			await large.close();
		}
	});
});

describe('the example scheduled-content', () => {
	interface Topic {
		topic: string;
		caption: string;
		prompt: string;
	}

	let discord: Discord;
	let editor: Editor | undefined;

	beforeEach(async () => {
		discord = await startDiscord();
	});

	afterEach(async () => {
		await editor?.close();
		await discord.close();
	});

	it('posts each topic once, with one picture that is paid for once, and says when all are used', async () => {
		const output = await emptyFolder('scheduled');
		const csv = join(folder, 'topics.csv');
		await cp(join(exampleFolder('scheduled-content'), 'topics.csv'), csv);
		const shipped = await readFile(csv, 'utf8');
		const [head = '', ...lines] = shipped.trim().split('\n');
		const [frost, market, tea, winter] = parse(shipped, { columns: true }) as [Topic, Topic, Topic, Topic];
		// The first three of the shop's, one of them twice.
		await writeFile(csv, [head, ...lines.slice(0, 3), lines[1], ''].join('\n'));

		const settings = { topics_csv: csv, output_folder: output, webhook_url: discord.url };
		const workflow = await importedExample('scheduled-content', settings, credential);
		await n8n.importWorkflows([workflow]);
		editor = await Editor.open(n8n);
		const morning = async () => await runToEnd(editor!, workflow, 'Every Morning');
		const posted = () => discord.messages.map(({ content }) => content);
		const prompts = () => standIn.books.map(({ prompt }) => prompt);
		const expectUsed = (execution: Execution, topic: Topic, place: number) => {
			const [row, ...others] = itemsOf(execution, 'Mark as Used');
			expect(others).toEqual([]);
			expect(row).toMatchObject({ ...topic, cost_usd: standIn.books[place]?.usd });
			expect(row?.used_at).not.toBeNull();
		};

		const first = await morning();
		expect(itemsOf(first, 'Add Topics')).toHaveLength(4);
		expectUsed(first, frost, 0);
		expect(posted()).toEqual([frost.caption]);

		// The post fails: the topic is not used, its picture is there.
		discord.isDown = true;
		await expect(morning()).rejects.toThrow(/Service unavailable/);
		expect(posted()).toEqual([frost.caption]);
		expect(prompts()).toEqual([frost.prompt, market.prompt]);

		// Another n8n, the same memory: that picture is posted, and none is made.
		await editor.close();
		editor = await Editor.open(n8n);
		await expect(morning()).rejects.toThrow(/Service unavailable/);
		discord.isDown = false;
		expectUsed(await morning(), market, 1);
		expect(discord.posts).toBe(4);
		expect(prompts()).toEqual([frost.prompt, market.prompt]);

		expectUsed(await morning(), tea, 2);
		expect(posted()).toEqual([frost, market, tea].map(({ caption }) => caption));
		await expect(morning()).rejects.toThrow(/All topics are used.*Add lines/);

		// A prompt that is refused is set aside, an answer that only failed is not.
		await appendFile(csv, `Refused,No.,Something [[moderation]]\nBroken,Later.,A cup [[status 500 x9]]\n`);
		await expect(morning()).rejects.toThrow(/No picture of "Refused".*safety system/);
		await expect(morning()).rejects.toThrow(/No picture of "Broken"/);
		await expect(morning()).rejects.toThrow(/No picture of "Broken"/);
		await writeFile(csv, [head, `Broken,Later.,A cup`, lines[3], ''].join('\n'));
		expect(itemsOf(await morning(), 'Mark as Used')).toMatchObject([{ topic: 'Broken', prompt: 'A cup' }]);
		expect(itemsOf(await morning(), 'Mark as Used')).toMatchObject([winter]);
		await expect(morning()).rejects.toThrow(/All topics are used/);

		const captions = [frost.caption, market.caption, tea.caption, 'Later.', winter.caption];
		expect(posted()).toEqual(captions);
		const pictures = await picturesIn(output);
		expect(pictures.map(({ size, format }) => `${format} ${size}`)).toEqual(
			captions.map(() => 'jpeg 1024x1024'),
		);
		// What was posted is what lies in the folder, and all that was paid for.
		const sent = discord.messages.map(({ files }) => files.map(({ fileName }) => fileName));
		expect(sent).toEqual(pictures.map(({ name }) => [name]));
		for (const { files } of discord.messages) {
			expect(files[0]?.bytes).toEqual(await readFile(join(output, String(files[0]?.fileName))));
			expect(files[0]?.mimeType).toBe('image/jpeg');
		}
		const paid = standIn.books.filter(({ usd }) => usd > 0);
		expect(paid.map(({ prompt }) => prompt)).toEqual([
			frost.prompt,
			market.prompt,
			tea.prompt,
			'A cup',
			winter.prompt,
		]);
		expect(chargedBy(standIn)).toBeGreaterThan(0);
	});
});
