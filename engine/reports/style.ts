import { Html } from './html';

/** The report's own style sheet. Fonts are the system's; on paper it is always light. */
export const STYLE = new Html(`
:root {
	color-scheme: light dark;
	--ground: #f5f6f7; --paper: #fff; --ink: #1a1e23; --soft: #59636e; --line: #e1e4e8; --track: #e9ecef;
	--completed: #3a72b0; --retried: #e3b04b; --stripe: #a87413; --failed: #c0392f; --cancelled: #aab2bb;
	--on-bar: #fff; --warned: #8a6100; --warned-ground: #fdf6e3;
}
@media screen and (prefers-color-scheme: dark) {
	:root {
		--ground: #0f1214; --paper: #171b1f; --ink: #e6e9ec; --soft: #9aa5b1; --line: #2b3137; --track: #252b31;
		--completed: #6fa3da; --retried: #d8a441; --stripe: #7c5608; --failed: #f0796e; --cancelled: #66717d;
		--on-bar: #0f1214; --warned: #e5b95c; --warned-ground: #25200f;
	}
}
* { box-sizing: border-box; }
body {
	margin: 0; background: var(--ground); color: var(--ink);
	font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
	-webkit-text-size-adjust: 100%;
}
main { max-width: 1160px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2 { margin: 0 0 12px; font-size: 16px; font-weight: 650; }
h3 { margin: 0 0 2px; font-size: 14px; font-weight: 650; }
p { margin: 0; }
.note, small { color: var(--soft); }
small { display: block; font-size: 12px; }
header .note { margin-top: 6px; }
section { margin-top: 20px; padding: 20px 24px 22px; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
section > .note { margin-top: 10px; font-size: 12.5px; }

.stopped { margin-top: 16px; padding: 10px 14px; border-left: 3px solid var(--failed); background: var(--paper); }
.proportions { display: block; margin-top: 20px; border-radius: 3px; }
.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin-top: 16px; }
.tile { padding: 14px 16px; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
.tile h2 { margin: 0; font-size: 12.5px; font-weight: 500; color: var(--soft); }
.tile .value { margin: 2px 0; font-size: 23px; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile .note { margin: 0; font-size: 12px; line-height: 1.35; }
.tile.failed .value { color: var(--failed); }
@media (max-width: 1040px) { .tiles { grid-template-columns: repeat(3, 1fr); } }

.warnings { background: var(--warned-ground); }
.warnings h2 { color: var(--warned); }
.warnings ul { margin: 0; padding-left: 18px; }
.warnings li + li { margin-top: 4px; }

rect.completed, path.completed, i.completed { fill: var(--completed); background: var(--completed); }
rect.failed, path.failed, i.failed { fill: var(--failed); background: var(--failed); }
rect.cancelled, path.cancelled, i.cancelled { fill: var(--cancelled); background: var(--cancelled); }
rect.retried { fill: url(#hatch); }
path.retried { fill: var(--retried); }
i.retried { background: repeating-linear-gradient(135deg, var(--stripe) 0 1.5px, var(--retried) 1.5px 4px); }
.retried-base { fill: var(--retried); }
.retried-stripe { fill: var(--stripe); }
.track { fill: var(--track); }

.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-bottom: 12px; font-size: 12.5px; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 3px; vertical-align: -1px; }
.legend i.waiting { height: 0; border-top: 2px dotted var(--soft); border-radius: 0; vertical-align: 3px; width: 16px; }
.timeline { display: flex; }
.timeline > div { flex: 1; overflow-x: auto; }
.timeline svg { display: block; }
.slots { flex: none; }
.slots text { fill: var(--soft); font-size: 11px; text-anchor: end; }
.bars { min-width: 560px; overflow: hidden; }
.bars > line { stroke: var(--line); }
.bars > text { fill: var(--soft); font-size: 11px; }
.bars line.waiting { stroke: var(--soft); stroke-width: 2; stroke-dasharray: 1 3; stroke-linecap: round; }
.bars rect { stroke: var(--paper); stroke-width: 1; }
.bars.narrow rect { stroke-width: .4; }
.bars pattern rect { stroke: none; }
.bars rect:hover { opacity: .75; }
.bars svg text { font-size: 11px; pointer-events: none; }
.on-completed, .on-failed { fill: var(--on-bar); }
.on-cancelled { fill: var(--ink); }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 16px 7px 0; text-align: left; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
thead th { padding-top: 0; color: var(--soft); font-size: 12.5px; font-weight: 500; overflow-wrap: normal; border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tfoot > tr > * { border-top: 1px solid var(--line); font-weight: 600; }
.n { text-align: right; white-space: nowrap; }
a { color: inherit; text-decoration-color: var(--cancelled); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
tr:target > * { background: var(--warned-ground); }

.models th:first-child { min-width: 180px; }
.models small { display: inline; margin-left: 6px; }
td.share { width: 22%; min-width: 90px; vertical-align: middle; }
td.share svg { display: block; }

.reason + .reason { margin-top: 28px; padding-top: 22px; border-top: 1px solid var(--line); }
.reason > p { max-width: 84ch; color: var(--soft); }
.count { margin-left: 6px; color: var(--soft); font-weight: 400; }
.message { margin: 14px 0 4px; padding: 2px 0 2px 12px; border-left: 3px solid var(--failed); overflow-wrap: anywhere; }
.reason > .note { margin-top: 8px; font-size: 12.5px; }
.failures { table-layout: fixed; font-size: 13px; }
.failures td:nth-child(1) { width: 15%; }
.failures td:nth-child(3) { width: 28%; color: var(--soft); font-size: 12px; text-align: right; }
table.cancelled { min-width: 560px; table-layout: fixed; }
table.cancelled th:nth-child(1) { width: 52%; }
table.cancelled th:nth-child(2) { width: 9%; }
table.cancelled td:last-child { color: var(--soft); }

.jobs { table-layout: fixed; font-size: 13px; }
.jobs th, .jobs td { padding-right: 12px; }
.jobs th:nth-child(1) { width: 94px; }
.jobs th:nth-child(3) { width: 100px; }
.jobs th:nth-child(4) { width: 64px; }
.jobs th:nth-child(5) { width: 70px; }
.jobs th:nth-child(6) { width: 82px; }
.jobs th:nth-child(7) { width: 84px; }
.jobs th:nth-child(8) { width: 21%; }
.status { white-space: nowrap; }
.status::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: var(--completed); vertical-align: 1px; }
.status.failed { color: var(--failed); font-weight: 600; }
.status.failed::before { background: var(--failed); border-radius: 1px; }
.status.cancelled { color: var(--soft); }
.status.cancelled::before { background: none; border: 2px solid var(--cancelled); }

@media screen and (max-width: 860px) {
	main { padding: 24px 12px 40px; }
	h1 { font-size: 24px; }
	section { padding: 16px; }
	.tiles { grid-template-columns: repeat(2, 1fr); gap: 8px; }
	.jobs thead, table.cancelled thead { display: none; }
	.jobs, .jobs tbody, .failures, .failures tbody, table.cancelled, table.cancelled tbody { display: block; min-width: 0; }
	.jobs tr, .failures tr, table.cancelled tr { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 8px 0; }
	.jobs tr + tr, .failures tr + tr, table.cancelled tr + tr { border-top: 1px solid var(--line); }
	.jobs td, .failures td, table.cancelled td { padding: 0; text-align: left; }
	.jobs tr + tr > *, .failures tr + tr > *, table.cancelled tr + tr > * { border-top: 0; }
	.failures td:nth-child(1) { width: auto; flex: 1; font-weight: 600; }
	.failures td:nth-child(2) { order: 1; flex: 0 0 100%; }
	.failures td:nth-child(3) { width: auto; }
	table.cancelled td { flex: 0 0 100%; }
	table.cancelled .n { order: -1; font-weight: 600; }
	table.cancelled .n::after { content: " ×"; }
	.jobs td:nth-child(1) { flex: 1; font-weight: 600; }
	.jobs td:nth-child(2) { order: 1; flex: 0 0 100%; }
	.jobs td:nth-child(n + 4) { order: 2; color: var(--soft); }
	.jobs td:nth-child(4)::before { content: "images "; }
	.jobs td:nth-child(5)::before { content: "requests "; }
	.jobs td:nth-child(8) { flex: 0 0 100%; }
	.models .share { display: none; }
	.models th:first-child { min-width: 0; }
	.models th, .models td { padding-right: 10px; }
	.models small { display: block; margin: 0; }
}
@media screen and (max-width: 480px) {
	.models th:nth-child(n + 3):nth-child(-n + 4), .models td:nth-child(n + 3):nth-child(-n + 4) { display: none; }
}

@media print {
	@page { margin: 14mm 12mm; }
	:root { --ground: #fff; color-scheme: light; }
	body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	main { max-width: none; padding: 0; }
	section, .tile { border-color: #ccd1d6; }
	section { padding: 12px 14px; }
	.tiles { grid-template-columns: repeat(3, 1fr); }
	.bars { min-width: 0; }
	.jobs { font-size: 8pt; }
	.jobs th, .jobs td { padding-right: 8px; }
	.jobs th:nth-child(1) { width: 13%; }
	.jobs th:nth-child(n + 3) { width: 9%; }
	.jobs th:nth-child(3) { width: 11%; }
	.jobs th:nth-child(8) { width: 18%; }
	tr, .tile, .timeline { break-inside: avoid; }
	h2, h3, thead { break-after: avoid; }
	a { text-decoration: none; }
}
`);
