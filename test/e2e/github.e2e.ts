import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { Editor } from '../../host/editor';
import {
	bearerCredential,
	chooseCredential,
	cryptoCredential,
	exampleFolder,
	importedExample,
} from '../../host/imported-example';
import { N8n, openAiCredential } from '../../host/n8n';
import { startStandIn, type StandIn } from '../stand-in';
import { actionsFile, evaluate, runSteps } from './github-actions';
import {
	batchComment,
	deliver,
	issueComment,
	REPOSITORY,
	signatureOf,
	textOf,
	type Comment,
} from './github-comments';
import { REFUSED } from './github-refused';
import { startGitHub, type GitHub } from './github-stand-in';
import { publish, untilThere } from './http-service';

const TOKEN = 'github_pat_stand-in';
const SECRET = "It's a Secret to Everybody";
const BRANCH = 'batch-images';
const CHEAP = { size: '1024x1024', quality: 'low' };

let folder: string;
let standIn: StandIn;
let gitHub: GitHub;

beforeAll(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'github-batches-')));
	standIn = await startStandIn();
	gitHub = await startGitHub({ repository: REPOSITORY, token: TOKEN, branch: BRANCH });
});

afterAll(async () => {
	await gitHub?.close();
	await standIn?.close();
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => {
	standIn.reset();
	gitHub.reset();
});

/** What the stand-in charged, as comments write it. */
function charged(): string {
	const nano = standIn.books.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0);
	return `$${(nano / 1e9).toFixed(4)}`;
}

async function size(bytes: Buffer): Promise<string> {
	const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
	return `${info.width}x${info.height}`;
}

const MENU = [
	{ prompt: 'Pumpkin soup', output_path: 'menu/soup.png', ...CHEAP },
	{ prompt: 'Tea for @everyone | `rm -rf` <b>', sample_count: 2, output_path: 'tea.png', ...CHEAP },
	{ prompt: 'A forbidden cake [[moderation]]', ...CHEAP },
];

/** Of the README: what is said, and the lines of what is answered. */
async function readmeExample(): Promise<{ comment: string; answer: string[] }> {
	const readme = await readFile(join(exampleFolder('github-comment-batch'), 'README.md'), 'utf8');
	const [, comment] = /^````\n(.*?)^````$/ms.exec(readme) ?? [];
	const answer = [...readme.matchAll(/^> ?(.*)$/gm)].map(([, line]) => String(line));
	return { comment: String(comment), answer };
}

