import { validateJob } from '../engine/jobs/validation';
import { isoDate } from '../engine/models/lifecycle';
import { sumOf } from '../engine/reports/sum';
import { summaryOf } from '../engine/reports/summary';
import { redactionOf, type Redaction } from '../engine/requests/redaction';
import type { RunSettings } from '../engine/runner/settings';
import { describeProblems } from '../engine/sources/describeProblems';
import { readArguments, type Arguments } from './arguments';
import { runBatch } from './batch';
import { readEnvironment, type Environment } from './environment';
import { estimateOf } from './estimate';
import { jobsOf, type CommandJob } from './jobs';
import { lockFolder } from './lock';
import { readOrder, type Order } from './order';
import { folderFor, makeFolder, shownPath } from './outputFolder';
import { providerAt } from './provider';
import { REPORT, writeReports } from './reportFiles';
import { readCourse } from './settings';
import { estimateText, printable, runText } from './text';
import { sdkClient, sdkTransport } from './transport';
import { UsageError } from './usageError';

/** What the program needs of the process that it runs in. */
export interface World {
	variables: Readonly<Record<string, string | undefined>>;
	/** The folder that relative paths count from, absolute. */
	base: string;
	/** Results. */
	out(text: string): void;
	/** Everything else. */
	err(text: string): void;
	/** Watches for Ctrl-C from here on. */
	interruptible(begun: () => void): { signal: AbortSignal; end(): void };
}

/** 0: all there. 1: some failed or were cancelled. 2: nothing was sent, because of what was asked for. */
export type ExitStatus = 0 | 1 | 2;

/** The whole program. @param argv without the program's own name */
export async function main(argv: readonly string[], world: World): Promise<ExitStatus> {
	const redact = redactionOf(secretsOf(world.variables));
	const say = (line: string) => world.err(`${redact.own(line)}\n`);
	try {
		const given = readArguments(argv, { out: world.out, err: world.err });
		return given ? await carryOut(given, world, { redact, say }) : 0;
	} catch (error) {
		say(error instanceof Error ? error.message : String(error));
		return error instanceof UsageError ? 2 : 1;
	}
}

interface Voice {
	redact: Redaction;
	say(line: string): void;
}

async function carryOut(given: Arguments, world: World, voice: Voice): Promise<ExitStatus> {
	const environment = readEnvironment(world.variables);
	const order = await readOrder(given, world.base);
	const { jobs, settings } = await prepare(given, environment, order);
	const results = (json: unknown, text: string) =>
		world.out(voice.redact.own(given.format === 'json' ? `${JSON.stringify(json, null, 2)}\n` : text));
	if (given.estimateOnly || given.dryRun) {
		const estimate = estimateOf(jobs, settings, order.warnings);
		for (const warning of estimate.warnings) voice.say(`Warning: ${printable(warning)}`);
		results(estimate, estimateText(estimate));
		return 0;
	}
	return await make({ given, environment, order, jobs, settings }, world, { ...voice, results });
}

interface Prepared {
	jobs: CommandJob[];
	settings: RunSettings;
}

/** @throws UsageError with all that is wrong, before anything is sent */
async function prepare(given: Arguments, environment: Environment, order: Order): Promise<Prepared> {
	const provider = given.provider ?? providerAt(environment.baseUrl);
	const { course, problems } = readCourse(given, environment, order.configuration);
	const jobs = await jobsOf(order);
	const today = isoDate(Date.now());
	const found = jobs.flatMap((job) =>
		validateJob(job, { provider, today }).problems.map(({ field, message }) => ({
			path: `${job.label}.${field}`,
			field,
			message,
		})),
	);
	const all = [...order.problems, ...problems, ...found];
	if (all.length > 0) throw new UsageError(`Nothing was sent. ${describeProblems(all)}`);
	return { jobs, settings: { ...course, provider } };
}

interface Request extends Prepared {
	given: Arguments;
	environment: Environment;
	order: Order;
}

async function make(
	{ given, environment, order, jobs, settings }: Request,
	world: World,
	{ redact, say, results }: Voice & { results(json: unknown, text: string): void },
): Promise<ExitStatus> {
	const { apiKey, baseUrl } = environment;
	if (apiKey === undefined)
		throw new UsageError('There is no key. Set OPENAI_API_KEY, in the environment or in a file .env.');
	const client = await sdkClient({ ...environment, apiKey, baseUrl }, settings.provider);
	const transport = sdkTransport(client, redact.foreign);
	const meant = folderFor(given.outputDir, environment.outputDir, order, world.base);
	const folder = await makeFolder(meant, jobs);
	const unlock = await lockFolder(folder.path);
	const interrupt = world.interruptible(() =>
		say('Stopping: what is in flight is broken off, what is done is kept. Once more to stop at once.'),
	);
	try {
		const run = await runBatch({
			jobs,
			settings,
			folder,
			earlier: given.resume ? 'resume' : given.fromScratch ? 'scratch' : 'ask',
			warnings: order.warnings,
			transport,
			signal: interrupt.signal,
			say: (line) => say(printable(line)),
		});
		const summary = summaryOf(run);
		await writeReports(folder.path, run, summary, redact.own);
		for (const warning of summary.warnings) say(`Warning: ${printable(warning)}`);
		if (given.format === 'json') say(printable(sumOf(run, summary)));
		say(`Report: ${shownPath(folder, REPORT)}`);
		results(summary, runText(run, summary));
		return summary.failed + summary.cancelled > 0 ? 1 : 0;
	} finally {
		interrupt.end();
		await unlock();
	}
}

/** Whatever a server might send back. A gateway's headers may hold a key as well. */
function secretsOf({ OPENAI_API_KEY = '', OPENAI_CUSTOM_HEADERS = '' }: World['variables']): string[] {
	const headers = OPENAI_CUSTOM_HEADERS.split('\n').map((line) => line.slice(line.indexOf(':') + 1).trim());
	return [OPENAI_API_KEY.trim(), ...headers.flatMap((value) => [value, value.replace(/^Bearer\s+/i, '')])];
}
