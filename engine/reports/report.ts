import { counted } from './figures';
import { cancellations, failures } from './failures';
import { headline, headlineOf } from './headline';
import { html, type Html } from './html';
import { jobsTable } from './jobsTable';
import { modelCosts } from './modelCosts';
import type { RunRecord } from './record';
import { shortened } from './shortened';
import { STYLE } from './style';
import type { Summary } from './summary';
import { timeline } from './timeline';
import { warningOfStop } from './warnings';

/**
 * The report of a finished run: one HTML document that needs nothing else and loads nothing, without scripts.
 * Texts from outside stand in it as text only, never within a tag, and shortened.
 * @param summary of the same run
 */
export function reportHtml(run: RunRecord, summary: Summary): string {
	const page = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta
					http-equiv="Content-Security-Policy"
					content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
				/>
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<title>${headlineOf(run, summary)}</title>
				<style>
					${STYLE}
				</style>
			</head>
			<body>
				<main>
					${headline(run, summary)}${warnings(run, summary)}${timeline(run)}${modelCosts(run)}${failures(run)}${cancellations(run)}${jobsTable(run)}
				</main>
			</body>
		</html> `;
	return page.markup;
}

/** Warnings that are shown, at the most. */
const MOST_WARNINGS = 12;

/** Why the run was stopped stands above already. */
function warnings({ stoppedBecause }: RunRecord, summary: Summary): Html | null {
	const all = summary.warnings.filter(
		(warning) => !stoppedBecause || warning !== warningOfStop(stoppedBecause),
	);
	if (all.length === 0) return null;
	const more = all.length - MOST_WARNINGS;
	return html`<section class="warnings">
		<h2>Warnings</h2>
		<ul>
			${all.slice(0, MOST_WARNINGS).map((warning) => html`<li><bdi>${shortened(warning, 500)}</bdi></li> `)}
		</ul>
		${more > 0 ? html`<p class="note">and ${counted(more, 'more warning')}, in the summary.</p>` : null}
	</section> `;
}
