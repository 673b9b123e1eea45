import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { setDay } from './day';
import { generate } from './generate';
import table from './workflows/table.json';

/** gpt-image-1.5, which OpenAI shuts down on 2026-12-01. */
const rows = ['a fox', 'an owl'].map((prompt) => ({
	prompt,
	model: 'gpt-image-1.5',
	size: '1024x1024',
	quality: 'low',
}));

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

describe('before a model is shut down', () => {
	setDay('2026-11-21');

	it('it works, and items and editor say when it will not and what to use then', async () => {
		const { result, json } = await generate(table, { rows, standIn });
		const warning = expect.stringMatching(/gpt-image-1\.5.*2026-12-01.*gpt-image-2\.5-flare/) as string;
		expect(json.map(({ warnings }) => warnings)).toEqual([[warning], [warning]]);
		// Once, however many items say it.
		expect(result.hints('Generate')).toEqual([
			expect.objectContaining({ message: warning, type: 'warning' }),
		]);
	});

	it('a model that stays says nothing', async () => {
		const { result, json } = await generate(table, {
			rows: [{ prompt: 'a fox', model: 'gpt-image-2', size: '1024x640', quality: 'low' }],
			standIn,
		});
		expect(json[0]!.warnings).toEqual([]);
		expect(result.hints('Generate')).toEqual([]);
	});
});

describe('after a model is shut down', () => {
	setDay('2026-12-02');

	it('it is refused where the provider is OpenAI', async () => {
		const { result } = await generate(table, { rows, standIn });
		expect(result.error!.message).toMatch(
			/^Item 0: model: OpenAI shut gpt-image-1\.5 down on 2026-12-01\. Use gpt-image-2\.5-flare instead\.$/,
		);
		expect(standIn.books).toEqual([]);
	});

	it('it is left to the server where it is another', async () => {
		const { json } = await generate(table, { rows, standIn, credential: { provider: 'compatible' } });
		expect(json.map(({ model }) => model)).toEqual(['gpt-image-1.5', 'gpt-image-1.5']);
	});
});
