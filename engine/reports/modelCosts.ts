import type { NanoUsd } from '../costs/money';
import { columnMoney, count, money, share } from './figures';
import { html, type Html } from './html';
import { addUp, partsOf, type PaidPart, type Total } from './paid';
import type { RunRecord } from './record';
import { shortened } from './shortened';

const ROLE_NOTES: Readonly<Record<PaidPart['role'], string>> = {
	image: '',
	conversation: 'led the conversation',
	svg: 'wrote the SVG',
};

/** What the run cost, for each model apart. */
export function modelCosts({ jobs }: RunRecord): Html | null {
	const parts = jobs.flatMap(partsOf);
	if (parts.length === 0) return null;
	const groups = new Map<string, PaidPart[]>();
	for (const part of parts) {
		const key = `${part.role} ${part.model}`;
		const known = groups.get(key);
		if (known) known.push(part);
		else groups.set(key, [part]);
	}
	const all = addUp(parts);
	const rows = [...groups.values()]
		.map((group) => ({ group, total: addUp(group) }))
		.sort((a, b) => b.total.known - a.total.known);
	return html`<section>
		<h2>Cost by model</h2>
		<div class="scroll">
			<table class="models">
				<thead>
					<tr>
						<th>Model</th>
						<th class="n">Images</th>
						<th class="n">Tokens in</th>
						<th class="n">Tokens out</th>
						<th class="n">Cost</th>
						<th class="n">Share</th>
						<th class="share"></th>
					</tr>
				</thead>
				<tbody>
					${rows.map(({ group, total }) => modelRow(group, total, all.known))}
				</tbody>
				${
					rows.length > 1
						? html`<tfoot>
								<tr>
									<th>Total</th>
									${figures(parts, all)}
									<td></td>
									<td></td>
								</tr>
							</tfoot>`
						: null
				}
			</table>
		</div>
		${footnote(parts, all)}
	</section> `;
}

function modelRow(group: readonly PaidPart[], total: Total, inAll: NanoUsd): Html {
	const { model = '', role = 'image' } = group[0] ?? {};
	const note = ROLE_NOTES[role];
	const part = inAll > 0 ? total.known / inAll : 0;
	return html`<tr>
		<th>
			<bdi>${shortened(model, 60) || 'not said'}</bdi>${note === '' ? null : html` <small>${note}</small>`}
		</th>
		${figures(group, total)}
		<td class="n">${inAll > 0 ? share(total.known, inAll) : '–'}</td>
		<td class="share">
			<svg width="100%" height="8" aria-hidden="true">
				<rect class="track" width="100%" height="8" rx="2" />
				<rect class="completed" width="${Math.round(part * 1000) / 10}%" height="8" rx="2" />
			</svg>
		</td>
	</tr> `;
}

function figures(parts: readonly PaidPart[], total: Total): Html {
	const images = parts.filter(({ role, lost }) => role === 'image' && !lost).length;
	const tokens = parts.flatMap((part) => part.tokens ?? []);
	const sum = (direction: 'input' | 'output') =>
		tokens.length === 0 ? '–' : count(tokens.reduce((all, counts) => all + counts[direction], 0));
	return html`<td class="n">${images === 0 ? '–' : count(images)}</td>
		<td class="n">${sum('input')}</td>
		<td class="n">${sum('output')}</td>
		<td class="n">${costOf(total)}</td>`;
}

/** A sum as far as it is known, for a column of sums. */
export function costOf({ known, unknownParts }: Total): string {
	if (unknownParts === 0) return columnMoney(known);
	return known > 0 ? `≥ ${columnMoney(known)}` : 'unknown';
}

function footnote(parts: readonly PaidPart[], all: Total): Html {
	const lost = addUp(parts.filter((part) => part.lost)).known;
	const days = [...new Set(parts.flatMap(({ cost }) => cost.pricedAt ?? []))].sort();
	const sentences = [
		'US dollars.',
		...(days.length > 0 ? [`Prices of ${days.join(' and ')}.`] : []),
		...(lost > 0 ? [`${money(lost)} of it went on answers without a usable image.`] : []),
		...(all.unknownParts > 0
			? [
					'≥ where a price is not known: for the model, or of a request that may have been billed without an answer.',
				]
			: []),
	];
	return html`<p class="note">${sentences.join(' ')}</p>`;
}
