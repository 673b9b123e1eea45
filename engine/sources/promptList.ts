import { safeName } from '../jobs/fileNames';
import { MOST_JOBS, type JobDescription, type SourceReading } from './description';
import { Findings } from './findings';
import { counted, quoted } from './shown';

interface Section {
	name: string;
	/** From 1. */
	line: number;
	text: string[];
}

/** `# name`, blanks before it or not. `## name` is none: prompts may have headings of their own. */
const HEADER = /^#(?:\s+(.*))?$/s;
/** `#name` is a hashtag or a colour; more often it is a slip. */
const NEARLY_A_HEADER = /^#[^#\s]/;

const EXAMPLE = 'such as "# fox", on a line of its own';

/**
 * Reads a list of prompts. A line `# name` begins a prompt; the lines until the next one, or the end, are its text, without
 * the empty lines around it. Names must differ in more than capitals, for they become names of files. A line that begins
 * with `##`, or with `#` and no blank after it, is text.
 */
export function readPromptList(text: string): SourceReading {
	const findings = new Findings();
	const sections = sectionsOf(text, findings);
	const tooMany = sections[MOST_JOBS];
	if (tooMany) {
		const message = `${counted(sections.length)} prompts are given. Allowed: ${counted(MOST_JOBS)}. Split them into several batches.`;
		findings.problem(`line ${tooMany.line}`, message);
	}
	const jobs = tooMany ? [] : jobsOf(sections, findings);
	return { jobs, problems: findings.problems, warnings: findings.warnings };
}

function sectionsOf(text: string, findings: Findings): Section[] {
	const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
	const sections: Section[] = [];
	let stray = false;
	for (const [index, content] of lines.entries()) {
		const line = content.trim();
		const path = `line ${index + 1}`;
		const header = HEADER.exec(line);
		const section = sections.at(-1);
		if (header) {
			sections.push({ name: (header[1] ?? '').trim(), line: index + 1, text: [] });
		} else if (section) {
			section.text.push(content);
			if (NEARLY_A_HEADER.test(line)) findings.warn(path, nearMiss(line, section));
		} else if (line !== '' && !stray) {
			stray = true;
			findings.problem(path, strayText(line));
		}
	}
	if (sections.length === 0 && !stray)
		findings.problem('line 1', `There is no prompt. Begin each with its name, ${EXAMPLE}.`);
	return sections;
}

/** Those that have no problems. */
function jobsOf(sections: readonly Section[], findings: Findings): JobDescription[] {
	const taken = new Map<string, Section>();
	const jobs: JobDescription[] = [];
	for (const section of sections) {
		const { name, line } = section;
		const prompt = section.text.join('\n').trim();
		const fileName = safeName(name).normalize('NFC').toLowerCase();
		const first = taken.get(fileName);
		const before = findings.problems.length;
		const refuse = (message: string) => findings.problem(`line ${line}`, message);
		if (name === '') refuse(`This header has no name. Write one after the #, ${EXAMPLE}.`);
		else if (first) refuse(sameName(name, first));
		else taken.set(fileName, section);
		if (prompt === '') refuse(`There is no text for ${quoted(name)}. Describe the image to make below it.`);
		const label = `prompt ${quoted(name)} (line ${line})`;
		if (findings.problems.length === before) jobs.push({ label, name, prompt, parameters: {} });
	}
	return jobs;
}

function sameName(name: string, first: Section): string {
	const but = first.name === name ? '' : ` as ${quoted(first.name)}; as names of files they are the same`;
	return `The name ${quoted(name)} is taken by line ${first.line} already${but}. Choose another one.`;
}

function strayText(line: string): string {
	const advice = NEARLY_A_HEADER.test(line)
		? `A header has a blank after the #: ${quoted(`# ${line.slice(1)}`)}.`
		: `Put the prompt's name above it, ${EXAMPLE}.`;
	return `${quoted(line)} stands before the first header. ${advice}`;
}

function nearMiss(line: string, { name }: Section): string {
	return `(${quoted(line)}) is text of prompt ${quoted(name)}. If it is to begin another one, put a blank after the #.`;
}