/** As it is read: without the addresses of links, and without what only lines columns up. */
function shown(line: string): string {
	return line
		.replace(/\[(`[^`]*`)\]\([^)]*\)/g, '$1')
		.replace(/-{3,}/g, '---')
		.replace(/ +/g, ' ');
}

describe('the example github-comment-batch in n8n', () => {
	let n8n: N8n;
	let editor: Editor;
	let url: string;

	beforeAll(async () => {
		n8n = await N8n.prepare({ progress: (line) => process.stderr.write(`${line}\n`) });
		const openAi = openAiCredential({ apiKey: standIn.key, baseUrl: standIn.url });
		const others = [cryptoCredential(SECRET), bearerCredential(TOKEN)];
		const settings = { github_api: gitHub.url, max_cost_usd: 0.1 };
		const workflow = await importedExample('github-comment-batch', settings, openAi);
		for (const other of others) chooseCredential(workflow, other);
		await n8n.importCredentials([openAi, ...others]);
		await n8n.importWorkflows([workflow]);
		await publish(n8n, workflow.id);
		editor = await Editor.open(n8n);
		url = `${editor.url}/webhook/github-comment-batch`;
		await untilThere(url, 'POST');
	});

	afterAll(async () => {
		await editor?.close();
		await n8n?.remove();
	});

	async function say(comment: Comment) {
		const text = textOf(issueComment(comment));
		return await deliver(url, text, signatureOf(text, SECRET));
	}

	it('answers with the images, the failures and the cost', async () => {
		expect((await say({ id: 501, body: batchComment(MENU) })).status).toBe(202);
		const { issue, body } = await gitHub.nextComment();
		expect(issue).toBe(12);
		expect(body).toContain(`### 2 of 3 jobs done, 3 images, ${charged()}`);
		expect(standIn.books.map(({ status, images }) => [status, images]).sort()).toEqual([
			[200, 1],
			[200, 2],
			[400, 0],
		]);
		const paths = gitHub.files.map(({ path }) => path);
		expect(paths).toHaveLength(3);
		for (const { path, branch, bytes } of gitHub.files) {
			expect(path).toMatch(/^batches\/501\/(menu\/soup|tea(_\d)?)\.png$/);
			expect(branch).toBe(BRANCH);
			expect(await size(bytes)).toBe('1024x1024');
			expect(body).toContain(`(https://github.com/${REPOSITORY}/blob/${BRANCH}/${path})`);
		}
		expect(body).toContain("`Tea for @everyone \\| 'rm -rf' <b>`");
		expect(body).toMatch(/\| failed \| `A forbidden cake.*` \| `.*safety system.*` \|/);
	});

	it('says which images could not be put into the repository', async () => {
		gitHub.broken = /soup/;
		expect((await say({ id: 502, body: batchComment(MENU.slice(0, 2)) })).status).toBe(202);
		const { body } = await gitHub.nextComment();
		expect(body).toContain(`### 2 of 2 jobs done, 3 images, ${charged()}`);
		expect(body).toContain(
			"1 of the images could not be put into the repository. They are in n8n's execution",
		);
		expect(gitHub.files.filter(({ path }) => path.includes('/502/'))).toHaveLength(2);
	});

	it("answers the README's comment as the README says", async () => {
		const { comment, answer } = await readmeExample();
		expect((await say({ id: 503, body: comment })).status).toBe(202);
		const { body } = await gitHub.nextComment();
		expect(body.split('\n').map(shown)).toEqual(answer.map(shown));
		expect(body).toContain('[`menu/soup.png`](');
	});

	it.each(REFUSED)('says so of %s, and pays for nothing', async (_, body, reason) => {
		expect((await say({ id: 504, body })).status).toBe(202);
		const answer = await gitHub.nextComment();
		expect(answer).toEqual({ issue: 12, body: expect.stringMatching(/^### Nothing was made\n/) });
		expect(answer.body).toMatch(reason);
		expect(gitHub.comments).toHaveLength(1);
		expect(gitHub.files).toEqual([]);
		expect(standIn.books).toEqual([]);
	});

	it('spends no more than Settings allow', async () => {
		const dear = Array.from({ length: 4 }, (_, place) => ({
			prompt: `Poster ${place}`,
			quality: 'high',
			size: '1024x1024',
		}));
		expect((await say({ id: 505, body: batchComment(dear) })).status).toBe(202);
		const { body } = await gitHub.nextComment();
		expect(body).toMatch(/\| cancelled \| `Poster 3` \|/);
		expect(standIn.books.reduce((sum, { usd }) => sum + usd, 0)).toBeLessThanOrEqual(0.1);
	});

	it('does nothing for strangers, bots, other comments and other events', async () => {
		const body = batchComment(MENU);
		const others: Array<Partial<Comment>> = [
			{ association: 'CONTRIBUTOR' },
			{ association: 'NONE' },
			{ userType: 'Bot' },
			{ action: 'edited' },
			{ action: 'deleted' },
			{ body: 'Thank you!' },
			{ body: `See:\n${body}` },
			{ body: body.replace('/batch', '/batches') },
			{ body: '### Nothing was made\n\n```\nThere is no block of JSON below /batch\n```' },
		];
		for (const other of others) {
			expect([other, (await say({ id: 1, body, ...other })).status]).toEqual([other, 200]);
		}
		const ping = textOf({ zen: 'Keep it logically awesome.' });
		expect((await deliver(url, ping, signatureOf(ping, SECRET), 'ping')).status).toBe(200);
		expect(standIn.books).toEqual([]);
		expect(gitHub.comments).toEqual([]);
	});

	it('does nothing without the right signature', async () => {
		const text = textOf(issueComment({ id: 2, body: batchComment(MENU) }));
		const right = signatureOf(text, SECRET);
		const rewritten = JSON.stringify(JSON.parse(text));
		const attempts: Array<[string, string | undefined]> = [
			[text, undefined],
			[text, ''],
			[text, 'sha256='],
			[text, right.slice(0, -1)],
			[text, signatureOf(text, 'a guess')],
			// Of the same content, but of other bytes.
			[text, signatureOf(rewritten, SECRET)],
			[rewritten, right],
			[text.replace('ada', 'eve'), right],
		];
		for (const [body, signature] of attempts) {
			expect([signature, (await deliver(url, body, signature)).status]).toEqual([signature, 401]);
		}
		expect(standIn.books).toEqual([]);
		expect(gitHub.comments).toEqual([]);
	});
});

describe('the example github-comment-batch in GitHub Actions', () => {
	const contextOf = (comment: Comment) => ({
		github: { token: TOKEN, event: issueComment(comment) },
		secrets: { OPENAI_API_KEY: standIn.key },
		steps: {
			images: { outputs: { 'artifact-url': `https://github.com/${REPOSITORY}/actions/runs/1/artifacts/2` } },
		},
	});

	/** Runs the job on an event. @returns the steps that failed, the comment, and the workspace */
	async function work(comment: Comment) {
		const workspace = await mkdtemp(join(folder, 'workspace-'));
		const event = join(workspace, 'event.json');
		await writeFile(event, JSON.stringify(issueComment(comment)));
		const variables = {
			GITHUB_EVENT_PATH: event,
			GITHUB_API_URL: gitHub.url,
			GITHUB_REPOSITORY: REPOSITORY,
			OPENAI_BASE_URL: standIn.url,
		};
		const failed = await runSteps((await actionsFile()).jobs.batch, workspace, variables, contextOf(comment));
		return { failed, ...(await gitHub.nextComment()), workspace };
	}

	it.each<[boolean, Partial<Comment>]>([
		[true, {}],
		[true, { association: 'OWNER' }],
		[true, { body: '/batch\n```json' }],
		[false, { association: 'CONTRIBUTOR' }],
		[false, { association: 'NONE' }],
		[false, { userType: 'Bot' }],
		[false, { body: 'See /batch' }],
		[false, { body: '/batches' }],
	])('starts (%s) for %j', async (starts, comment) => {
		const { jobs } = await actionsFile();
		const context = contextOf({ id: 1, body: batchComment(MENU), ...comment });
		expect(evaluate(jobs.batch.if, context)).toBe(starts);
	});

	it('starts for new comments alone, and puts nothing of theirs into a command', async () => {
		const { on, jobs } = await actionsFile();
		expect(on).toEqual({ issue_comment: { types: ['created'] } });
		for (const { run = '' } of jobs.batch.steps) expect(run).not.toContain('${{');
	});

	it('answers with the images, the failures and the cost', async () => {
		const { failed, body, workspace } = await work({ id: 601, body: batchComment(MENU) });
		expect({ failed, body }).toEqual({ failed: [], body: expect.stringContaining('2 of 3 jobs done') });
		expect(body).toContain(`### 2 of 3 jobs done, 3 images, ${charged()}`);
		expect(body).toMatch(/\| failed \| `A forbidden cake.*` \| `.*safety system.*` \|/);
		expect(body).toContain(`[All files](https://github.com/${REPOSITORY}/actions/runs/1/artifacts/2)`);
		const made = join(workspace, 'batch', 'images');
		const pictures = (await readdir(made, { recursive: true })).filter((name) => name.endsWith('.png'));
		expect(pictures).toHaveLength(3);
		for (const name of pictures) {
			expect(body).toContain(`\`${name}\``);
			expect(await size(await readFile(join(made, name)))).toBe('1024x1024');
		}
	});

	it.each([
		...REFUSED,
		[
			'a batch that costs too much',
			batchComment([{ prompt: 'Posters', n: 10, quality: 'high', size: '2048x2048' }]),
			/the most is \$1/,
		] as const,
	])('says so of %s, and pays for nothing', async (_, comment, reason) => {
		const { failed, body } = await work({ id: 602, body: comment });
		expect(failed).toEqual(['Check']);
		expect(body).toMatch(/^### Nothing was made/);
		expect(body).toMatch(reason);
		expect(standIn.books).toEqual([]);
	});
});
