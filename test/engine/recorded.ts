import { estimateJob } from '../../engine/costs/estimate';
import { FileNames } from '../../engine/jobs/fileNames';
import type { ImageJob } from '../../engine/jobs/job';
import { findModel } from '../../engine/models/find';
import type { ReportedJob, RunRecord } from '../../engine/reports/record';
import { runJobs } from '../../engine/runner/run';
import type { RunSettings } from '../../engine/runner/settings';
import { SETTINGS, type World } from './world';

/** Runs jobs in a world of the test, and writes down what a front end would. */
export async function recorded(
	world: World,
	jobs: readonly ImageJob[],
	change: Partial<RunSettings> = {},
	idOf: (place: number) => string = (place) => `job-${place + 1}`,
): Promise<RunRecord<string>> {
	const settings = { ...SETTINGS, ...change };
	const startedAt = world.clock.now();
	const outcomes = await runJobs(jobs, settings, world.ports);
	const names = new FileNames(jobs, startedAt);
	return {
		jobs: outcomes.map((outcome, place) => ({
			outcome,
			id: idOf(place),
			estimate: estimateJob(outcome.job, findModel(outcome.job.model)),
			outputPaths: outcome.images.map(
				({ index, header }) => `images/${names.nameOf(outcome.job, index, header.format)}`,
			),
			historyUuid: null,
		})),
		startedAt,
		finishedAt: world.clock.now(),
		concurrency: settings.concurrency,
		warnings: [],
	};
}

/** The same run with some of its jobs told otherwise. */
export function retold<Ref>(
	run: RunRecord<Ref>,
	change: (job: ReportedJob<Ref>, place: number) => Partial<ReportedJob<Ref>>,
): RunRecord<Ref> {
	return { ...run, jobs: run.jobs.map((job, place) => ({ ...job, ...change(job, place) })) };
}
