import { USUAL_SETTINGS, type RunSettings } from '../engine/runner/settings';
import type { Configuration } from '../engine/sources/configuration';
import type { SourceProblem } from '../engine/sources/description';
import { Fields } from '../engine/sources/fields';
import { Findings } from '../engine/sources/findings';
import { CONFIGURATION_DEFAULTS, readRunSettings } from '../engine/sources/settings';
import type { Arguments } from './arguments';
import type { Environment } from './environment';

/** How a run is to go, but for who answers. */
export type Course = Omit<RunSettings, 'provider'>;

/** Of a configuration, what it says of the run. */
export type ConfiguredCourse = Pick<Configuration, 'maxConcurrent' | 'timeoutMs' | 'retryPolicy'>;

/**
 * Flag over environment over configuration over default.
 * @param configuration `undefined` where the run has none
 */
export function readCourse(
	{ timeout, maxConcurrent }: Pick<Arguments, 'timeout' | 'maxConcurrent'>,
	environment: Pick<Environment, 'timeout' | 'maxConcurrent'>,
	configuration: ConfiguredCourse | undefined,
): { course: Course; problems: SourceProblem[] } {
	const findings = new Findings();
	const fromEnvironment = settingsIn(
		environment.maxConcurrent,
		environment.timeout,
		{ max_concurrent: 'OPENAI_BATCH_MAX_CONCURRENT', timeout: 'OPENAI_BATCH_TIMEOUT' },
		findings,
	);
	const flags = settingsIn(
		maxConcurrent,
		timeout,
		{ max_concurrent: '--max-concurrent', timeout: '--timeout' },
		findings,
	);
	const given = { ...withoutGaps(configuration ?? {}), ...fromEnvironment, ...flags };
	const defaults = configuration ? configuredDefaults(configuration) : USUAL_SETTINGS;
	const course = {
		...defaults,
		...(given.maxConcurrent === undefined ? {} : { concurrency: given.maxConcurrent }),
		...(given.timeoutMs === undefined ? {} : { timeoutMs: given.timeoutMs }),
	};
	return { course, problems: findings.problems };
}

/** A configuration's retries may pay twice, so they hold only where it has a policy. */
function configuredDefaults({ retryPolicy }: ConfiguredCourse): Course {
	const { maxConcurrent, timeoutMs, retryPolicy: usual } = CONFIGURATION_DEFAULTS;
	return {
		...USUAL_SETTINGS,
		concurrency: maxConcurrent,
		timeoutMs,
		retryDelayMs: usual.retryDelayMs,
		...(retryPolicy ? { ...usual, ...retryPolicy } : {}),
	};
}

function settingsIn(
	max_concurrent: string | undefined,
	timeout: string | undefined,
	names: Readonly<Record<string, string>>,
	findings: Findings,
): ReturnType<typeof readRunSettings> {
	const values: Record<string, unknown> = { max_concurrent, timeout };
	const source = { value: (name: string) => values[name], path: (name: string) => names[name] ?? name };
	return readRunSettings(new Fields(source, findings));
}

function withoutGaps<T extends object>(all: T): T {
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}
