import { plain, png, useStandIns, usual, withHole } from './stand-in/harness';
import { inputTokens } from './stand-in/input-tokens';
import { Models } from './stand-in/models';

const { model } = usual;
const start = useStandIns();

describe('usage', () => {
	const models = new Models('compatible', '2026-11-21');
	const tokens = (id: string, measures: string, fidelity: 'low' | 'high' = 'low') => {
		const [width = 0, height = 0] = measures.split('x').map(Number);
		return inputTokens(models.find(id)!, [{ width, height }], fidelity);
	};

	test.each([
		['1024x1024', 1024],
		['1536x1024', 1536],
		['341x512', 704],
		['1179x2556', 1482],
		['3840x2160', 1508],
		['512x512', 1024],
		// By hand: as wide as 32 patches, one high.
		['1000x20', 32],
	])('an image of %s: %i tokens', (measures, expected) => {
		expect(tokens('gpt-image-2', measures)).toEqual({ text: 0, image: expected });
		expect(tokens('gpt-image-2.5-sunburst', measures)).toEqual({ text: 10, image: expected });
		expect(tokens('gpt-image-2.6-flare', measures)).toEqual({ text: 10, image: expected });
	});

	test.each([
		['1024x1024', 'low', 194],
		['1024x1536', 'low', 323],
		['64x64', 'low', 194],
		['2048x512', 'low', 581],
		['1024x1024', 'high', 4354],
		['1536x1024', 'high', 6563],
	] as const)('an image of %s at %s fidelity in tiles: %i tokens', (measures, fidelity, expected) => {
		expect(tokens('gpt-image-1.5', measures, fidelity)).toEqual({ text: 0, image: expected });
	});

	test('is in the answer, times n, and its price in the books', async () => {
		const { client, standIn } = await start();
		const answer = await client.images.edit({
			model,
			prompt: 'Twenty bytes of text',
			n: 2,
			quality: 'high',
			image: [await png(await plain(512, 512, '#c33')), await png(await plain(341, 512, '#3c3'))],
			mask: await png(await withHole(512, 512, '#000', { left: 9, top: 9, width: 9, height: 9 })),
		});
		expect(answer.usage).toEqual({
			input_tokens: 3506,
			input_tokens_details: { text_tokens: 50, image_tokens: 3456 },
			output_tokens: 3512,
			output_tokens_details: { text_tokens: 0, image_tokens: 3512 },
			total_tokens: 7018,
		});
		// 50 at 5, 3,456 at 8 and 3,512 at 30 dollars a million.
		expect(standIn.books[0]?.usd).toBe(0.133258);
	});

	test('of the first generation, with its fidelity', async () => {
		const { client, standIn } = await start();
		const answer = await client.images.edit({
			model: 'gpt-image-1.5',
			prompt: 'four',
			quality: 'low',
			size: '1024x1024',
			input_fidelity: 'high',
			image: await png(await plain(300, 300, '#c33')),
		});
		expect(answer.usage).toMatchObject({ input_tokens: 4355, output_tokens: 272 });
		expect(standIn.books[0]?.usd).toBe((5_000 + 4354 * 8_000 + 272 * 32_000) / 1e9);
	});
});
