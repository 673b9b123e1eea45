import type OpenAI from 'openai';
import sharp from 'sharp';
import {
	callItem,
	callOf,
	dataUrl,
	distance,
	pictureOf,
	pixel,
	plain,
	sha256,
	talk,
	useStandIns,
	withHole,
	withTool,
} from './stand-in/harness';

const start = useStandIns();
type Content = OpenAI.Responses.ResponseInputContent;

const turns = [
	'a red car on a cobbled street',
	'make it blue',
	'add a dog on the passenger seat',
	'now at night, with neon signs',
];

/** A message of the user with an image. */
function showing(text: string, image: Buffer): OpenAI.Responses.ResponseInputItem {
	const content: Content[] = [
		{ type: 'input_text', text },
		{ type: 'input_image', image_url: dataUrl(image), detail: 'auto' },
	];
	return { role: 'user', content };
}

/** How many lines of large white letters stand in a picture. */
async function linesOf(picture: Buffer): Promise<number> {
	const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
	let lines = 0;
	let height = 0;
	for (let y = Math.round(info.height * 0.3); y < info.height; y++) {
		let white = 0;
		for (let x = 0; x < info.width; x++) {
			if (data.readUIntBE((y * info.width + x) * 3, 3) === 0xffffff) white += 1;
		}
		if (white > 4) height += 1;
		else {
			// The footer's letters are smaller, and not quite white.
			if (height > info.height * 0.018) lines += 1;
			height = 0;
		}
	}
	return lines;
}

describe('four turns', () => {
	test('each edits the picture before, and has all instructions so far', async () => {
		const { client, standIn } = await start();
		const responses: OpenAI.Responses.Response[] = [];
		for (const input of turns) {
			const previous_response_id = responses.at(-1)?.id ?? null;
			responses.push(await client.responses.create({ ...talk, input, previous_response_id }));
		}
		expect(responses.map((response) => callOf(response).action)).toEqual([
			'generate',
			'edit',
			'edit',
			'edit',
		]);
		expect(standIn.books).toMatchObject(
			turns.map((prompt, index) => ({
				prompt,
				instructions: turns.slice(0, index + 1),
				startedFrom: index === 0 ? [] : [callOf(responses[index - 1]!).id],
				previousResponseId: responses[index - 1]?.id ?? null,
				responseId: responses[index]?.id,
			})),
		);
		// What was edited are the bytes that were answered.
		for (const [index, { inputs }] of standIn.books.entries()) {
			if (index === 0) expect(inputs).toBeUndefined();
			else
				expect(inputs).toMatchObject([
					{ source: 'image_call', sha256: sha256(pictureOf(responses[index - 1]!)) },
				]);
		}
		const lines = await Promise.all(responses.map((response) => linesOf(pictureOf(response))));
		expect(lines).toEqual([1, 2, 3, 4]);
		const inputs = responses.map(({ usage }) => usage!.input_tokens);
		expect([...inputs].sort((one, other) => one - other)).toEqual(inputs);
		const cached = responses.map(({ usage }) => usage!.input_tokens_details.cached_tokens);
		expect(cached[0]).toBe(0);
		for (const [index, tokens] of cached.slice(1).entries()) {
			expect(tokens).toBeGreaterThan(0);
			expect(tokens).toBeLessThanOrEqual(inputs[index] ?? 0);
		}
	});

	test('the words are in the picture, numbered, where it can be read as text', async () => {
		const { client } = await start();
		let previous_response_id: string | null = null;
		const drawn: string[] = [];
		for (const input of turns) {
			const tool = withTool({ output_format: 'svg', action: 'generate' });
			const response: OpenAI.Responses.Response = await client.responses.create({
				...tool,
				input: `${input} [[delay 1]]`,
				previous_response_id,
			});
			previous_response_id = response.id;
			const spans = [
				...pictureOf(response)
					.toString()
					.matchAll(/<tspan[^>]*>([^<]*)</g),
			];
			drawn.push(spans.map(([, text]) => text).join(' '));
		}
		const numbered = turns.map((text, index) => `${index + 1}. ${text}`);
		expect(drawn).toEqual(turns.map((_, index) => numbered.slice(0, index + 1).join(' ')));
	});

	test('two conversations at once never mix', async () => {
		const { client, standIn } = await start({ delayMs: 20 });
		const speak = async (subject: string) => {
			let previous_response_id: string | null = null;
			for (let turn = 1; turn <= 4; turn++) {
				const response: OpenAI.Responses.Response = await client.responses.create({
					...talk,
					input: `${subject}, step ${turn}`,
					previous_response_id,
				});
				previous_response_id = response.id;
			}
			return previous_response_id;
		};
		await Promise.all(['a car', 'a boat', 'a plane'].map(speak));
		expect(standIn.books).toHaveLength(12);
		const made = new Map(standIn.books.map((entry) => [entry.responseId, entry]));
		for (const entry of standIn.books) {
			const subject = entry.prompt.split(',')[0];
			const turn = Number(entry.prompt.at(-1));
			expect(entry.instructions).toEqual(
				Array.from({ length: turn }, (_, index) => `${subject}, step ${index + 1}`),
			);
			if (turn === 1) continue;
			expect(made.get(entry.previousResponseId ?? '')?.prompt).toBe(`${subject}, step ${turn - 1}`);
			expect(entry.startedFrom).toHaveLength(1);
		}
	});

	test('a conversation can go two ways from one response', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		const on = (input: string) => client.responses.create({ ...talk, input, previous_response_id: first.id });
		await Promise.all([on('make it blue'), on('make it green')]);
		expect(standIn.books.slice(1).map(({ instructions }) => instructions)).toEqual(
			expect.arrayContaining([
				['a car', 'make it blue'],
				['a car', 'make it green'],
			]),
		);
	});

	test('forty turns: the newest words are still to be read', async () => {
		const { client } = await start();
		let previous_response_id: string | null = null;
		for (let turn = 1; turn <= 40; turn++) {
			const response: OpenAI.Responses.Response = await client.responses.create({
				...withTool({ output_format: 'svg', action: 'generate' }),
				input: `instruction number ${turn} of a conversation that goes on for long`,
				previous_response_id,
			});
			previous_response_id = response.id;
			if (turn < 40) continue;
			const text = pictureOf(response).toString();
			expect(text).toContain('40. instruction number 40 of a');
			expect(text).toContain('>…</tspan>');
			expect(text).not.toContain('>1. instruction');
		}
	});
});

