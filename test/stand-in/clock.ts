/** The time that batches and files live by: the day's, but faster where it was told so, and put forward by hand. */
export class Clock {
	private begun = Date.now();
	private passed = 0;

	/** @param speed how much faster than the day it goes; 0 for a clock that only moves by hand */
	constructor(private readonly speed: number) {}

	/** Milliseconds since 1970. */
	now(): number {
		return this.begun + (Date.now() - this.begun) * this.speed + this.passed;
	}

	/** Puts the clock forward, in milliseconds. */
	pass(ms: number): void {
		this.passed += ms;
	}

	reset(): void {
		this.begun = Date.now();
		this.passed = 0;
	}
}

/** Milliseconds since 1970 as the API has times: whole seconds. */
export function seconds(ms: number): number {
	return Math.floor(ms / 1000);
}
