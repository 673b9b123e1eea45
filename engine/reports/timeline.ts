import { ADVICE } from './advice';
import { duration, clockTime } from './figures';
import { html, type Content, type Html } from './html';
import { lanesOf, type Bar, type Lanes, type Look, type Wait } from './lanes';
import type { RunRecord } from './record';
import { shortened } from './shortened';
import { marksUpTo } from './timeAxis';
import { denseBars } from './timelineDense';

/** The measures of a lane, pixels. */
export interface Row {
	height: number;
	bar: number;
}

/** More requests than this are not drawn one by one. */
const MOST_BARS = 1500;

const AXIS = 24;

/** A picture of the run: who held which slot when, and how each request ended. */
export function timeline(run: RunRecord): Html | null {
	const lanes = lanesOf(run);
	if (lanes.bars.length === 0) return null;
	const row = rowFor(lanes.lanes);
	const height = lanes.lanes * row.height + AXIS;
	const dense = lanes.bars.length > MOST_BARS;
	return html`<section>
		<h2>Timeline</h2>
		${legend(lanes, dense)}
		<div class="timeline">
			<svg class="slots" width="30" height="${height}" aria-hidden="true">
				${slotNumbers(lanes.lanes, row)}
			</svg>
			<div>
				<svg
					class="${looksLike(lanes)}"
					width="100%"
					height="${height}"
					role="img"
					aria-label="When each request was in flight"
				>
					<defs>
						<pattern
							id="hatch"
							width="6"
							height="6"
							patternUnits="userSpaceOnUse"
							patternTransform="rotate(45)"
						>
							<rect class="retried-base" width="6" height="6" />
							<rect class="retried-stripe" width="2" height="6" />
						</pattern>
					</defs>
					${axis(lanes, height)}
					${dense ? denseBars(lanes, row) : [lanes.waits.map((wait) => waitLine(wait, lanes, row)), lanes.bars.map((bar) => barBox(bar, lanes, row))]}
				</svg>
			</div>
		</div>
	</section> `;
}

function rowFor(lanes: number): Row {
	if (lanes <= 8) return { height: 26, bar: 20 };
	return lanes <= 16 ? { height: 20, bar: 15 } : { height: 15, bar: 11 };
}

/** Narrow bars touch: a gap would be wider than they are. */
function looksLike({ bars, lanes }: Lanes): string {
	return bars.length / lanes > 100 ? 'bars narrow' : 'bars';
}

const LEGEND: ReadonlyArray<[Look, string]> = [
	['completed', 'answered'],
	['retried', 'failed, sent again'],
	['failed', 'failed'],
	['cancelled', 'cancelled'],
];

function legend({ bars, waits }: Lanes, dense: boolean): Html {
	const looks = new Set(bars.map(({ look }) => look));
	const shown = LEGEND.filter(([look]) => looks.has(look));
	return html`<p class="legend">
		${shown.map(([look, words]) => html`<span><i class="${look}"></i>${words}</span>`)}${
			waits.length > 0 && !dense ? html`<span><i class="waiting"></i>waiting to send</span>` : null
		}<span class="note"
			>${
				dense
					? 'One row per slot; the height of a column is the share of its time that the slot was in use.'
					: 'One row per slot, one bar per request.'
			}</span
		>
	</p>`;
}

function slotNumbers(lanes: number, { height }: Row): Content {
	return Array.from(
		{ length: lanes },
		(_, lane) => html`<text x="20" y="${lane * height + height / 2 + 4}">${lane + 1}</text>`,
	);
}

function axis({ endMs }: Lanes, height: number): Content {
	return marksUpTo(endMs).map(({ at, label }) => {
		const x = percent(at, endMs);
		const anchor = x > 95 ? 'end' : at === 0 ? 'start' : 'middle';
		return html`<line x1="${x}%" x2="${x}%" y2="${height - AXIS}" /><text
				x="${x}%"
				y="${height - 6}"
				text-anchor="${anchor}"
				>${label}</text
			>`;
	});
}

/** Waits shorter than this part of the run, percent, are not seen. */
const SHORTEST_WAIT = 0.3;

function waitLine({ job, retry, lane, fromMs, toMs }: Wait, { endMs }: Lanes, { height }: Row): Html | null {
	if (percent(toMs - fromMs, endMs) < SHORTEST_WAIT) return null;
	const y = lane * height + height / 2;
	const what = retry ? 'waited to try again' : 'waited to be sent';
	return html`<line
		class="waiting"
		x1="${percent(fromMs, endMs)}%"
		x2="${percent(toMs, endMs)}%"
		y1="${y}"
		y2="${y}"
		><title>${shortened(job.id, 40)} ${what}: ${duration(toMs - fromMs)}</title></line
	>`;
}

/** The least that is seen of a bar, percent of the run. */
const NARROWEST_BAR = 0.08;

function barBox(bar: Bar, { endMs }: Lanes, row: Row): Html {
	const x = percent(bar.fromMs, endMs);
	const width = Math.max(percent(bar.toMs - bar.fromMs, endMs), NARROWEST_BAR);
	const y = bar.lane * row.height + (row.height - row.bar) / 2;
	const title = html`<title>${titleOf(bar)}</title>`;
	const id = shortened(bar.job.id, 24);
	// A letter takes about one hundredth of the narrowest picture.
	const labelled = width > [...id].length + 1.5 && bar.look !== 'retried';
	return labelled
		? html`<svg x="${x}%" y="${y}" width="${width}%" height="${row.bar}">
				<rect class="${bar.look}" width="100%" height="100%" rx="3">${title}</rect>
				<text class="on-${bar.look}" x="6" y="${row.bar / 2 + 4}">${id}</text>
			</svg>`
		: html`<rect class="${bar.look}" x="${x}%" y="${y}" width="${width}%" height="${row.bar}" rx="2"
				>${title}</rect
			>`;
}

function titleOf({ job: { id, outcome }, request, fromMs, toMs, look, result }: Bar): string {
	const of = outcome.attempts.length > 1 ? `, request ${request} of ${outcome.attempts.length}` : '';
	const how = result === 'completed' ? 'answered' : ADVICE[result].title;
	const again = look === 'retried' ? ', sent again' : '';
	const when = `${clockTime(fromMs)} to ${clockTime(toMs)}, ${duration(toMs - fromMs)}`;
	return `${shortened(id, 40)}${of}: ${how}${again}\n${when}\n${shortened(outcome.job.prompt, 60)}`;
}

/** To a hundredth of a percent, which is a tenth of a pixel. */
function percent(ms: number, endMs: number): number {
	return Math.round((ms / endMs) * 10_000) / 100;
}
