import { nanoUsd } from '../costs/money';
import { counted, duration, money } from './figures';
import { asked, type RunRecord } from './record';
import type { Summary } from './summary';

/** A run in a line: `47 of 50 images, 3 failed, $2.31, 1 min 12 s`. */
export function sumOf(
	{ jobs }: RunRecord,
	{ images, failed, cancelled, total_cost, total_duration_ms }: Summary,
): string {
	const wanted = jobs.reduce((sum, job) => sum + asked(job), 0);
	return [
		`${images} of ${counted(wanted, 'image')}`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
		total_cost.total === null ? 'cost not known in full' : money(nanoUsd(total_cost.total)),
		duration(total_duration_ms),
	].join(', ');
}
