import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, EXAMPLES, filesIn, run, start, variables } from './command';

let standIn: StandIn;
let cwd: string;

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(async () => await standIn.close());
beforeEach(() => {
	standIn.reset();
	cwd = emptyFolder();
});

const CUP = join(EXAMPLES, 'batch-configuration/pictures/cup.png');

/** @param configuration written to batch.json, if given */
async function refused(
	args: readonly string[],
	configuration?: unknown,
	env = variables(standIn),
): Promise<string> {
	const files = configuration === undefined ? [] : ['batch.json'];
	if (configuration !== undefined) writeFileSync(join(cwd, 'batch.json'), JSON.stringify(configuration));
	const before = filesIn(cwd);
	const { status, stdout, stderr } = await run([...files, ...args], { cwd, env });
	expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	expect(standIn.books).toEqual([]);
	expect(filesIn(cwd)).toEqual(before);
	expect(stderr).not.toMatch(/^\s+at /m);
	return stderr;
}

const job = (more: object = {}) => ({
	jobs: [{ prompt: 'a fox', size: '1024x640', quality: 'low', ...more }],
});

it.each<[string, string[], RegExp]>([
	['nothing', [], /Nothing is asked for/],
	['a flag that is not known', ['a fox', '--formt', 'json'], /unknown option '--formt'.*\n.*--format/s],
	['a format that is not known', ['a fox', '--format', 'xml'], /--format.*text, json/],
	[
		'a configuration that is not there',
		['foxes.json'],
		/foxes\.json could not be read: there is no such file/,
	],
	[
		'a list that is not there',
		['--input', 'foxes.txt'],
		/foxes\.txt could not be read: there is no such file/,
	],
	['a folder as a list', ['--input', '.'], /it is a folder/],
	['prompts and a list', ['a fox', '--input', 'foxes.txt'], /not both/],
	['two configurations', ['a.json', 'b.json'], /one configuration/],
	[
		'a count for a configuration',
		['a.json', '--count', '2', '--size', 'auto'],
		/--count, --size: for prompts only/,
	],
	[
		'pictures beside a configuration',
		['a.json', '--reference-image', CUP],
		/--reference-image: for prompts only/,
	],
	['resume and from scratch', ['a fox', '--resume', '--from-scratch'], /Give one/],
	['an empty prompt', [' '], /Prompt 1\.prompt: The prompt is empty/],
	[
		'a count',
		['a fox', '--count', '0'],
		/--count: "0" is not possible\. Allowed: a whole number from 1 to 1,000/,
	],
	['a size', ['a fox', '--size', '1000x1000'], /Prompt 1\.size: "1000x1000" is not a size .* The nearest is/],
	['a quality', ['a fox', '--quality', 'best'], /"best" is not possible with gpt-image-2\.5-flare/],
	[
		'a retired model',
		['a fox', '--model', 'dall-e-3', '--provider', 'openai'],
		/shut dall-e-3 down on 2026-05-12/,
	],
	[
		'a time',
		['a fox', '--timeout', '5'],
		/--timeout: "5" is not possible\. Allowed: .* from 1,000 to 3,600,000/,
	],
	['a concurrency', ['a fox', '--max-concurrent', '33'], /--max-concurrent: "33".*from 1 to 32/],
	[
		'a picture that is not there',
		['a fox', '--reference-image', 'cup.png'],
		/There is no file "cup\.png" in/,
	],
])('%s is refused', async (_, args, message) => {
	expect(await refused(args)).toMatch(message);
});

it('all that is wrong with a configuration is said at once, and a size of the environment with it', async () => {
	const configuration = {
		max_concurrent: 0,
		jobs: [{ prompt: '' }, { prompt: 'a fox', size: '1x1' }, { prompt: 'x', output_path: '../x.png' }],
	};
	const env = variables(standIn, { OPENAI_BATCH_TIMEOUT: 'soon' });
	const told = await refused([], configuration, env);
	expect(told).toMatch(/5 things are wrong/);
	for (const path of ['max_concurrent', 'jobs[0].prompt', 'jobs[1].size', 'jobs[2].output_path'])
		expect(told).toContain(`- ${path}: `);
	expect(told).toContain('- OPENAI_BATCH_TIMEOUT: "soon"');
});

it.each([
	['jobs[0].output_path', job({ output_path: '../fox.png' })],
	['jobs[0].output_path', job({ output_path: 'a/../../fox.png' })],
	['jobs[0].output_path', job({ output_path: '/etc/fox.png' })],
	['jobs[0].output_path', job({ output_path: 'C:\\fox.png' })],
	['output_dir', { output_dir: '../foxes', ...job() }],
	['output_dir', { output_dir: '/srv', ...job() }],
])('names that lead outside are refused: %s %j', async (path, configuration) => {
	expect(await refused([], configuration)).toContain(`${path}: `);
});

it('a folder that leads outside through a link is refused', async () => {
	const elsewhere = emptyFolder();
	mkdirSync(join(cwd, 'all'));
	symlinkSync(elsewhere, join(cwd, 'all/link'));
	const told = await refused([], { output_dir: 'all', ...job({ output_path: 'link/deep/fox.png' }) });
	expect(told).toMatch(/link\/deep leads out of .* through a link/);
	expect(filesIn(elsewhere)).toEqual([]);
});

