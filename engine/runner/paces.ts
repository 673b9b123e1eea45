import { SharedPace, type Pace } from './pace';
import type { Clock } from './ports';

/** Paces by account and model. Runs that share them keep within a limit together. */
export class Paces {
	private readonly shared = new Map<string, SharedPace>();

	constructor(private readonly clock: Clock) {}

	/**
	 * @param account tells one account from another; not a secret
	 * @param imagesPerMinute what the run may take; 0 for whatever the server bears
	 */
	enter(account: string, model: string, imagesPerMinute: number): Pace {
		const key = `${account} ${model}`;
		const known = this.shared.get(key) ?? new SharedPace(this.clock);
		this.shared.set(key, known);
		return known.enter(imagesPerMinute);
	}
}
