import { caseName, type Figures } from './compare-table';
import { KINDS, type Kind } from './compare-workflows';

const COLOURS: Record<Kind, string> = {
	builtin: '#9aa3b2',
	http: '#e8a33d',
	script: '#3a9d76',
	plainest: '#a56cc1',
	ours: '#2b5fd9',
};

interface Panel {
	title: string;
	of: (figures: Figures) => number;
	shown: (value: number) => string;
	/** Where a line is drawn across the panel. */
	mark?: { at: number; name: string };
}

const PANELS: readonly Panel[] = [
	{
		title: 'Time by the ideal',
		of: ({ ratio }) => ratio,
		shown: (value) => value.toFixed(2),
		mark: { at: 1, name: 'ideal' },
	},
	{
		title: 'Peak memory above idle, MB',
		of: ({ aboveIdle }) => aboveIdle / 1e6,
		shown: (value) => value.toFixed(0),
	},
	{
		title: 'CPU time, ms per image',
		of: ({ cpuPerImage }) => cpuPerImage,
		shown: (value) => value.toFixed(1),
	},
];

// Pixels.
const NAMES = 150;
const PANEL = 270;
/** Right of the longest bar, for its value. */
const VALUE = 46;
const GAP = 24;
const TOP = 98;
const BAR = 13;
const BETWEEN_CASES = 18;
const FOOT = 16;

/** Bars in groups, one a case, in three panels: time, memory, CPU. Shorter is better in all. */
export function comparePlot(figures: readonly Figures[]): string {
	const cases = [...new Set(figures.map(caseName))].map((name) => ({
		name,
		rows: figures.filter((row) => caseName(row) === name),
	}));
	let top = TOP;
	const groups = cases.map(({ name, rows }) => {
		const group = { name, rows, top };
		top += rows.length * BAR + BETWEEN_CASES;
		return group;
	});
	const bottom = top - BETWEEN_CASES;
	const width = NAMES + PANELS.length * (PANEL + GAP);
	const height = bottom + FOOT;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"` +
			' font-family="system-ui, sans-serif" font-size="12" fill="#1f2733">',
		`<rect width="${width}" height="${height}" fill="#ffffff"/>`,
		...legend(),
		...groups.map(({ name, rows, top: at }) =>
			text(NAMES - 12, at + (rows.length * BAR) / 2 + 4, name, 'text-anchor="end"'),
		),
		...PANELS.flatMap((panel, index) => {
			const left = NAMES + index * (PANEL + GAP);
			const scale = (PANEL - VALUE) / Math.max(...figures.map(panel.of), panel.mark?.at ?? 0, Number.EPSILON);
			return [
				text(left, TOP - 22, panel.title, 'font-weight="600"'),
				...groups.flatMap(({ rows, top: at }) => bars(panel, rows, left, at, scale)),
				...axis(panel, left, bottom, scale),
			];
		}),
		'</svg>',
		'',
	].join('\n');
}

function legend(): string[] {
	const kinds = Object.entries(KINDS) as Array<[Kind, string]>;
	const names = kinds.flatMap(([kind, name], index) => {
		const left = NAMES + index * 175;
		return [
			`<rect x="${left}" y="14" width="12" height="12" fill="${COLOURS[kind]}"/>`,
			text(left + 18, 24, name),
		];
	});
	return [...names, text(NAMES, 46, 'Shorter is better.', 'fill="#5b6675"')];
}

function bars(panel: Panel, rows: readonly Figures[], left: number, top: number, scale: number): string[] {
	return rows.flatMap((row, index) => {
		const value = panel.of(row);
		const width = round(Math.max(value, 0) * scale);
		const y = top + index * BAR;
		return [
			`<rect x="${left}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLOURS[row.kind]}"/>`,
			text(round(left + width + 4), y + BAR - 4, panel.shown(value), 'font-size="10"'),
		];
	});
}

/** Where the bars begin, and the mark. */
function axis({ mark }: Panel, left: number, bottom: number, scale: number): string[] {
	const line = (x: number, style: string) =>
		`<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${bottom}" ${style}/>`;
	const lines = [line(left, 'stroke="#1f2733"')];
	if (!mark) return lines;
	const x = round(left + mark.at * scale);
	return [
		...lines,
		line(x, 'stroke="#c2263e" stroke-dasharray="3 3"'),
		text(x, TOP - 8, mark.name, 'text-anchor="middle" font-size="10" fill="#c2263e"'),
	];
}

function text(x: number, y: number, words: string, style = ''): string {
	const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
	return `<text x="${x}" y="${y}"${style && ` ${style}`}>${escaped}</text>`;
}

function round(pixels: number): number {
	return Math.round(pixels * 10) / 10;
}
