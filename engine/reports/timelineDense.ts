import { html, type Content, type Html } from './html';
import type { Lanes, Look } from './lanes';
import type { Row } from './timeline';

/** Columns of all lanes together, at the most: what keeps the picture of any run below a megabyte. */
const MOST_CELLS = 8000;
const MOST_COLUMNS = 600;

/** From the bottom of a column to its top. */
const LOOKS: readonly Look[] = ['completed', 'retried', 'cancelled', 'failed'];

/**
 * The lanes of a run with too many requests to draw them one by one: columns of time, in which the height of a
 * colour is the share of the column's time that requests of that look were in flight.
 */
export function denseBars(lanes: Lanes, row: Row): Html {
	const columns = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(MOST_CELLS / lanes.lanes)));
	const heights = shares(lanes, columns);
	return html`<svg
		width="100%"
		height="${lanes.lanes * row.height}"
		viewBox="0 0 ${columns} ${lanes.lanes * row.height}"
		preserveAspectRatio="none"
	>
		${LOOKS.map((look): Content => {
			const path = pathOf(look, heights, row);
			return path === '' ? null : html`<path class="${look}" d="${path}" />`;
		})}
	</svg>`;
}

type Column = Partial<Record<Look, number>>;

/** For each lane and column, the share of its time that each look takes. */
function shares({ bars, lanes, endMs }: Lanes, columns: number): Column[][] {
	const columnMs = endMs / columns;
	const all = Array.from({ length: lanes }, () => Array.from({ length: columns }, (): Column => ({})));
	for (const { lane, fromMs, toMs, look } of bars) {
		for (let index = Math.floor(fromMs / columnMs); index < columns && index * columnMs < toMs; index++) {
			const column = all[lane]?.[index];
			const from = Math.max(fromMs, index * columnMs);
			const to = Math.min(toMs, (index + 1) * columnMs);
			if (column) column[look] = (column[look] ?? 0) + (to - from) / columnMs;
		}
	}
	return all;
}

/** Neighbours of the same height become one box. */
function pathOf(look: Look, lanes: readonly Column[][], { height, bar }: Row): string {
	const boxes: string[] = [];
	for (const [lane, columns] of lanes.entries()) {
		const bottom = lane * height + (height + bar) / 2;
		let start = 0;
		const boxAt = (index: number) => {
			const column = columns[index] ?? {};
			const below = LOOKS.slice(0, LOOKS.indexOf(look)).reduce((sum, lower) => sum + (column[lower] ?? 0), 0);
			const own = column[look] ?? 0;
			const from = round(Math.min(below, 1) * bar);
			const to = round(Math.min(below + own, 1) * bar);
			// The rarest is still to be seen.
			return own > 0 && to === from
				? { from: Math.max(from - 0.5, 0), to: Math.max(from, 0.5) }
				: { from, to };
		};
		for (let index = 1; index <= columns.length; index++) {
			const [box, next] = [boxAt(start), boxAt(index)];
			if (index < columns.length && next.from === box.from && next.to === box.to) continue;
			if (box.to > box.from)
				boxes.push(
					`M${start} ${round(bottom - box.from)}v${round(box.from - box.to)}h${index - start}V${round(bottom - box.from)}z`,
				);
			start = index;
		}
	}
	return boxes.join('');
}

/** Half a pixel is enough. */
function round(pixels: number): number {
	return Math.round(pixels * 2) / 2;
}
