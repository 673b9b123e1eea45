/** What was asked for cannot be done as it is: said in a sentence or two, exit status 2. Nothing was sent. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}
