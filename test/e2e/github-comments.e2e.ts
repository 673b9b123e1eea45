import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { exampleFolder, importedExample, nodeOf } from '../../host/imported-example';
import { openAiCredential } from '../../host/n8n';
import { UNREADABLE } from './github-refused';

/** What means something in a comment on GitHub. */
const HOSTILE = ['|', '\\', '`', '@all', '\r\n', '<b>', '<!--', '[a](b)', '#1', '\ud83d', ' '];

/** The only function that one of the example's files exports, as text. */
async function functionIn(file: string): Promise<string> {
	const source = await readFile(join(exampleFolder('github-comment-batch'), file), 'utf8');
	return String(/^export (function .*?^\})$/ms.exec(source)?.[1]);
}

/** The function itself. */
async function loaded<T>(file: string): Promise<T> {
	return (new Function(`return ${await functionIn(file)}`) as () => T)();
}

it('has the same functions in its nodes as in its files', async () => {
	const workflow = await importedExample(
		'github-comment-batch',
		{},
		openAiCredential({ apiKey: '', baseUrl: '' }),
	);
	for (const [node, file] of [
		['Read Comment', 'configuration.mjs'],
		['Write Comment', 'answer.mjs'],
	] as const) {
		expect(nodeOf(workflow, node).parameters.jsCode).toContain(await functionIn(file));
	}
});

it.each(UNREADABLE)('finds %s in a comment', async (_, body, reason) => {
	const configurationOf = await loaded<(comment: string) => { problem: string }>('configuration.mjs');
	expect(configurationOf(body)).toEqual({ problem: expect.stringMatching(reason) });
});

type AnswerOf = (summary: unknown, links: Map<string, string>, after: string) => string;

it('cuts an answer that GitHub would not take, and keeps what goes below', async () => {
	const answerOf = await loaded<AnswerOf>('answer.mjs');
	const cost = { total: 0.01 };
	const results = Array.from({ length: 1000 }, (_, place) => ({
		status: 'completed',
		output_paths: [`${place}.png`],
		prompt: 'A cup '.repeat(50),
		cost,
	}));
	const body = answerOf(
		{ succeeded: 1000, total: 1000, images: 1000, total_cost: cost, results },
		new Map(),
		'Below',
	);
	expect(body.length).toBeLessThan(65_536);
	expect(body).toMatch(/ \| \$0\.0100 \|\n\nand so on\n\nBelow$/);
});

it('lets nothing out of its cell in the answer, whatever is in prompts, errors and names', async () => {
	const answerOf = await loaded<AnswerOf>('answer.mjs');
	const hostile = fc.constantFrom(...HOSTILE);
	const text = fc
		.array(fc.oneof(hostile, fc.string({ maxLength: 3, unit: 'binary' })))
		.map((parts) => parts.join(''));
	const cost = { total: 0.01 };
	fc.assert(
		fc.property(text, text, text, (prompt, message, path) => {
			const made = { status: 'completed', output_paths: [path, 'b'], prompt, cost };
			const failed = { status: 'failed', output_paths: [], prompt, error: { message }, cost };
			const summary = { succeeded: 1, total: 2, images: 1, total_cost: cost, results: [made, failed] };
			const body = answerOf(summary, new Map([['b', 'https://github.com/b (1)|.png']]), '');
			expect(body.isWellFormed()).toBe(true);
			expect(body.replace(/`[^`\n]+`/g, (code) => (/(?<!\\)\||\\\\\|/.test(code) ? 'a bar' : '?'))).toBe(
				[
					'### 1 of 2 jobs done, 1 images, $0.0100',
					'',
					'| images | prompt | cost |',
					'| --- | --- | --- |',
					'| ?<br>[?](https://github.com/b%20%281%29%7c.png) | ? | $0.0100 |',
					'',
					'| not done | prompt | reason |',
					'| --- | --- | --- |',
					'| failed | ? | ? |',
				].join('\n'),
			);
		}),
	);
});
