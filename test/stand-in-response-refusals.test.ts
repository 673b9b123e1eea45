import type OpenAI from 'openai';
import { callItem, callOf, dataUrl, plain, talk, useStandIns, withHole, withTool } from './stand-in/harness';
import type { Refusal } from './stand-in/harness';

const start = useStandIns();
const good = { ...talk, input: 'A car' };

type Case = [name: string, fields: Record<string, unknown>, param: string | null, code: string | null];

const refuse = async (fields: Record<string, unknown>, status: number, error: Partial<Refusal['error']>) => {
	const { post, standIn } = await start();
	const response = await post('/responses', { ...good, ...fields });
	expect({ status: response.status, body: await response.json() }).toMatchObject({ status, body: { error } });
	expect(standIn.books.every(({ usd, images }) => usd === 0 && images === 0)).toBe(true);
};

describe('the body', () => {
	test.each<Case>([
		['an unknown field', { colour: 'red' }, 'colour', 'unknown_parameter'],
		['n', { n: 2 }, 'n', 'unknown_parameter'],
		['prompts of the Images API', { prompt: 'A car' }, 'prompt', 'unsupported_parameter'],
		['what the stand-in has not', { conversation: 'conv_1' }, 'conversation', 'unsupported_parameter'],
		['no model', { model: undefined }, 'model', 'missing_required_parameter'],
		['a model as a number', { model: 6 }, 'model', 'invalid_type'],
		['no input', { input: undefined }, 'input', 'missing_required_parameter'],
		['input as a number', { input: 7 }, 'input', 'invalid_type'],
		['nothing asked for', { input: '' }, 'input', 'invalid_value'],
		['an empty list', { input: [] }, 'input', 'invalid_value'],
		['an instruction too long', { input: 'x'.repeat(32_001) }, 'input', 'string_above_max_length'],
		['instructions as a list', { instructions: ['a'] }, 'instructions', 'invalid_type'],
		['metadata that is no text', { metadata: { row: 7 } }, 'metadata.row', 'invalid_type'],
		['too much metadata', { metadata: { a: 'x'.repeat(513) } }, 'metadata.a', 'string_above_max_length'],
		['store in words', { store: 'no' }, 'store', 'invalid_type'],
		['stream in words', { stream: 'true' }, 'stream', 'invalid_type'],
		['no effort', { reasoning: { effort: 'huge' } }, 'reasoning.effort', 'invalid_value'],
		['unknown reasoning', { reasoning: { depth: 1 } }, 'reasoning.depth', 'unknown_parameter'],
		[
			'effort of a model that does not reason',
			{ model: 'gpt-4.1', reasoning: { effort: 'low' } },
			'reasoning.effort',
			'unsupported_parameter',
		],
		[
			'fewer tokens than are allowed',
			{ max_output_tokens: 15 },
			'max_output_tokens',
			'integer_below_min_value',
		],
		['heat', { temperature: 2.5 }, 'temperature', 'decimal_above_max_value'],
		['top_p below nothing', { top_p: -0.1 }, 'top_p', 'decimal_below_min_value'],
		['truncation', { truncation: 'some' }, 'truncation', 'invalid_value'],
		['service_tier', { service_tier: 'slow' }, 'service_tier', 'invalid_value'],
		['include', { include: ['everything'] }, 'include[0]', 'invalid_value'],
		['parallel_tool_calls', { parallel_tool_calls: 1 }, 'parallel_tool_calls', 'invalid_type'],
		[
			'a long identifier',
			{ safety_identifier: 'x'.repeat(129) },
			'safety_identifier',
			'string_above_max_length',
		],
		['tool_choice', { tool_choice: 'image_generation' }, 'tool_choice', 'invalid_value'],
		['another tool chosen', { tool_choice: { type: 'web_search' } }, 'tool_choice.type', 'invalid_value'],
		[
			'the tool not among those allowed',
			{ tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] } },
			'tool_choice.tools',
			'invalid_value',
		],
		['previous_response_id as a number', { previous_response_id: 1 }, 'previous_response_id', 'invalid_type'],
		[
			'an unknown response',
			{ previous_response_id: 'resp_x' },
			'previous_response_id',
			'previous_response_not_found',
		],
		['no directive', { input: 'A [[staus 500]]' }, 'input', 'invalid_value'],
		['a directive of streams', { input: 'A [[stream-cut]]' }, 'input', 'invalid_value'],
		['a directive of the Images API', { input: 'A [[url]]' }, 'input', 'invalid_value'],
	])('%s', async (_, fields, param, code) => {
		await refuse(fields, 400, { param, code, message: expect.any(String) as string });
	});

	test('an unknown model, and one without the tool', async () => {
		await refuse({ model: 'gpt-9' }, 400, {
			message: "The requested model 'gpt-9' does not exist.",
			type: 'invalid_request_error',
			param: 'model',
			code: 'model_not_found',
		});
		await refuse({ model: 'gpt-5.4-nano' }, 400, {
			message: "Hosted tool 'image_generation' is not supported with gpt-5.4-nano.",
			param: 'tools',
		});
	});

	test('a model that has ended', async () => {
		const { client } = await start({ today: '2026-12-11' });
		const asked = client.responses.create({ ...good, model: 'gpt-5' });
		await expect(asked).rejects.toMatchObject({ status: 400, code: 'model_not_found' });
		await client.responses.create({ ...good, model: 'gpt-4o' });
	});

	test('no JSON, and no key', async () => {
		const { standIn } = await start();
		const ask = (headers: Record<string, string>, body: string) =>
			fetch(`${standIn.url}/responses`, { method: 'POST', headers, body });
		const key = { authorization: `Bearer ${standIn.key}` };
		expect((await ask({ ...key, 'content-type': 'application/json' }, '{')).status).toBe(400);
		expect((await ask({ ...key, 'content-type': 'text/plain' }, JSON.stringify(good))).status).toBe(400);
		expect((await ask({ 'content-type': 'application/json' }, JSON.stringify(good))).status).toBe(401);
	});
});

