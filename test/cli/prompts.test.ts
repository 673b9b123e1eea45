import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Summary } from '../../engine/reports/summary';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, EXAMPLES, imagesIn, run, variables } from './command';

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

const CHEAP = ['--size', '1024x640', '--quality', 'low'];

async function made(args: readonly string[]): Promise<string[]> {
	const { status, stderr } = await run([...args, ...CHEAP], { cwd, env: variables(standIn) });
	expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
	return imagesIn(cwd);
}

describe('names', () => {
	it.each<[string, string[], string[]]>([
		['one prompt goes where the user is', ['a red fox'], ['a-red-fox.png']],
		[
			'several images of it',
			['a red fox', '--count', '3'],
			['a-red-fox.png', 'a-red-fox_2.png', 'a-red-fox_3.png'],
		],
		[
			'several prompts go into a folder named after them',
			['a red fox', 'an owl'],
			['a-red-fox-2-prompts/01_a-red-fox.png', 'a-red-fox-2-prompts/02_an-owl.png'],
		],
		[
			'in the style of lists',
			['a red fox', 'an owl', '--name-style', 'list', '--output-dir', 'all'],
			['all/image.a-red-fox.01.low.png', 'all/image.an-owl.01.low.png'],
		],
		[
			'a prompt that speaks of a file',
			['an icon for package.json, flat'],
			['an-icon-for-package-json-flat.png'],
		],
	])('%s', async (_, args, files) => {
		expect(await made(args)).toEqual(files);
	});

	it('a list of prompts has its own, or the usual ones', async () => {
		writeFileSync(join(cwd, 'two.txt'), '# fox\na red fox\n\n# owl/night\nan owl\n');
		expect(await made(['--input', 'two.txt', '--count', '2', '--output-dir', '.'])).toEqual([
			'image.fox.01.low.png',
			'image.fox.02.low.png',
			'image.owl-night.01.low.png',
			'image.owl-night.02.low.png',
		]);
		const slugs = await made([
			'--input',
			'two.txt',
			'--name-style',
			'slug',
			'--output-dir',
			'slugs',
			'--from-scratch',
		]);
		expect(slugs.slice(-2)).toEqual(['slugs/01_a-red-fox.png', 'slugs/02_an-owl.png']);
	});

	it("nobody's file is overwritten", async () => {
		writeFileSync(join(cwd, 'a-red-fox.png'), 'mine');
		expect(await made(['a red fox'])).toEqual(['a-red-fox.png', 'a-red-fox_run2.png']);
		expect(readFileSync(join(cwd, 'a-red-fox.png'), 'utf8')).toBe('mine');
	});
});

describe('reference images', () => {
	const PICTURES = join(EXAMPLES, 'batch-configuration/pictures');
	const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

	it('make edits of the prompts, in their order', async () => {
		const files = ['cup.png', 'teapot.png'].map((name) => join(PICTURES, name));
		const flags = files.flatMap((file) => ['--reference-image', file]);
		await made(['on a table', 'in a garden', ...flags]);
		expect(standIn.books.map(({ endpoint, prompt }) => [endpoint, prompt]).sort()).toEqual([
			['/v1/images/edits', 'in a garden'],
			['/v1/images/edits', 'on a table'],
		]);
		for (const { inputs, body } of standIn.books) {
			expect(inputs?.map((input) => input.sha256)).toEqual(files.map(sha256));
			expect(Object.keys(body as object).sort()).toEqual(['model', 'prompt', 'quality', 'size']);
		}
	});

	it('may be addresses', async () => {
		const { status, stdout } = await run(
			['on a table', '--reference-image', 'https://127.0.0.1:1/cup.png', '--format', 'json', ...CHEAP],
			{ cwd, env: variables(standIn) },
		);
		// The stand-in could not fetch it: what it was sent is what matters.
		expect(status).toBe(1);
		expect(standIn.books[0]?.body).toEqual({
			model: 'gpt-image-2.5-flare',
			prompt: 'on a table',
			size: '1024x640',
			quality: 'low',
			images: [{ image_url: 'https://127.0.0.1:1/cup.png' }],
		});
		expect((JSON.parse(stdout) as Summary).results[0]?.status).toBe('failed');
	});
});

it('what fails costs the others nothing, and the exit status is 1', async () => {
	const { status, stdout, stderr } = await run(
		['a fox', '[[moderation]] an \u001b[31mowl', 'a hen', '--output-dir', '.', ...CHEAP],
		{ cwd, env: variables(standIn) },
	);
	expect(status).toBe(1);
	expect(imagesIn(cwd)).toEqual(['01_a-fox.png', '03_a-hen.png']);
	expect(stdout).toMatch(/^failed job-2: /m);
	expect(stdout).toMatch(/^2 of 3 images, 1 failed, \$0\.0\d+, /m);
	expect(stdout + stderr).not.toContain('\u001b');
});

it('the time of the run ends it', async () => {
	const { status, stdout } = await run(
		[
			'a fox',
			'[[delay 60000]] an owl',
			'--timeout',
			'1000',
			'--output-dir',
			'.',
			'--format',
			'json',
			...CHEAP,
		],
		{ cwd, env: variables(standIn) },
	);
	expect(status).toBe(1);
	expect(JSON.parse(stdout)).toMatchObject({ succeeded: 1, failed: 0, cancelled: 1, images: 1 });
});
