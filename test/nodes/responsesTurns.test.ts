import type { INodeExecutionData } from 'n8n-workflow';
import type { RunResult } from '../n8n/engine';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { sha256 } from '../stand-in/harness';
import type { Turn } from './conversation';
import { chained, charged, EDIT_NODE, GENERATE_NODE, paidFor, runTalk, turnOf, turns } from './conversation';
import type { ItemJson } from './generate';

const turnIn = ({ json }: INodeExecutionData | undefined = { json: {} }): ItemJson & Turn =>
	turnOf(json as ItemJson);

describe('four turns over one conversation', () => {
	const instructions = [
		'a red car at a kerb',
		'make it blue',
		'now add racing stripes',
		'put it in the desert',
	];
	const nodes = ['Generate', 'Blue', 'Stripes', 'Desert'];
	let standIn: StandIn;
	let result: RunResult;

	beforeAll(async () => {
		standIn = await startStandIn();
		const workflow = chained(
			nodes.map((name, index) => ({
				name,
				type: index === 0 ? GENERATE_NODE : EDIT_NODE,
				parameters: {
					prompt: instructions[index]!,
					...(index > 0 && { imageSource: 'response', previousResponseId: '={{ $json.response_id }}' }),
				},
			})),
		);
		result = await runTalk(workflow, { rows: [{}], standIn });
	});

	afterAll(async () => await standIn.close());

	const itemOf = (node: string) => result.items(node)[0];

	it('all come to an image', () => {
		expect(result.run.status).toBe('success');
		expect(nodes.map((node) => turnIn(itemOf(node)).action)).toEqual(['generate', 'edit', 'edit', 'edit']);
	});

	it('each follow the one before, with all that was said so far', () => {
		expect(standIn.books.map((entry) => entry.instructions)).toEqual(
			instructions.map((_, turn) => instructions.slice(0, turn + 1)),
		);
		const ids = nodes.map((node) => turnIn(itemOf(node)).response_id);
		expect(standIn.books.map(({ responseId }) => responseId)).toEqual(ids);
		expect(standIn.books.map(({ previousResponseId }) => previousResponseId)).toEqual([
			null,
			...ids.slice(0, 3),
		]);
	});

	it('start from the picture of the turn before', async () => {
		const calls = nodes.map((node) => turnIn(itemOf(node)).image_call_id);
		expect(standIn.books.map(({ startedFrom }) => startedFrom)).toEqual([
			[],
			...calls.slice(0, 3).map((call) => [call]),
		]);
		const pictures = await Promise.all(nodes.map(async (node) => await result.binary(itemOf(node)!, 'data')));
		expect(standIn.books.slice(1).map(({ inputs }) => inputs![0]!.sha256)).toEqual(
			pictures.slice(0, 3).map(sha256),
		);
		expect(new Set(pictures.map(sha256)).size).toBe(4);
	});

	it('cost what the books say each, and more with every turn', () => {
		for (const [index, node] of nodes.entries()) {
			const json = itemOf(node)!.json as ItemJson;
			expect(paidFor(json)).toEqual(charged([standIn.books[index]!]));
		}
		const read = nodes.map((node) => turnIn(itemOf(node)).usage.conversation.input_tokens);
		expect(read).toEqual([...read].sort((a, b) => a - b));
		const cached = nodes.map((node) => turnIn(itemOf(node)).usage.conversation.cached_tokens);
		expect(cached[0]).toBe(0);
		expect(cached.slice(1).every((tokens) => tokens > 0)).toBe(true);
	});

	it('can be gone back on: to any response, to any image', async () => {
		const [first, second] = nodes.map((node) => turnIn(itemOf(node)));
		const before = standIn.books.length;
		const { json } = await turns(EDIT_NODE, {
			rows: [
				{ json: { prompt: 'make it green', previous: first!.response_id } },
				{ json: { prompt: 'paint it', call: second!.image_call_id } },
				{ json: { prompt: 'mix', previous: first!.response_id, call: second!.image_call_id } },
			],
			standIn,
			parameters: { execution: { concurrency: 1 } },
		});
		expect(json.map((one) => turnOf(one).action)).toEqual(['edit', 'edit', 'edit']);
		const entries = standIn.books.slice(before);
		expect(entries.map(({ startedFrom }) => startedFrom)).toEqual([
			[first!.image_call_id],
			[second!.image_call_id],
			[second!.image_call_id],
		]);
		expect(entries[0]!.instructions).toEqual([instructions[0], 'make it green']);
		// An image brings along what it was made by.
		expect(entries[1]!.instructions).toEqual([...instructions.slice(0, 2), 'paint it']);
	});

	it('are gone on with by Generate, where the model chooses what to do with the image', async () => {
		const last = turnIn(itemOf('Desert'));
		const { json } = await turns(GENERATE_NODE, {
			rows: [{ json: { prompt: 'add a dog', previous: last.response_id, partial_images: 1 } }],
			standIn,
		});
		expect(turnOf(json[0]).action).toBe('edit');
		expect(standIn.books.at(-1)!.instructions).toEqual([...instructions, 'add a dog']);
		expect(paidFor(json[0])).toEqual(charged([standIn.books.at(-1)!]));
	});

	it('an empty previous response ID begins anew', async () => {
		await turns(GENERATE_NODE, { rows: [{ json: { prompt: 'a boat', previous: ' ' } }], standIn });
		expect(standIn.books.at(-1)).toMatchObject({ previousResponseId: null, instructions: ['a boat'] });
	});
});

