/**
 * Sets the clock to noon (UTC) of a day for the tests of a file or block, so that models live and die at known times.
 * It runs on from there at its usual pace; timers do not go by it.
 *
 * @param day ISO date
 */
export function setDay(day: string): void {
	let spy: jest.SpyInstance<number, []>;

	beforeAll(() => {
		const now = Date.now.bind(Date);
		const offset = Date.parse(`${day}T12:00:00Z`) - now();
		spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + offset);
	});

	afterAll(() => spy.mockRestore());
}