describe('what an edit starts from', () => {
	const red = () => plain(128, 128, '#ff0000');
	const blue = () => plain(128, 128, '#0000ff');

	test('images of the user, in their order', async () => {
		const { client, standIn } = await start();
		const input = [showing('Put one', await red()), showing('on the other', await blue())];
		const response = await client.responses.create({ ...talk, input });
		expect(callOf(response).action).toBe('edit');
		expect(standIn.books[0]).toMatchObject({
			prompt: 'on the other',
			instructions: ['Put one', 'on the other'],
			startedFrom: [],
			inputs: [
				{ field: 'input[0].content[1]', source: 'data_url', width: 128, sha256: sha256(await red()) },
				{ field: 'input[1].content[1]', source: 'data_url', width: 128, sha256: sha256(await blue()) },
			],
		});
		expect(response.tool_usage?.image_gen.input_tokens_details.image_tokens).toBe(2048);
		expect(distance(await pixel(pictureOf(response), 400, 300), [235, 0, 0])).toBeLessThan(150);
		expect(JSON.stringify(standIn.books[0]?.body).length).toBeLessThan(1500);
	});

	test('an address, and an uploaded file', async () => {
		const { client, source, standIn } = await start();
		const file = await client.files.create({
			file: new File([new Uint8Array(await red())], 'red.png', { type: 'image/png' }),
			purpose: 'vision',
		});
		const content: Content[] = [
			{ type: 'input_text', text: 'Both' },
			{ type: 'input_image', image_url: source('photo.png'), detail: 'low' },
			{ type: 'input_image', file_id: file.id, image_url: null, detail: 'auto' },
		];
		await client.responses.create({ ...talk, input: [{ type: 'message', role: 'user', content }] });
		expect(standIn.books[0]?.inputs).toMatchObject([
			{ source: 'url', fileName: 'photo.png', width: 1024 },
			{ source: 'file_id', fileName: 'red.png', width: 128 },
		]);
		expect(standIn.leaks).toBe(0);
	});

	test('an image call by its id, with the instructions that its picture carries', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		const second = await client.responses.create({ ...talk, input: 'blue', previous_response_id: first.id });
		const { id } = callOf(second);
		await client.responses.create({ ...talk, input: [{ role: 'user', content: 'faster' }, callItem(id)] });
		expect(standIn.books[2]).toMatchObject({
			instructions: ['a car', 'blue', 'faster'],
			startedFrom: [id],
			previousResponseId: null,
			inputs: [{ field: 'input[1]', source: 'image_call', sha256: sha256(pictureOf(second)) }],
		});
		expect(standIn.books[2]?.inputs).toHaveLength(1);
	});

	test('an earlier call of the conversation instead of the newest', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		const second = await client.responses.create({ ...talk, input: 'blue', previous_response_id: first.id });
		await client.responses.create({
			...talk,
			input: [{ role: 'user', content: 'rather green' }, callItem(callOf(first).id)],
			previous_response_id: second.id,
		});
		expect(standIn.books[2]).toMatchObject({
			instructions: ['a car', 'blue', 'rather green'],
			startedFrom: [callOf(first).id],
		});
	});

	test('a call that is sent back whole, also of a response that was not stored', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car', store: false });
		const input = [
			{ role: 'user', content: 'a car [[status 500]]' } as const,
			...(first.output as OpenAI.Responses.ResponseInputItem[]),
			{ role: 'user', content: 'blue' } as const,
		];
		const second = await client.responses.create({ ...talk, input, store: false });
		expect(callOf(second).action).toBe('edit');
		expect(standIn.books[1]).toMatchObject({
			instructions: ['a car', 'blue'],
			startedFrom: [callOf(first).id],
			inputs: [{ sha256: sha256(pictureOf(first)) }],
		});
		expect(JSON.stringify(standIn.books[1]?.body).length).toBeLessThan(3000);
	});

	test("the conversation's newest picture and what the user adds to it", async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		await client.responses.create({
			...talk,
			input: [showing('with this logo', await red())],
			previous_response_id: first.id,
		});
		expect(standIn.books[1]?.inputs).toMatchObject([
			{ field: 'previous_response_id', source: 'image_call' },
			{ field: 'input[0].content[1]', source: 'data_url' },
		]);
	});

	test('an image that was given while the model only talked', async () => {
		const { client, standIn } = await start();
		const input = [showing('What is this? [[text-answer A red square.]]', await red())];
		const first = await client.responses.create({ ...talk, input });
		const second = await client.responses.create({
			...talk,
			input: 'Make it round',
			previous_response_id: first.id,
		});
		expect(callOf(second).action).toBe('edit');
		expect(standIn.books[1]).toMatchObject({
			instructions: ['What is this?', 'Make it round'],
			startedFrom: [],
			inputs: [{ field: 'previous_response_id', sha256: sha256(await red()) }],
		});
	});

	test('the picture before a failed one', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		const second = await client.responses.create({
			...talk,
			input: 'on fire [[call-failed]]',
			previous_response_id: first.id,
		});
		await client.responses.create({ ...talk, input: 'blue', previous_response_id: second.id });
		expect(standIn.books[2]).toMatchObject({
			instructions: ['a car', 'on fire', 'blue'],
			startedFrom: [callOf(first).id],
		});
	});

	test('nothing where the tool is to generate, but the words go on', async () => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...talk, input: 'a car' });
		const second = await client.responses.create({
			...withTool({ action: 'generate' }),
			input: [showing('another', await red())],
			previous_response_id: first.id,
		});
		expect(callOf(second).action).toBe('generate');
		expect(second.tool_usage?.image_gen.input_tokens_details.image_tokens).toBe(0);
		expect(standIn.books[1]).toMatchObject({
			instructions: ['a car', 'another'],
			startedFrom: [],
			inputs: [{ field: 'input[0].content[1]' }],
		});
	});

	test.each(['gif', 'svg'] as const)('a picture that was made as %s', async (format) => {
		const { client, standIn } = await start();
		const first = await client.responses.create({ ...withTool({ output_format: format }), input: 'a car' });
		const second = await client.responses.create({ ...talk, input: 'blue', previous_response_id: first.id });
		expect(callOf(second).action).toBe('edit');
		expect(standIn.books[1]?.inputs).toMatchObject([{ contentType: 'image/png', width: 816, height: 816 }]);
	});

	test('under a mask', async () => {
		const { client, standIn } = await start();
		const hole = { left: 40, top: 30, width: 50, height: 20 };
		const mask = { image_url: dataUrl(await withHole(128, 128, '#000', hole)) };
		const ask = async (fields: Parameters<typeof withTool>[0]) =>
			pictureOf(
				await client.responses.create({
					...withTool({ action: 'edit', ...fields }),
					input: [showing('A window', await plain(128, 128, '#f4f4f4'))],
				}),
			);
		const [without, masked] = [await ask({}), await ask({ input_image_mask: mask })];
		expect(standIn.books[1]?.inputs).toMatchObject([{}, { field: 'tools[0].input_image_mask', width: 128 }]);
		const changed = async (x: number, y: number) =>
			distance(await pixel(masked, x, y), await pixel(without, x, y));
		// The hole is 6.4 times as large on the picture.
		expect(await changed(258, 260)).toBeGreaterThan(100);
		expect(await changed(200, 260)).toBe(0);
	});
});

test('a turn that is asked for again is counted as another attempt at the same instruction', async () => {
	const { client, standIn } = await start();
	const first = await client.responses.create({ ...talk, input: 'a car' });
	const next = { ...talk, input: 'blue [[status 500 x1]]', previous_response_id: first.id };
	await expect(client.responses.create(next)).rejects.toMatchObject({ status: 500 });
	const second = await client.responses.create(next);
	expect(standIn.books.map(({ attempt, status }) => [attempt, status])).toEqual([
		[1, 200],
		[1, 500],
		[2, 200],
	]);
	expect(standIn.books[2]).toMatchObject({ instructions: ['a car', 'blue'], responseId: second.id });
});