describe('24 conversations with a concurrency of 8', () => {
	const count = 24;
	let standIn: StandIn;
	let result: RunResult;

	beforeAll(async () => {
		standIn = await startStandIn({
			provider: 'compatible',
			// Neighbours take different times, and every turn another one.
			delayMs: ({ index }) => 100 + ((index * 7) % 5) * 25,
		});
		const common = { execution: { concurrency: 8 } };
		const numbered = (text: string) => `={{ '${text} ' + $('Items').item.json.number }}`;
		const again = { previousResponseId: '={{ $json.response_id }}', ...common };
		result = await runTalk(
			chained([
				{ name: 'First', type: GENERATE_NODE, parameters: { prompt: numbered('picture'), ...common } },
				{ name: 'Second', type: EDIT_NODE, parameters: { prompt: numbered('change'), ...again } },
				{ name: 'Third', type: EDIT_NODE, parameters: { prompt: numbered('change again'), ...again } },
			]),
			{
				rows: Array.from({ length: count }, (_, number) => ({
					// Every picture has a size of its own, by which it is told whose it is.
					json: { number, model: 'tiny', size: `${64 + number}x64`, partial_images: number % 2 },
				})),
				standIn,
				credential: { provider: 'compatible' },
			},
		);
	});

	afterAll(async () => await standIn.close());

	it('run eight at a time', () => {
		expect(result.run.status).toBe('success');
		expect(standIn.books).toHaveLength(3 * count);
		expect(standIn.maxInFlight).toBe(8);
	});

	it('never mix', async () => {
		for (let number = 0; number < count; number++) {
			const turnsOf = ['First', 'Second', 'Third'].map((node) => turnIn(result.items(node)[number]));
			const entries = turnsOf.map(({ response_id: id }) =>
				standIn.books.find(({ responseId }) => responseId === id)!,
			);
			const said = [`picture ${number}`, `change ${number}`, `change again ${number}`];
			expect(turnsOf.map(({ prompt }) => prompt)).toEqual(said);
			expect(entries.map(({ instructions }) => instructions)).toEqual([
				said.slice(0, 1),
				said.slice(0, 2),
				said,
			]);
			expect(entries.map(({ startedFrom }) => startedFrom)).toEqual([
				[],
				[turnsOf[0]!.image_call_id],
				[turnsOf[1]!.image_call_id],
			]);
			const first = await result.binary(result.items('First')[number]!, 'data');
			expect(sha256(first)).toBe(entries[1]!.inputs![0]!.sha256);
			expect(result.items('Third')[number]!.pairedItem).toEqual({ item: number });
		}
		// They were not done in their order, or this would show little.
		const done = [...standIn.books.slice(0, count)].sort((a, b) => a.endedAt - b.endedAt);
		expect(done.map(({ prompt }) => prompt)).not.toEqual(
			Array.from({ length: count }, (_, number) => `picture ${number}`),
		);
	});
});
