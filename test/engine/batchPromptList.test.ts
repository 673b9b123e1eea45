import fc from 'fast-check';
import { readPromptList } from '../../engine/sources/promptList';

const problemsOf = (text: string) =>
	readPromptList(text).problems.map(({ path, message }) => `${path}: ${message}`);

describe('a prompt list', () => {
	it('has a prompt under each header', () => {
		const text =
			'\n# fox\n\nA red fox,\nasleep in snow.  \n\n#  blue whale \nA whale.\n## Light\n  from above';
		expect(readPromptList(text)).toEqual({
			jobs: [
				{
					label: 'prompt "fox" (line 2)',
					name: 'fox',
					prompt: 'A red fox,\nasleep in snow.',
					parameters: {},
				},
				{
					label: 'prompt "blue whale" (line 7)',
					name: 'blue whale',
					prompt: 'A whale.\n## Light\n  from above',
					parameters: {},
				},
			],
			problems: [],
			warnings: [],
		});
	});

	it('may be indented', () => {
		expect(readPromptList('\t# fox\n\tA fox').jobs).toMatchObject([{ name: 'fox', prompt: 'A fox' }]);
	});

	it('warns of what is nearly a header', () => {
		const { jobs, problems, warnings } = readPromptList('# fox\nA fox\n#whale\nA whale');
		expect(problems).toEqual([]);
		expect(jobs).toMatchObject([{ prompt: 'A fox\n#whale\nA whale' }]);
		expect(warnings).toEqual([
			'line 3 ("#whale") is text of prompt "fox". If it is to begin another one, put a blank after the #.',
		]);
	});

	it.each<[string, string, RegExp[]]>([
		['nothing', '', [/^line 1: There is no prompt\. Begin each with its name, such as "# fox"/]],
		['blanks', '\n \n', [/^line 1: There is no prompt/]],
		[
			'text before the first header',
			'\nA fox\nB\n# fox\nC',
			[/^line 2: "A fox" stands before the first header/],
		],
		['text without a header', 'A fox', [/^line 1: "A fox" stands before .* Put the prompt's name above it/]],
		['a header without a blank', '#fox\nA fox', [/^line 1: "#fox" .* has a blank after the #: "# fox"\.$/]],
		['a smaller heading first', '## fox\nA fox', [/^line 1: "## fox" stands before/]],
		['a header without a name', '# \nA fox', [/^line 1: This header has no name/]],
		['an empty prompt', '# a\nA\n# fox\n \n# b\nB', [/^line 3: There is no text for "fox"/]],
		['an empty prompt at the end', '# a\nA\n# fox', [/^line 3: There is no text for "fox"/]],
		['a name twice', '# fox\nA\n# fox\nB', [/^line 3: The name "fox" is taken by line 1 already\. Choose/]],
		[
			'a name in capitals',
			'# fox\nA\n# Fox\nB',
			[/^line 3: The name "Fox" is taken by line 1 already as "fox"; as names of files/],
		],
		['names of the same file', '# a/b\nA\n# a?b\nB', [/^line 3: The name "a\?b" .* as "a\/b"/]],
		[
			'all of it',
			'x\n# fox\n# fox\nA\n#\n',
			[
				/^line 1: /,
				/^line 2: There is no text/,
				/^line 3: The name/,
				/^line 5: .* no name/,
				/^line 5: .* no text/,
			],
		],
	])('refuses %s', (_, text, messages) => {
		const problems = problemsOf(text);
		expect(problems).toHaveLength(messages.length);
		for (const [place, message] of messages.entries()) expect(problems[place]).toMatch(message);
	});

	it('keeps the prompts that have no problems', () => {
		expect(readPromptList('# a\n# b\nB').jobs.map(({ name }) => name)).toEqual(['b']);
	});

	it('has 50,000 prompts at the most', () => {
		const list = (count: number) => Array.from({ length: count }, (_, place) => `# p${place}\nx`).join('\n');
		expect(readPromptList(list(50_000))).toMatchObject({ problems: [], jobs: { length: 50_000 } });
		const { jobs, problems } = readPromptList(list(50_001));
		expect(jobs).toEqual([]);
		expect(problems).toEqual([
			{
				path: 'line 100001',
				message: expect.stringMatching(/^50,001 prompts are given\. Allowed: 50,000\./),
			},
		]);
	});
});

describe('any prompt list', () => {
	const line = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/^\s*#/.test(text));
	const prompt = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n').trim());

	it('gives back its prompts, with byte order mark and any line ends', () => {
		fc.assert(
			fc.property(
				fc.array(prompt, { minLength: 1 }),
				fc.boolean(),
				fc.constantFrom('\n', '\r\n', '\r'),
				(all, mark, end) => {
					const text = all.map((one, place) => `# n${place}\n\n${one}\n`).join('\n');
					const { jobs, problems } = readPromptList((mark ? '\uFEFF' : '') + text.replaceAll('\n', end));
					expect(problems).toEqual([]);
					expect(jobs.map((job) => job.prompt)).toEqual(all);
				},
			),
		);
	});

	it('is read without throwing; it has prompts or problems', () => {
		const pieces = fc.constantFrom('#', '# ', '# fox', '##', '\n', '\r\n', ' ', 'A fox', '\uFEFF');
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.array(pieces).map((all) => all.join('')),
				),
				(text) => {
					const { jobs, problems } = readPromptList(text);
					expect(jobs.length + problems.length).toBeGreaterThan(0);
					for (const job of jobs) expect(job.prompt.trim()).not.toBe('');
				},
			),
		);
	});
});
