import type { ErrorKind } from '../jobs/error';
import { ADVICE } from './advice';
import { count, counted } from './figures';
import { html, type Content, type Html } from './html';
import { reasonOf, type ReportedJob, type RunRecord } from './record';
import { jobLink } from './jobsTable';
import { shortened } from './shortened';

/** Failures of one kind that are listed, at the most. */
const MOST_LISTED = 20;

/** What is said of images that were made in spite of an error. */
const IMAGES_MADE = / \d+ of its \d+ images? (was|were) made and kept\.$/;

/** The failed jobs by what went wrong, and what to do about it. */
export function failures({ jobs }: RunRecord): Html | null {
	const failed = jobs.filter(({ outcome }) => outcome.status === 'failed');
	if (failed.length === 0) return null;
	const kinds = [...groupedBy(failed, kindOf)].sort(([, a], [, b]) => b.length - a.length);
	return html`<section>
		<h2>Failures</h2>
		${kinds.map(([kind, group]) => failuresOfKind(kind, group, jobs))}
	</section> `;
}

function failuresOfKind(kind: ErrorKind, group: readonly ReportedJob[], jobs: readonly ReportedJob[]): Html {
	const { title, whatToDo } = ADVICE[kind];
	const more = group.length - MOST_LISTED;
	const messages = [...groupedBy(group.slice(0, MOST_LISTED), messageOf)];
	return html`<div class="reason">
		<h3>${title} <span class="count">${counted(group.length, 'job')}</span></h3>
		<p>${whatToDo}</p>
		${messages.map(([, failed]) => failuresOfMessage(failed, jobs))}
		${
			more > 0
				? html`<p class="note">
						and ${counted(more, 'more job')} of this kind: the list of all jobs shows which.
					</p>`
				: null
		}
	</div> `;
}

/** A message, and the jobs that it was given for. */
function failuresOfMessage(group: readonly ReportedJob[], jobs: readonly ReportedJob[]): Content {
	const [first] = group;
	if (!first) return null;
	const { status, code } = first.outcome.error?.details ?? {};
	const details = [
		...(status == null ? [] : [`HTTP ${status}`]),
		...(code == null ? [] : [shortened(code, 40)]),
	];
	return html`<div class="message">
			<p>
				<bdi>${shortened(sharedReason(first), 400)}</bdi>${
					details.length > 0 ? html` <small><bdi>${details.join(' · ')}</bdi></small>` : null
				}
			</p>
		</div>
		<table class="failures">
			<tbody>
				${group.map((job) => failureRow(job, jobs.indexOf(job)))}
			</tbody>
		</table>`;
}

function failureRow(job: ReportedJob, place: number): Html {
	const { requestId } = job.outcome.error?.details ?? {};
	return html`<tr>
		<td>${jobLink(job, place)}</td>
		<td><bdi>${shortened(job.outcome.job.prompt, 90) || '–'}</bdi></td>
		<td><bdi>${requestId == null ? '' : shortened(requestId, 60)}</bdi></td>
	</tr> `;
}

function messageOf(job: ReportedJob): string {
	const { status, code } = job.outcome.error?.details ?? {};
	return JSON.stringify([status, code, sharedReason(job)]);
}

/** A failure's words without what differs from job to job: its request's id stands in a column of its own. */
function sharedReason(job: ReportedJob): string {
	const { requestId } = job.outcome.error?.details ?? {};
	const reason = reasonOf(job).replace(IMAGES_MADE, '');
	return requestId ? reason.replaceAll(requestId, 'below') : reason;
}

/** Reasons of cancellation that are listed, at the most. */
const MOST_REASONS = 20;

/** The cancelled jobs, summed up by reason. */
export function cancellations({ jobs }: RunRecord): Html | null {
	const cancelled = jobs.filter(({ outcome }) => outcome.status === 'cancelled');
	if (cancelled.length === 0) return null;
	const reasons = [
		...groupedBy(cancelled, (job) => `${kindOf(job)} ${reasonOf(job).replace(IMAGES_MADE, '')}`),
	].sort(([, a], [, b]) => b.length - a.length);
	return html`<section>
		<h2>Cancelled</h2>
		<div class="scroll">
			<table class="cancelled">
				<thead>
					<tr>
						<th>Reason</th>
						<th class="n">Jobs</th>
						<th>What to do</th>
					</tr>
				</thead>
				<tbody>
					${reasons.slice(0, MOST_REASONS).map(([, group]) => cancellationRow(group))}
				</tbody>
			</table>
		</div>
		${reasons.length > MOST_REASONS ? html`<p class="note">and ${counted(reasons.length - MOST_REASONS, 'more reason')}.</p>` : null}
	</section> `;
}

function cancellationRow(group: readonly ReportedJob[]): Content {
	const [first] = group;
	if (!first) return null;
	const { title, whatToDo } = ADVICE[kindOf(first)];
	const reason = shortened(reasonOf(first).replace(IMAGES_MADE, ''), 400);
	return html`<tr>
		<td><b>${title}</b><br /><bdi>${reason}</bdi></td>
		<td class="n">${count(group.length)}</td>
		<td>${whatToDo}</td>
	</tr> `;
}

/** A failed job without an error is a fault of the server's: an answer that says nothing. */
function kindOf({ outcome }: ReportedJob): ErrorKind {
	return outcome.error?.kind ?? 'invalid_response';
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
	const groups = new Map<Key, Item[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group) group.push(item);
		else groups.set(key, [item]);
	}
	return groups;
}
