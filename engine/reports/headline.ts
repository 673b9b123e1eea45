import { estimateOfRun } from './estimated';
import { count, counted, dateAndTime, duration, money } from './figures';
import { html, type Content, type Html } from './html';
import { lanesOf } from './lanes';
import { addUp, partsOf } from './paid';
import { asked, type RunRecord } from './record';
import { shortened } from './shortened';
import { imagesOf, type Summary } from './summary';

/** The run in one sentence. */
export function headlineOf(run: RunRecord, { images, total }: Summary): string {
	const wanted = askedInAll(run);
	if (total === 0) return 'No jobs';
	if (images === 0) return 'No image made';
	if (images < wanted) return `${count(images)} of ${counted(wanted, 'image')} made`;
	return images === 1 ? '1 image made' : `All ${counted(images, 'image')} made`;
}

/** The top of the report: how the run went, in a sentence and a few figures. */
export function headline(run: RunRecord, summary: Summary): Html {
	const { stoppedBecause } = run;
	return html`<header>
		<h1>${headlineOf(run, summary)}</h1>
		<p class="note">
			${dateAndTime(run.startedAt)} · ${counted(summary.total, 'job')}: ${jobsByStatus(summary)}
		</p>
		${
			stoppedBecause
				? html`<p class="stopped">
						<b>Stopped before the end.</b> <bdi>${shortened(stoppedBecause.message, 400)}</bdi>
					</p>`
				: null
		}${proportions(summary)}
		<div class="tiles">
			${[
				tile('Images', `${count(summary.images)}`, `of ${count(askedInAll(run))} asked for`),
				tile('Failed', count(summary.failed), jobsWord(summary.failed), summary.failed > 0 ? 'failed' : ''),
				tile(
					'Cancelled',
					count(summary.cancelled),
					jobsWord(summary.cancelled),
					summary.cancelled > 0 ? 'cancelled' : '',
				),
				costTile(run),
				timeTile(run, summary),
				imageTimeTile(run, summary),
			]}
		</div>
	</header> `;
}

const jobsWord = (jobs: number) => (jobs === 1 ? 'job' : 'jobs');

function askedInAll({ jobs }: RunRecord): number {
	return jobs.reduce((sum, job) => sum + asked(job), 0);
}

function jobsByStatus({ succeeded, failed, cancelled }: Summary): string {
	const words = [
		`${count(succeeded)} completed`,
		...(failed > 0 ? [`${count(failed)} failed`] : []),
		...(cancelled > 0 ? [`${count(cancelled)} cancelled`] : []),
	];
	return words.join(', ');
}

/** A line that is divided as the jobs are. */
function proportions({ total, succeeded, failed, cancelled }: Summary): Html | null {
	if (total === 0) return null;
	let x = 0;
	const parts: Array<[string, number]> = [
		['completed', succeeded],
		['failed', failed],
		['cancelled', cancelled],
	];
	const boxes = parts.map(([look, jobs]): Content => {
		if (jobs === 0) return null;
		const width = Math.round((jobs / total) * 100_000) / 1000;
		const box = html`<rect class="${look}" x="${x}%" width="${width}%" height="6" />`;
		x = Math.round((x + width) * 1000) / 1000;
		return box;
	});
	return html`<svg class="proportions" width="100%" height="6" aria-hidden="true">${boxes}</svg>`;
}

function tile(label: string, value: string, note: string, look = ''): Html {
	return html`<div class="tile ${look}">
		<h2>${label}</h2>
		<p class="value">${value}</p>
		<p class="note">${note}</p>
	</div>`;
}

function costTile(run: RunRecord): Html {
	const { known, unknownParts } = addUp(run.jobs.flatMap(partsOf));
	const value = unknownParts === 0 ? money(known) : known > 0 ? `≥ ${money(known)}` : 'unknown';
	const { range } = estimateOfRun(run);
	if (!range) return tile('Cost', value, 'not estimated before');
	const [low, high] = [money(range.low), money(range.high)];
	const estimate = low === high ? high : `${low} to ${high}`;
	const over = known > range.high ? 'over the estimate of' : 'estimated';
	return tile('Cost', value, `${over} ${estimate}`);
}

function timeTile(run: RunRecord, { total_duration_ms: ms }: Summary): Html {
	const { bars } = lanesOf(run);
	const busy = bars.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
	const average = ms > 0 ? `, ${(busy / ms).toFixed(1)} on average` : '';
	const { concurrency } = run;
	return tile(
		'Wall time',
		duration(ms),
		concurrency === undefined ? 'submitted to done' : `up to ${count(concurrency)} at once${average}`,
	);
}

function imageTimeTile({ jobs }: RunRecord, { images, total_duration_ms: ms }: Summary): Html {
	if (images === 0) return tile('Time per image', '–', 'no image');
	const times = jobs.flatMap((job) => imagesOf(job).map(({ timing }) => timing.durationMs));
	const mean = times.reduce((sum, time) => sum + time, 0) / images;
	return tile(
		'Time per image',
		duration(mean),
		images > 1 ? `mean; one every ${duration(ms / images)}` : 'sent to done',
	);
}
