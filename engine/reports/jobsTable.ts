import { count, duration } from './figures';
import { html, type Content, type Html } from './html';
import { costOf } from './modelCosts';
import { addUp, partsOf } from './paid';
import { asked, type ReportedJob, type RunRecord } from './record';
import { shortened, shortenedPath } from './shortened';
import { imagesOf } from './summary';

/** Jobs that are listed, at the most. */
const MOST_JOBS = 2000;
/** Files of a job that are named, at the most. */
const MOST_FILES = 2;

/** Every job of the run in a line. */
export function jobsTable({ jobs }: RunRecord): Html | null {
	if (jobs.length === 0) return null;
	const severalModels = new Set(jobs.map(({ outcome }) => outcome.job.model)).size > 1;
	const listed = jobs.slice(0, MOST_JOBS);
	return html`<section>
		<h2>All jobs</h2>
		${listed.length < jobs.length ? html`<p class="note">The first ${count(listed.length)} of ${count(jobs.length)}; the summary has them all.</p>` : null}
		<table class="jobs">
			<thead>
				<tr>
					<th>Job</th>
					<th>Prompt</th>
					<th>Status</th>
					<th class="n">Images</th>
					<th class="n">Requests</th>
					<th class="n">Time</th>
					<th class="n">Cost</th>
					<th>Files</th>
				</tr>
			</thead>
			<tbody>
				${listed.map((job, place) => jobRow(job, place, severalModels))}
			</tbody>
		</table>
	</section> `;
}

/** A job's id, which leads to its line in the list where it is listed. */
export function jobLink({ id }: ReportedJob, place: number): Html {
	const text = html`<bdi>${shortened(id, 40)}</bdi>`;
	return place < MOST_JOBS ? html`<a href="#job-${place + 1}">${text}</a>` : text;
}

function jobRow(job: ReportedJob, place: number, withModel: boolean): Html {
	const { outcome, name, duplicateOf } = job;
	const { status, timing } = outcome;
	const attempts = duplicateOf === undefined ? timing.attempts : 0;
	return html`<tr id="job-${place + 1}">
		<td><bdi>${shortened(job.id, 40)}</bdi>${small(name, 40)}</td>
		<td>
			<bdi>${shortened(outcome.job.prompt, 120) || '–'}</bdi
			>${withModel ? small(outcome.job.model, 60) : null}
		</td>
		<td>
			<span class="status ${status}">${status}</span
			>${duplicateOf === undefined ? null : html` <small>same as <bdi>${shortened(duplicateOf, 40)}</bdi></small>`}
		</td>
		<td class="n">${imagesCell(job)}</td>
		<td class="n">${attempts === 0 ? '–' : attempts}</td>
		<td class="n">${attempts === 0 ? '–' : duration(timing.durationMs)}</td>
		<td class="n">${costCell(job, attempts)}</td>
		<td>${filesCell(job)}</td>
	</tr> `;
}

function small(text: string | undefined, letters: number): Html | null {
	return text === undefined ? null : html` <small><bdi>${shortened(text, letters)}</bdi></small>`;
}

function imagesCell(job: ReportedJob): string {
	if (job.duplicateOf !== undefined) return '–';
	const [made, wanted] = [imagesOf(job).length, asked(job)];
	return made === wanted ? count(made) : `${count(made)} of ${count(wanted)}`;
}

function costCell(job: ReportedJob, attempts: number): string {
	const parts = partsOf(job);
	return attempts === 0 && parts.length === 0 ? '–' : costOf(addUp(parts));
}

function filesCell({ outputPaths }: ReportedJob): Content {
	const more = outputPaths.length - MOST_FILES;
	return [
		outputPaths.slice(0, MOST_FILES).map((path) => html`<div><bdi>${shortenedPath(path, 44)}</bdi></div>`),
		more > 0 ? html`<small>and ${count(more)} more</small>` : null,
	];
}
