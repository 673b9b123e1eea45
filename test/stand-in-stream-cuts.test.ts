import { framed, readAll, talk, usual, useStandIns, withTool } from './stand-in/harness';

const start = useStandIns();

/** A stream with two partial pictures, and the kinds of its events. */
const stream = async (path: string, body: object) => {
	const bench = await start();
	const { text, lost } = await readAll(await bench.post(path, { ...body, stream: true }));
	const types = framed(text).map(({ data }) => (JSON.parse(data) as { type: string }).type);
	return { ...bench, text, lost, types, begun: text.slice(text.lastIndexOf('event: ')) };
};

const respond = (input: string) => stream('/responses', { ...withTool({ partial_images: 2 }), input });

describe('stream-cut early', () => {
	test('a response loses its picture: the connection is lost within its item, which is charged', async () => {
		const { types, lost, text, begun, standIn } = await respond('A car [[stream-cut early]]');
		expect(lost).toBe(true);
		expect(types.slice(-3)).toEqual([
			'response.image_generation_call.partial_image',
			'response.image_generation_call.partial_image',
			'response.image_generation_call.completed',
		]);
		expect(begun).toMatch(/^event: response\.output_item\.done\ndata: \{"type"/);
		expect(text).not.toContain('response.completed');
		const whole = await respond('A car [[delay 0]]');
		const { imageUsd } = whole.standIn.books[0]!;
		expect(imageUsd).toBeGreaterThan(0);
		expect(standIn.books).toMatchObject([{ images: 1, status: 200, imageUsd }]);
	});

	test('for one attempt, and the response is there to be fetched', async () => {
		const { client, post, standIn } = await start();
		const body = { ...talk, input: 'A car [[stream-cut early x1]]', stream: true };
		expect((await readAll(await post('/responses', body))).lost).toBe(true);
		expect((await readAll(await post('/responses', body))).lost).toBe(false);
		const fetched = await client.responses.retrieve(standIn.books[0]!.responseId!);
		expect(fetched.status).toBe('completed');
	});

	test('a response without a picture loses its end', async () => {
		const { types, lost, begun } = await respond('A car [[text-answer]] [[stream-cut early]]');
		expect(lost).toBe(true);
		expect(types.at(-1)).toBe('response.output_item.done');
		expect(begun).toMatch(/^event: response\.completed\n/);
	});

	test('of the Images API it is its final event', async () => {
		const fields = { ...usual, prompt: 'A car [[stream-cut early]]', partial_images: 2 };
		const { types, lost, begun, standIn } = await stream('/images/generations', fields);
		expect(lost).toBe(true);
		expect(types).toEqual(['image_generation.partial_image', 'image_generation.partial_image']);
		expect(begun).toMatch(/^event: image_generation\.completed\n/);
		expect(standIn.books).toMatchObject([{ images: 1, status: 200 }]);
	});

	test('early is the only word it takes', async () => {
		const { post } = await start();
		const answer = await post('/images/generations', {
			...usual,
			prompt: 'A [[stream-cut late]]',
			stream: true,
		});
		expect(answer.status).toBe(400);
		expect(await answer.text()).toContain('The stand-in knows no directive [[stream-cut late]].');
	});
});
