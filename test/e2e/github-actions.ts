import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { exampleFolder } from '../../host/imported-example';
import { ROOT } from '../../host/package-under-test';
import { shell } from './http-service';

interface Step {
	name?: string;
	id?: string;
	if?: string;
	uses?: string;
	run?: string;
	env?: Record<string, string>;
}

interface Job {
	if: string;
	env: Record<string, string>;
	steps: Step[];
}

/** What a runner knows, for the expressions in a workflow file. */
export interface RunnerContext {
	github: { token: string; event: unknown };
	secrets: Record<string, string>;
	steps: Record<string, { outputs: Record<string, string> }>;
}

/** The example's file for GitHub Actions. */
export async function actionsFile(): Promise<{ on: unknown; jobs: { batch: Job } }> {
	const file = await readFile(join(exampleFolder('github-comment-batch'), 'github-actions.yml'), 'utf8');
	return parse(file) as { on: unknown; jobs: { batch: Job } };
}

/** What an expression of GitHub's gives. Its texts are in single quotes, without escapes. */
export function evaluate(expression: string, context: RunnerContext): unknown {
	const code = expression
		.replace(/'([^']*)'/g, (_, inner: string) => JSON.stringify(inner))
		.replace(/\.(\w+(?:-\w+)+)/g, '["$1"]');
	const functions = {
		startsWith: (value: string, start: string) => value.toLowerCase().startsWith(start.toLowerCase()),
		contains: (list: string[], value: string) => list.includes(value),
		fromJSON: (json: string) => JSON.parse(json) as unknown,
	};
	const scope = { ...functions, ...context };
	return (new Function(...Object.keys(scope), `return ${code}`) as (...values: unknown[]) => unknown)(
		...Object.values(scope),
	);
}

/**
 * Runs a job's `run` steps as a runner does, one after the other in a folder, with this checkout as `tool`. Once one
 * has failed, only those with `if: always()`. Of `uses` and of `npm ci` nothing is done.
 * @param variables of the runner; nothing else is inherited
 * @returns the names of the steps that failed
 */
export async function runSteps(
	{ env, steps }: Job,
	folder: string,
	variables: Record<string, string>,
	context: RunnerContext,
): Promise<string[]> {
	await symlink(ROOT, join(folder, 'tool'));
	const failed: string[] = [];
	for (const { name = '', run, if: condition, env: own = {} } of steps) {
		if (run === undefined || run === 'npm ci --prefix tool') continue;
		if (failed.length > 0 && condition !== 'always()') continue;
		const filled = Object.entries(own).map(([key, value]) => [
			key,
			value.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(evaluate(expression, context))),
		]);
		const given = { ...variables, ...env, ...(Object.fromEntries(filled) as Record<string, string>) };
		await shell(run, folder, given).catch(() => failed.push(name));
	}
	return failed;
}
