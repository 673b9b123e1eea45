/**
 * `npm run bench:pace`: how near to its images per minute an account comes, and how often it is refused, by what the node knows
 * of the limit. See README.md beside this file.
 */
import { parseArgs } from 'node:util';
import { N8n, openAiCredential, type WorkflowFile } from '../host/n8n';
import { paceKept, type PaceKept } from '../test/e2e/queue-pace';
import { startReticent } from '../test/e2e/queue-reticent';
import { chain, node, START } from '../test/e2e/workflow';
import { startStandIn } from '../test/stand-in';
import { runWorkflow } from './compare-run';

const { values: options } = parseArgs({
	options: {
		jobs: { type: 'string', default: '200' },
		/** Images per minute that the server allows. */
		limit: { type: 'string', default: '50' },
		/** How long the server's minute is, milliseconds. */
		minute: { type: 'string', default: '60000' },
		concurrency: { type: 'string', default: '16' },
		/** How long the server takes for an image, milliseconds. */
		'delay-ms': { type: 'string', default: '2000' },
		/** A packed package, instead of building one. */
		tarball: { type: 'string' },
	},
});

/** What the node knows beforehand, and what the server says. */
const CASES = [
	{ name: 'Images per Minute given', known: true, reticent: false },
	{ name: 'not given, the server says it in its headers', known: false, reticent: false },
	{ name: 'not given, and the server says nothing', known: false, reticent: true },
];

async function main() {
	const say = (line: string) => console.error(line);
	const [jobs, limit, minuteMs] = [options.jobs, options.limit, options.minute].map(Number) as [
		number,
		number,
		number,
	];
	const n8n = await N8n.prepare({ tarball: options.tarball, progress: say });
	const rows: string[][] = [];
	try {
		for (const { name, known, reticent } of CASES) {
			const standIn = await startStandIn({
				delayMs: Number(options['delay-ms']),
				imagesPerMinute: limit,
				minuteMs,
			});
			const mute = reticent ? await startReticent(standIn.url) : undefined;
			try {
				const baseUrl = mute?.url ?? standIn.url;
				await n8n.importCredentials([openAiCredential({ apiKey: standIn.key, baseUrl })]);
				await n8n.importWorkflows([workflowOf(jobs, known ? limit : 0)]);
				await runWorkflow(n8n, 'pace');
				const kept = paceKept(standIn.books, limit, minuteMs);
				if (kept.admitted !== jobs) throw new Error(`${name}: ${kept.admitted} images of ${jobs}.`);
				rows.push(rowOf(name, kept));
				say(`${name}: ${percent(kept.used)} used, ${kept.refused} refused`);
			} finally {
				await mute?.close();
				await standIn.close();
			}
		}
	} finally {
		await n8n.remove();
	}
	const head = ['the limit is', 's', 'used', '429', 'of all', 'after the first minute'];
	const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
	console.log(
		`${jobs} images, ${limit} a minute of ${minuteMs / 1000} s, concurrency ${options.concurrency}\n`,
	);
	console.log(lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
}

/** An item an image, with all that the node needs not to be told of the limit. */
function workflowOf(jobs: number, imagesPerMinute: number): WorkflowFile {
	const items = Array.from({ length: jobs }, (_, index) => ({ prompt: `A red fox, number ${index}` }));
	const { id, name } = openAiCredential({ apiKey: '', baseUrl: '' });
	return chain('pace', [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		{
			...node('Generate', 'n8n-nodes-openai-image.openAiImageGenerate', 1, {
				model: { __rl: true, mode: 'id', value: 'gpt-image-2.5-flare' },
				prompt: '={{ $json.prompt }}',
				size: '1024x640',
				quality: 'low',
				execution: { concurrency: Number(options.concurrency), imagesPerMinute },
			}),
			credentials: { openAiImageApi: { id, name } },
		},
	]);
}

function rowOf(name: string, { lasted, used, refused, refusedShare, refusedLater }: PaceKept): string[] {
	const shares = [refusedShare, refusedLater].map(percent);
	return [name, (lasted / 1000).toFixed(0), percent(used), String(refused), ...shares];
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)}%`;
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
