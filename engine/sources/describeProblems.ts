import type { SourceProblem } from './description';
import { counted } from './shown';

/** More are counted only: the first hundred keep anyone busy. */
const MOST_SHOWN = 100;

/** All that is wrong, as one text for an error: a line each, with the path; empty where nothing is. */
export function describeProblems(problems: readonly SourceProblem[]): string {
	const lines = problems.slice(0, MOST_SHOWN).map(({ path, message }) => `${path}: ${message}`);
	if (problems.length <= 1) return lines.join('');
	const left = problems.length - lines.length;
	return [
		`${counted(problems.length)} things are wrong:`,
		...lines.map((line) => `- ${line}`),
		...(left > 0 ? [`- and ${counted(left)} more`] : []),
	].join('\n');
}
