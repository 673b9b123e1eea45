/**
 * Works through a list with at most `lanes` at work at a time; the next one begins the moment a lane is free.
 * @param work is told the item, and which lane it is on, from 0
 * @returns the results in the order of the list
 * @throws whatever `work` throws
 */
export async function inLanes<Item, Result>(
	items: readonly Item[],
	lanes: number,
	work: (item: Item, lane: number) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	let next = 0;
	const workIn = async (lane: number) => {
		while (next < items.length) {
			const index = next++;
			results[index] = await work(items[index] as Item, lane);
		}
	};
	await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, (_, lane) => workIn(lane)));
	return results;
}