describe('input', () => {
	const part = (fields: object) => ({ input: [{ role: 'user', content: [fields] }] });
	const text = { type: 'input_text', text: 'A car' };
	const withImage = (image: object) => ({
		input: [{ role: 'user', content: [text, { type: 'input_image', ...image }] }],
	});
	const place = 'input[0].content[1]';

	test.each<Case>([
		['an item that is none', { input: ['A car'] }, 'input[0]', 'invalid_type'],
		['an item of another type', { input: [{ type: 'computer_call' }] }, 'input[0].type', 'invalid_value'],
		['no role', { input: [{ content: 'A car' }] }, 'input[0].role', 'missing_required_parameter'],
		['another role', { input: [{ role: 'tool', content: 'A' }] }, 'input[0].role', 'invalid_value'],
		['no content', { input: [{ role: 'user' }] }, 'input[0].content', 'missing_required_parameter'],
		['content as a number', { input: [{ role: 'user', content: 1 }] }, 'input[0].content', 'invalid_type'],
		[
			'an unknown field',
			{ input: [{ role: 'user', content: 'A', name: 'x' }] },
			'input[0].name',
			'unknown_parameter',
		],
		[
			'a part of chat completions',
			part({ type: 'text', text: 'A' }),
			'input[0].content[0].type',
			'invalid_value',
		],
		[
			'a part without text',
			part({ type: 'input_text' }),
			'input[0].content[0].text',
			'missing_required_parameter',
		],
		[
			"an answer's part",
			part({ type: 'output_text', text: 'A' }),
			'input[0].content[0].type',
			'invalid_value',
		],
		['an odd part', part({ ...text, size: 1 }), 'input[0].content[0].size', 'unknown_parameter'],
		['only what was answered', { input: [{ role: 'assistant', content: 'A' }] }, 'input', 'invalid_value'],
		['an image of nothing', withImage({}), place, 'invalid_value'],
		['two images in one', withImage({ image_url: 'data:', file_id: 'file-1' }), place, 'invalid_value'],
		[
			'image_url as chat completions have it',
			withImage({ image_url: { url: 'x' } }),
			`${place}.image_url`,
			'invalid_type',
		],
		['detail', withImage({ image_url: 'data:', detail: 'huge' }), `${place}.detail`, 'invalid_value'],
		[
			'a data URL of nothing',
			withImage({ image_url: 'data:image/png;base64,' }),
			`${place}.image_url`,
			'invalid_value',
		],
		[
			'an address elsewhere',
			withImage({ image_url: 'https://example.com/a.png' }),
			`${place}.image_url`,
			'invalid_value',
		],
		[
			'a call without id',
			{ input: [{ type: 'image_generation_call' }] },
			'input[0].id',
			'missing_required_parameter',
		],
	])('%s', async (_, fields, param, code) => {
		await refuse(fields, 400, { param, code });
	});

	test('a file, a call and a response that are not there', async () => {
		await refuse(withImage({ file_id: 'file-x' }), 404, { param: `${place}.file_id` });
		await refuse({ input: [{ role: 'user', content: 'Blue' }, callItem('ig_x')] }, 404, {
			message: "Item with id 'ig_x' not found.",
			type: 'invalid_request_error',
			param: 'input',
		});
	});

	test('an image that is none, whether it would be edited or only seen', async () => {
		const image = { image_url: dataUrl(Buffer.from('no image at all')) };
		await refuse(withImage(image), 400, { code: 'invalid_image_file' });
		const { tools } = withTool({ action: 'generate' });
		await refuse({ ...withImage(image), tools }, 400, { code: 'invalid_image_file' });
	});

	test('the picture of a call that failed', async () => {
		const { client } = await start();
		const failed = await client.responses.create({ ...talk, input: 'A [[call-failed]]' });
		const input = [{ role: 'user', content: 'Blue' } as const, callItem(callOf(failed).id)];
		await expect(client.responses.create({ ...talk, input })).rejects.toMatchObject({
			status: 400,
			param: 'input',
			code: 'invalid_value',
		});
	});
});