it.each(['/etc/hostname', '../cup.png', 'link.png'])(
	'a configuration reads no picture outside of its folder: %s',
	async (name) => {
		const elsewhere = emptyFolder();
		copyFileSync(CUP, join(elsewhere, 'cup.png'));
		copyFileSync(CUP, join(cwd, '../cup.png'));
		symlinkSync(join(elsewhere, 'cup.png'), join(cwd, 'link.png'));
		const told = await refused([], job({ images: [name] }));
		expect(told).toContain(`"${name}" is outside of the folder of the pictures`);
	},
);

it('a picture that is none is refused', async () => {
	writeFileSync(join(cwd, 'notes.png'), 'no picture');
	expect(await refused([], job({ images: ['notes'] }))).toMatch(/is no png, jpeg, webp or gif image/);
});

describe('a key', () => {
	it('that is missing is said', async () => {
		expect(await refused(['a fox'], undefined, variables(undefined))).toMatch(
			/There is no key\. Set OPENAI_API_KEY/,
		);
	});

	it('that is refused fails the run, and is in no output', async () => {
		const key = 'sk-proj-0123456789abcdef';
		const env = variables(standIn, { OPENAI_API_KEY: key });
		for (const format of ['text', 'json']) {
			const { status, stdout, stderr } = await run(
				[`a fox with ${key}`, '--format', format, '--output-dir', format],
				{ cwd, env },
			);
			expect(status).toBe(1);
			expect(stdout).toContain('The API key was refused (HTTP 401)');
			expect(stdout + stderr).not.toMatch(/0123456789abcdef|sk-p/);
			for (const file of filesIn(cwd)) {
				const kept = readFileSync(join(cwd, file), 'utf8');
				expect(kept).not.toMatch(/0123456789abcdef|sk-p/);
			}
			expect(standIn.books.every(({ images }) => images === 0)).toBe(true);
		}
	});

	it('that is no header is in no output either', async () => {
		const key = 'sk-proj-0123456789\nabcdef';
		const env = variables(standIn, { OPENAI_API_KEY: key });
		const { status, stdout, stderr } = await run(['a fox'], { cwd, env });
		expect(status).toBe(1);
		expect(stdout + stderr).not.toMatch(/0123456789/);
	});
});

it('a base URL that is none is refused', async () => {
	const env = variables(standIn, { OPENAI_BASE_URL: 'localhost' });
	expect(await refused(['a fox'], undefined, env)).toMatch(/OPENAI_BASE_URL is no http or https address/);
});

it('a folder that cannot be made is refused', async () => {
	writeFileSync(join(cwd, 'taken'), '');
	expect(await refused(['a fox', '--output-dir', 'taken'])).toMatch(/could not be made/);
	const below = job({ output_path: 'taken/fox.png' });
	expect(await refused(['--output-dir', '.'], below)).toMatch(
		/Nothing was sent\. The folder .*taken could not be made/,
	);
});

it.each([['--estimate-only'], ['--dry-run']])(
	'%s sends nothing, needs no key and leaves nothing',
	async (flag) => {
		const env = variables(undefined);
		const args = [join(EXAMPLES, 'batch-multi-variant.json'), flag];
		const text = await run(args, { cwd, env });
		expect(text.status).toBe(0);
		expect(text.stdout).toMatch(
			/mark-line {2}4 images {2}.*\n4 jobs, 24 images, \$0\.33 to \$0\.34; nothing was sent\n$/s,
		);
		const json = await run([...args, '--format', 'json'], { cwd, env });
		expect(JSON.parse(json.stdout)).toMatchObject({
			dry_run: true,
			total: 4,
			images: 24,
			estimated_cost: {
				currency: 'USD',
				low: expect.any(Number) as number,
				high: expect.any(Number) as number,
			},
			results: [
				{ job_id: 'mark-line', n: 4, requests: 1 },
				{},
				{},
				{ job_id: 'bag-draft', n: 12, requests: 2 },
			],
		});
		expect(filesIn(cwd)).toEqual([]);
	},
);

it('as a process: exit status 2, the reason on stderr, nothing on stdout; help is 0', async () => {
	const env = variables(standIn);
	const wrong = await start(['a fox', '--size', 'big'], { cwd, env }).ended;
	expect(wrong).toMatchObject({ status: 2, stdout: '' });
	expect(wrong.stderr).toMatch(/^Nothing was sent\. Prompt 1\.size: "big"/);
	const help = await start(['--help'], { cwd, env }).ended;
	expect(help).toMatchObject({ status: 0, stderr: '' });
	const readme = readFileSync(join(__dirname, '../../cli/README.md'), 'utf8');
	const flagsIn = (text: string, pattern: RegExp) =>
		[...text.matchAll(pattern)].map(([, flag]) => flag).sort();
	expect(flagsIn(readme, /^\| `(--[a-z-]+)/gm)).toEqual(flagsIn(help.stdout, /^ {2}(--[a-z-]+)/gm));
	expect(standIn.books).toEqual([]);
});
