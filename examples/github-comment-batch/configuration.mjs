/**
 * `node configuration.mjs`: the configuration in the comment of the event, on standard output; what is wrong with it
 * on standard error, with exit status 1. The workflow's node "Read Comment" holds the same function.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a comment asks for. It is foreign: nothing but the fields named here, and pictures from the web alone. */
export function configurationOf(comment) {
	const FIELDS = [
		'prompt',
		'name',
		'model',
		'size',
		'quality',
		'n',
		'sample_count',
		'output_path',
		'output_format',
		'background',
		'transparent_background',
		'output_compression',
		'input_fidelity',
		'moderation',
		'images',
		'mask',
	];
	// The longest beginning of which only the end is wrong; what is wrong stands behind it.
	const placeIn = (text) => {
		const begins = (length) => {
			try {
				JSON.parse(text.slice(0, length));
				return true;
			} catch ({ message }) {
				if (/^(?:Unexpected end of JSON|Unterminated string)/.test(message)) return true;
				return Number(/ in JSON at position (\d+)/.exec(message)?.[1]) >= length;
			}
		};
		let [right, wrong] = [0, text.length + 1];
		while (wrong - right > 1) {
			const middle = Math.floor((right + wrong) / 2);
			if (begins(middle)) right = middle;
			else wrong = middle;
		}
		const lines = text.slice(0, right).split('\n');
		return `line ${lines.length}, column ${lines.at(-1).length + 1}`;
	};
	// A name with a dot in it: no number, no name of one's own network, no port, no user.
	const isPublic = (address) => {
		const host = /^https:\/\/([a-z\d.-]+\.[a-z][a-z\d-]*)(?:[/?#]\S*)?$/i.exec(address)?.[1] ?? 'localhost';
		return !/(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|arpa)$/i.test(
			host,
		);
	};
	const block = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)^```/im.exec(comment)?.[1];
	if (block === undefined)
		return { problem: 'There is no block of JSON below /batch, between ```json and ```.' };
	let given;
	try {
		given = JSON.parse(block);
	} catch (error) {
		return { problem: `The JSON cannot be read from its ${placeIn(block)} on: ${error.message}` };
	}
	const { jobs, ...others } = Array.isArray(given) ? { jobs: given } : (given ?? {});
	if (!Array.isArray(jobs) || jobs.length === 0) return { problem: 'The JSON has no list "jobs".' };
	const [other] = Object.keys(others);
	if (other !== undefined) return { problem: `"${other}" is for others to set. A comment has "jobs" alone.` };
	for (const [index, job] of jobs.entries()) {
		const at = `Job ${index + 1}`;
		if (typeof job !== 'object' || job === null) return { problem: `${at} is no object.` };
		const unknown = Object.keys(job).find((field) => !FIELDS.includes(field));
		if (unknown !== undefined)
			return { problem: `${at} has a field "${unknown}". There are: ${FIELDS.join(', ')}.` };
		const pictures = [job.images ?? [], job.mask ?? []].flat();
		if (!pictures.every((picture) => typeof picture === 'string' && isPublic(picture))) {
			return { problem: `${at}: images and mask must be addresses on the web, https://HOST/... .` };
		}
	}
	return { problem: '', configuration: { jobs } };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	const { comment } = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8'));
	const { problem, configuration } = configurationOf(comment.body);
	if (problem) {
		console.error(problem);
		process.exitCode = 1;
	} else {
		console.log(JSON.stringify(configuration));
	}
}