describe('the tool', () => {
	const tool = (fields: object) => ({ tools: [{ ...talk.tools[0], ...fields }] });

	test.each<Case>([
		['no list', { tools: { type: 'image_generation' } }, 'tools', 'invalid_type'],
		['no type', { tools: [{}] }, 'tools[0].type', 'missing_required_parameter'],
		['another', { tools: [{ type: 'web_search' }] }, 'tools[0].type', 'invalid_value'],
		['one besides', { tools: [...talk.tools, { type: 'web_search' }] }, 'tools[1].type', 'invalid_value'],
		['two', { tools: [...talk.tools, ...talk.tools] }, 'tools', 'invalid_value'],
		[
			'a function besides',
			{ tools: [...talk.tools, { type: 'function' }] },
			'tools[1].type',
			'invalid_value',
		],
		['an unknown field', tool({ colour: 'red' }), 'tools[0].colour', 'unknown_parameter'],
		['n', tool({ n: 1 }), 'tools[0].n', 'unknown_parameter'],
		['prompt', tool({ prompt: 'A' }), 'tools[0].prompt', 'unknown_parameter'],
		['stream', tool({ stream: true }), 'tools[0].stream', 'unknown_parameter'],
		['action', tool({ action: 'draw' }), 'tools[0].action', 'invalid_value'],
		['action without an image', tool({ action: 'edit' }), 'tools[0].action', 'invalid_value'],
		['size', tool({ size: '1000x1000' }), 'tools[0].size', 'invalid_value'],
		['size as a number', tool({ size: 1024 }), 'tools[0].size', 'invalid_type'],
		['quality', tool({ model: 'gpt-image-2', quality: 'max' }), 'tools[0].quality', 'invalid_value'],
		[
			'background',
			tool({ background: 'transparent', output_format: 'jpeg' }),
			'tools[0].background',
			'invalid_value',
		],
		['complexity before 2.6', tool({ complexity: 'low' }), 'tools[0].complexity', 'unknown_parameter'],
		['moderation', tool({ moderation: 'high' }), 'tools[0].moderation', 'invalid_value'],
		['output_format', tool({ output_format: 'bmp' }), 'tools[0].output_format', 'invalid_value'],
		[
			'a compressed png',
			tool({ output_compression: 50 }),
			'tools[0].output_compression',
			'invalid_png_output_compression',
		],
		['frames of a png', tool({ frame_count: 3 }), 'tools[0].frame_count', 'invalid_value'],
		['svg of a png', tool({ svg: { model: 'gpt-6-luna' } }), 'tools[0].svg', 'invalid_value'],
		[
			'an odd effort of svg',
			tool({ output_format: 'svg', svg: { reasoning: { effort: 'huge' } } }),
			'tools[0].svg.reasoning.effort',
			'invalid_value',
		],
		[
			'input_fidelity',
			tool({ input_fidelity: 'high' }),
			'tools[0].input_fidelity',
			'invalid_input_fidelity_model',
		],
		[
			'partial pictures of no stream',
			tool({ partial_images: 1 }),
			'tools[0].partial_images',
			'invalid_value',
		],
		[
			'four of them',
			{ stream: true, ...tool({ partial_images: 4 }) },
			'tools[0].partial_images',
			'integer_above_max_value',
		],
		[
			'those of a gif',
			{ stream: true, ...tool({ output_format: 'gif', partial_images: 1 }) },
			'tools[0].partial_images',
			'invalid_value',
		],
		['a mask as text', tool({ input_image_mask: 'mask.png' }), 'tools[0].input_image_mask', 'invalid_type'],
		[
			'a mask without an image',
			tool({ input_image_mask: { file_id: 'file-1' } }),
			'tools[0].input_image_mask',
			'invalid_value',
		],
	])('%s', async (_, fields, param, code) => {
		await refuse(fields, 400, { param, code });
	});

	test('an image model that is not there', async () => {
		await refuse(tool({ model: 'gpt-image-1' }), 404, { param: 'tools[0].model', code: 'model_not_found' });
		const { client } = await start({ provider: 'compatible' });
		const asked = client.responses.create({ ...good, ...withTool({ model: 'dall-e-3' }) });
		await expect(asked).rejects.toMatchObject({ status: 400, param: 'tools[0].model' });
	});

	test("errors name the tool's parameter in their words", async () => {
		const { post } = await start();
		const response = await post('/responses', { ...good, ...tool({ quality: 5 }) });
		const { error } = (await response.json()) as Refusal;
		expect(error.message).toMatch(/^Invalid type for 'tools\[0\]\.quality': expected one of 'low'/);
	});

	test('a mask that does not fit, and an SVG to edit', async () => {
		const { client } = await start();
		const image = dataUrl(await plain(128, 128, '#468'));
		const content: OpenAI.Responses.ResponseInputContent[] = [
			{ type: 'input_text', text: 'A hole' },
			{ type: 'input_image', image_url: image, detail: 'auto' },
		];
		const ask = (fields: Partial<OpenAI.Responses.Tool.ImageGeneration>) =>
			client.responses.create({ ...withTool(fields), input: [{ role: 'user', content }] });
		const hole = { left: 1, top: 1, width: 9, height: 9 };
		const small = { image_url: dataUrl(await withHole(64, 64, '#000', hole)) };
		await expect(ask({ input_image_mask: small })).rejects.toMatchObject({
			param: 'tools[0].input_image_mask',
			code: 'invalid_mask_image_format',
		});
		const opaque = { image_url: dataUrl(await plain(128, 128, '#000')) };
		await expect(ask({ input_image_mask: opaque })).rejects.toMatchObject({
			param: 'tools[0].input_image_mask',
		});
		for (const action of ['auto', 'edit'] as const) {
			await expect(ask({ output_format: 'svg', action })).rejects.toMatchObject({
				param: 'tools[0].output_format',
			});
		}
	});
});

test('what is good is accepted', async () => {
	const { client } = await start();
	for (const fields of [
		{ instructions: null, previous_response_id: null, metadata: null, store: null, temperature: 0.5 },
		{ tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'image_generation' }] } },
		{ include: ['reasoning.encrypted_content'], truncation: 'auto', service_tier: 'flex', user: 'u' },
		{ parallel_tool_calls: false, top_p: 1, max_output_tokens: 16, reasoning: { summary: 'auto' } },
		withTool({ model: 'gpt-image-2.6-flare', complexity: 'high', quality: 'max', moderation: 'low' }),
		withTool({ model: 'gpt-image-1.5', size: '1024x1536', input_fidelity: 'high' }),
		withTool({ output_format: 'webp', output_compression: 40, background: 'transparent' }),
	]) {
		const response = await client.responses.create({
			...good,
			...(fields as Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>),
		});
		expect(callOf(response).status).toBe('completed');
	}
});
