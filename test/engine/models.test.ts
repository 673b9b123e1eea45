import fc from 'fast-check';
import { MODELS } from '../../engine/models/catalogue';
import { findModel } from '../../engine/models/find';
import { stageOn } from '../../engine/models/lifecycle';
import { allowsSize, nearestSize, parseSize } from '../../engine/models/sizes';
import type { ImageModel as ApiModel } from 'openai/resources/images';

describe('the catalogue', () => {
	it("knows every image model of OpenAI's SDK", () => {
		// The compiler keeps this list complete.
		const ids: Record<ApiModel, true> = {
			'gpt-image-1.5': true,
			'gpt-image-2': true,
			'gpt-image-2-2026-04-21': true,
			'gpt-image-2.5-sunburst': true,
			'gpt-image-2.5-sunburst-2026-09-08': true,
			'gpt-image-2.5-flare': true,
			'gpt-image-2.5-flare-2026-09-08': true,
			'gpt-image-2.6-sunburst': true,
			'gpt-image-2.6-flare': true,
			'gpt-image-1': true,
			'gpt-image-1-mini': true,
			'chatgpt-image-latest': true,
			'dall-e-2': true,
			'dall-e-3': true,
		};
		expect(Object.keys(ids).filter((id) => findModel(id) === undefined)).toEqual([]);
	});

	it('names a live replacement for every model that ends', () => {
		for (const { shutdown, replacement } of MODELS.filter((model) => model.shutdown !== undefined)) {
			expect(shutdown).toMatch(/^\d{4}-\d\d-\d\d$/);
			expect(findModel(replacement ?? '')).toMatchObject({ released: expect.any(String) as string });
			expect(findModel(replacement ?? '')?.shutdown).toBeUndefined();
		}
	});

	it.each([
		['gpt-image-2.5-flare', '2030-01-01', 'live'],
		['gpt-image-1.5', '2026-11-21', 'ending'],
		['gpt-image-1.5', '2026-12-01', 'ending'],
		['gpt-image-1.5', '2026-12-02', 'retired'],
		['gpt-image-1', '2026-11-21', 'retired'],
	])('%s on %s is %s', (id, today, stage) => {
		expect(stageOn(findModel(id) ?? {}, today)).toBe(stage);
	});
});

describe('sizes', () => {
	const flare = findModel('gpt-image-2.5-flare') ?? { sizes: [] };
	const mini = findModel('gpt-image-1-mini') ?? { sizes: [] };

	it.each(['auto', '1024x1024', '1536x864', '3840x2160', '2880x2880', '1440x480'])(
		'%s is possible',
		(size) => {
			expect(allowsSize(flare, size)).toBe(true);
		},
	);

	it.each([
		'512x512',
		'1000x1000',
		'4096x1024',
		'3840x3840',
		'1024x320',
		'1024',
		'1024X1024',
		'0x0',
		'-16x64',
		'',
	])('%p is not', (size) => {
		expect(allowsSize(flare, size)).toBe(false);
	});

	it('always has a nearest one that is possible, and keeps what is', () => {
		const edge = fc.integer({ min: 1, max: 9999 });
		fc.assert(
			fc.property(edge, edge, (width, height) => {
				for (const model of [flare, mini]) {
					const nearest = nearestSize(model, { width, height });
					expect(allowsSize(model, nearest)).toBe(true);
					const size = `${width}x${height}`;
					if (allowsSize(model, size)) expect(nearest).toBe(size);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	it('keeps the shape', () => {
		expect(nearestSize(flare, { width: 512, height: 512 })).toBe('816x816');
		expect(nearestSize(mini, { width: 1920, height: 1080 })).toBe('1536x1024');
		expect(parseSize(nearestSize(flare, { width: 7680, height: 4320 }))).toEqual({
			width: 3840,
			height: 2160,
		});
	});
});
