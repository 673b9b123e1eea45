import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { INode } from 'n8n-workflow';

const EXAMPLES = resolve(__dirname, '../examples');
const E2E = resolve(__dirname, 'e2e');
const folders = readdirSync(EXAMPLES, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name);
const read = (...path: string[]) => readFileSync(join(EXAMPLES, ...path), 'utf8');

/** What `npm run examples` runs, by the words that it lists. */
const described = readdirSync(E2E)
	.filter((name) => name.endsWith('.e2e.ts'))
	.flatMap((name) => [...readFileSync(join(E2E, name), 'utf8').matchAll(/describe\('the example ([\w-]+)/g)])
	.map(([, example]) => example);

it('every example is run in a real n8n', () => {
	expect([...new Set(described)].sort()).toEqual(folders.sort());
});

describe.each(folders)('%s', (folder) => {
	it('has a page with a picture of its canvas, and what it costs', () => {
		const page = read(folder, 'README.md');
		const pictures = [...page.matchAll(/!\[[^\]]*canvas[^\]]*\]\(([^)]+)\)/g)].map(([, path]) =>
			join(EXAMPLES, folder, path ?? ''),
		);
		expect(pictures).not.toEqual([]);
		for (const picture of pictures) expect(statSync(picture).size).toBeLessThan(300_000);
		expect(page).toMatch(/\d(\.\d+)? (USD|dollars|cents)|\$\d/);
		for (const [, path] of page.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
			expect(existsSync(join(dirname(join(EXAMPLES, folder, 'README.md')), path ?? ''))).toBe(true);
	});

	it('names no credential and nothing of the machine it was made on', () => {
		for (const file of readdirSync(join(EXAMPLES, folder)).filter((name) => name.endsWith('.json'))) {
			const text = read(folder, file);
			const { nodes = [] } = JSON.parse(text) as { nodes?: INode[] };
			for (const node of nodes) {
				for (const { id } of Object.values(node.credentials ?? {}))
					expect([null, undefined, '']).toContain(id);
			}
			expect(text).not.toMatch(/sk-(?!\.\.\.)\w|\/tmp\/|\/work\/|\/root\//);
		}
	});
});
