import { endsRun, ImageError } from '../jobs/error';
import { withoutLabel } from '../jobs/label';
import type { JobOutcome } from '../jobs/outcome';
import { reasonOfStop } from '../runner/stop';

/** Why jobs were cancelled, where any were: what ended the run, or what the first of them says. */
export function stopOf(outcomes: ReadonlyArray<JobOutcome<unknown>>): ImageError | undefined {
	const cancelled = outcomes.filter(({ status }) => status === 'cancelled');
	if (cancelled.length === 0) return undefined;
	const because =
		outcomes.find(({ error }) => error && endsRun(error.kind)) ??
		// What was in flight then speaks of itself.
		cancelled.find(({ timing }) => timing.attempts === 0) ??
		cancelled[0];
	if (!because?.error) return undefined;
	const message = reasonOfStop(withoutLabel(because.error.message, because.job.label));
	return new ImageError({ ...because.error.details, message });
}
