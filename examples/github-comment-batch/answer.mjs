/**
 * `node answer.mjs FOLDER`: the body of a request that comments on what a run left in a folder: `summary.json`, or why
 * there is none, in `problem.txt`. The workflow's node "Write Comment" holds the same function.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The comment on a run: its images, its failures and its cost.
 * @param summary of the Batch node or of the command line
 * @param links a Map: the addresses of the files that have one, by their names
 * @param after goes below
 */
export function answerOf(summary, links, after) {
	// What others wrote stands between backticks: there it mentions nobody, links nowhere and is no HTML.
	const code = (text, longest) => {
		const letters = [...String(text).toWellFormed().replace(/\s+/g, ' ').trim()];
		const short = letters.length > longest ? `${letters.slice(0, longest).join('')}...` : letters.join('');
		// In a table a bar ends the cell even there. Whether \\| is a bar with a backslash before it, readers disagree.
		return `\`${short.replaceAll('`', "'").replaceAll('\\|', '\\ |').replaceAll('|', '\\|') || ' '}\``;
	};
	const money = ({ total }) => (total === null ? 'unknown' : `$${total.toFixed(4)}`);
	const inLink = (address) => address.replace(/[ ()<>|\\`]/g, (it) => `%${it.charCodeAt(0).toString(16)}`);
	const file = (path) =>
		links.get(path) ? `[${code(path, 100)}](${inLink(links.get(path))})` : code(path, 100);
	const made = summary.results.filter(({ output_paths }) => output_paths.length > 0);
	const missing = summary.results.filter(({ status }) => status !== 'completed');
	const lines = [
		`### ${summary.succeeded} of ${summary.total} jobs done, ${summary.images} images, ${money(summary.total_cost)}`,
	];
	if (made.length > 0) {
		lines.push('', '| images | prompt | cost |', '| --- | --- | --- |');
		for (const { output_paths, prompt, cost } of made) {
			lines.push(`| ${output_paths.map(file).join('<br>')} | ${code(prompt, 120)} | ${money(cost)} |`);
		}
	}
	if (missing.length > 0) {
		lines.push('', '| not done | prompt | reason |', '| --- | --- | --- |');
		for (const { status, prompt, error } of missing) {
			lines.push(`| ${status} | ${code(prompt, 120)} | ${code(error?.message ?? '', 300)} |`);
		}
	}
	const all = lines.join('\n');
	// GitHub takes 65,536 characters.
	const text = all.length > 64000 ? `${all.slice(0, all.lastIndexOf('\n', 64000))}\n\nand so on` : all;
	return after ? `${text}\n\n${after}` : text;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	const read = (name) => {
		const path = join(process.argv[2], name);
		return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
	};
	// The command line says where its files are; in the artifact they are below its own root.
	const inArtifact = (path) => relative(resolve(process.argv[2], 'images'), path);
	const { ARTIFACT_URL } = process.env;
	const summary = read('summary.json');
	const problem = read('problem.txt') || "The run's log says why.";
	const body = summary
		? answerOf(
				JSON.parse(summary, (name, value) => (name === 'output_paths' ? value.map(inArtifact) : value)),
				new Map(),
				ARTIFACT_URL ? `[All files](${ARTIFACT_URL})` : '',
			)
		: `### Nothing was made\n\n\`\`\`\n${problem.replaceAll('`', "'").slice(0, 5000).toWellFormed()}\n\`\`\``;
	console.log(JSON.stringify({ body }));
}
