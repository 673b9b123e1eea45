import type { FreeSizes, ImageModel, InputRules, ModelPrices, ParameterRule, ParameterRules } from './model';

/**
 * Every image model that OpenAI has or had. Capabilities: the reference of the Images API (`openai` 7.55.0);
 * prices: OpenAI's model and pricing pages as of `pricedAt`, per million tokens.
 */

const PRICED_AT = '2026-11-21';

const STANDARD_SIZES = ['auto', '1024x1024', '1536x1024', '1024x1536'] as const;

const FREE_SIZES: FreeSizes = {
	step: 16,
	maxEdge: 3840,
	minPixels: 655_360,
	maxPixels: 8_294_400,
	maxRatio: 3,
};

const COMMON = {
	moderation: { oneOf: ['auto', 'low'] },
	output_compression: { integer: { min: 0, max: 100 }, formats: ['jpeg', 'webp'] },
	safety_identifier: { maxLength: 128 },
	partial_images: { integer: { min: 1, max: 3 }, formats: ['png', 'jpeg', 'webp'] },
} satisfies ParameterRules;

const TRANSPARENCY: ParameterRule = {
	oneOf: ['auto', 'opaque', 'transparent'],
	formatsOfValue: { transparent: ['png', 'webp'] },
};

const FIRST_GENERATION = {
	...COMMON,
	quality: { oneOf: ['auto', 'low', 'medium', 'high'] },
	background: TRANSPARENCY,
	output_format: { oneOf: ['png', 'jpeg', 'webp'] },
	input_fidelity: { oneOf: ['low', 'high'], endpoints: ['edits'] },
} satisfies ParameterRules;

const SECOND_GENERATION = {
	...COMMON,
	quality: { oneOf: ['auto', 'low', 'medium', 'high'] },
	background: { oneOf: ['auto', 'opaque'] },
	output_format: { oneOf: ['png', 'jpeg', 'webp', 'gif', 'svg'], endpointsOfValue: { svg: ['generations'] } },
	frame_count: { integer: { min: 2, max: 16 }, formats: ['gif'] },
	frame_duration_ms: { integer: { min: 1, max: 655_350 }, formats: ['gif'] },
	svg: { formats: ['svg'], endpoints: ['generations'] },
} satisfies ParameterRules;

const GENERATION_2_5 = {
	...SECOND_GENERATION,
	quality: { oneOf: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'] },
	background: TRANSPARENCY,
} satisfies ParameterRules;

const GENERATION_2_6 = {
	...GENERATION_2_5,
	complexity: { oneOf: ['low', 'medium', 'high'] },
} satisfies ParameterRules;

const MB = 1024 * 1024;

const EDIT_INPUTS: InputRules = {
	maxImages: 16,
	formats: ['png', 'jpeg', 'webp'],
	bytesBelow: 50 * MB,
	maskBytesBelow: 4 * MB,
	references: true,
};

const EDIT_INPUTS_2_5: InputRules = { ...EDIT_INPUTS, markup: true };

const DALL_E_INPUTS: InputRules = { maxImages: 1, formats: ['png'], bytesBelow: 4 * MB, square: true };

const GPT_IMAGE = {
	endpoints: ['generations', 'edits', 'responses'],
	inputs: { edits: EDIT_INPUTS },
	sizes: STANDARD_SIZES,
	maxPromptLength: 32_000,
	maxImagesPerRequest: 10,
} as const;

const FREELY_SIZED = { ...GPT_IMAGE, freeSizes: FREE_SIZES, maxImagesPerRequestOf: { svg: 1 } } as const;

const CURRENT_PRICES: Pick<ModelPrices, 'tokens' | 'inputTokens' | 'pricedAt' | 'source'> = {
	inputTokens: 'patches',
	tokens: { textIn: 5, textInCached: 1.25, imageIn: 8, imageInCached: 2, imageOut: 30 },
	pricedAt: PRICED_AT,
	source: "OpenAI's model pages and image guide",
};

const GRID_2_5 = { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 } as const;

const PRICES_2_5: ModelPrices = {
	...CURRENT_PRICES,
	outputTokens: { kind: 'grid', grid: GRID_2_5 },
	textTokensPerInputImage: 10,
	batchShare: 0.5,
};

/** There is no published formula for 2.6. The factors enclose what was measured on 2026-11-05. */
const PRICES_2_6: ModelPrices = {
	...CURRENT_PRICES,
	outputTokens: {
		kind: 'measured',
		grid: GRID_2_5,
		factor: { low: [3, 4.25], medium: [3, 4.25], high: [0.95, 1.1], xhigh: [0.95, 1.1], max: [0.95, 1.1] },
	},
	textTokensPerInputImage: 10,
};

const FIRST_TOKEN_TABLE = {
	low: { '1024x1024': 272, '1024x1536': 408, '1536x1024': 400 },
	medium: { '1024x1024': 1056, '1024x1536': 1584, '1536x1024': 1568 },
	high: { '1024x1024': 4160, '1024x1536': 6240, '1536x1024': 6208 },
} as const;

const PRICES_1_5: ModelPrices = {
	tokens: { textIn: 5, textInCached: 1.25, imageIn: 8, imageInCached: 2, imageOut: 32, textOut: 10 },
	outputTokens: { kind: 'table', tokens: FIRST_TOKEN_TABLE },
	inputTokens: 'tiles',
	batchShare: 0.5,
	pricedAt: PRICED_AT,
	source: "OpenAI's model page",
};

const DALL_E_PRICES = {
	outputTokens: { kind: 'perImage' },
	pricedAt: '2026-05-12',
	source: "OpenAI's pricing page",
} as const;

/** Newest first, as the model picker shows them. */
export const MODELS: readonly ImageModel[] = [
	{
		...FREELY_SIZED,
		id: 'gpt-image-2.6-flare',
		released: '2026-11-04',
		inputs: { edits: EDIT_INPUTS_2_5 },
		parameters: GENERATION_2_6,
		prices: PRICES_2_6,
	},
	{
		...FREELY_SIZED,
		id: 'gpt-image-2.6-sunburst',
		released: '2026-11-04',
		inputs: { edits: EDIT_INPUTS_2_5 },
		parameters: GENERATION_2_6,
		prices: PRICES_2_6,
	},
	{
		...FREELY_SIZED,
		id: 'gpt-image-2.5-flare',
		snapshots: ['gpt-image-2.5-flare-2026-09-08'],
		released: '2026-09-08',
		inputs: { edits: EDIT_INPUTS_2_5 },
		parameters: GENERATION_2_5,
		prices: PRICES_2_5,
	},
	{
		...FREELY_SIZED,
		id: 'gpt-image-2.5-sunburst',
		snapshots: ['gpt-image-2.5-sunburst-2026-09-08'],
		released: '2026-09-08',
		inputs: { edits: EDIT_INPUTS_2_5 },
		parameters: GENERATION_2_5,
		prices: PRICES_2_5,
	},
	{
		...FREELY_SIZED,
		id: 'gpt-image-2',
		snapshots: ['gpt-image-2-2026-04-21'],
		released: '2026-04-21',
		parameters: SECOND_GENERATION,
		prices: {
			...CURRENT_PRICES,
			outputTokens: { kind: 'grid', grid: { low: 16, medium: 48, high: 96 } },
			batchShare: 0.5,
		},
	},
	{
		...GPT_IMAGE,
		id: 'gpt-image-1.5',
		snapshots: ['gpt-image-1.5-2025-12-16'],
		released: '2025-12-16',
		shutdown: '2026-12-01',
		replacement: 'gpt-image-2.5-flare',
		parameters: FIRST_GENERATION,
		prices: PRICES_1_5,
	},
	{
		...GPT_IMAGE,
		id: 'chatgpt-image-latest',
		shutdown: '2026-12-01',
		replacement: 'gpt-image-2.5-flare',
		parameters: FIRST_GENERATION,
		prices: PRICES_1_5,
	},
	{
		...GPT_IMAGE,
		id: 'gpt-image-1-mini',
		released: '2025-10-06',
		shutdown: '2026-12-01',
		replacement: 'gpt-image-2.5-flare',
		parameters: { ...FIRST_GENERATION, input_fidelity: { oneOf: ['low'], endpoints: ['edits'] } },
		prices: {
			tokens: { textIn: 2, textInCached: 0.2, imageIn: 2.5, imageInCached: 0.25, imageOut: 8 },
			perImage: {
				low: { '1024x1024': 0.005, '1024x1536': 0.006, '1536x1024': 0.006 },
				medium: { '1024x1024': 0.011, '1024x1536': 0.015, '1536x1024': 0.015 },
				high: { '1024x1024': 0.036, '1024x1536': 0.052, '1536x1024': 0.052 },
			},
			outputTokens: { kind: 'perImage' },
			inputTokens: 'tiles',
			batchShare: 0.5,
			pricedAt: PRICED_AT,
			source: "OpenAI's model page",
		},
	},
	{
		...GPT_IMAGE,
		id: 'gpt-image-1',
		shutdown: '2026-10-23',
		replacement: 'gpt-image-2.5-flare',
		parameters: FIRST_GENERATION,
		prices: {
			tokens: { textIn: 5, textInCached: 1.25, imageIn: 10, imageInCached: 2.5, imageOut: 40 },
			outputTokens: { kind: 'table', tokens: FIRST_TOKEN_TABLE },
			inputTokens: 'tiles',
			pricedAt: PRICED_AT,
			source: "OpenAI's pricing page before the shutdown",
		},
	},
	{
		id: 'dall-e-3',
		shutdown: '2026-05-12',
		replacement: 'gpt-image-2.5-flare',
		endpoints: ['generations'],
		sizes: ['1024x1024', '1792x1024', '1024x1792'],
		parameters: { quality: { oneOf: ['standard', 'hd'] }, style: { oneOf: ['vivid', 'natural'] } },
		maxPromptLength: 4000,
		maxImagesPerRequest: 1,
		alwaysSend: { response_format: 'b64_json' },
		prices: {
			...DALL_E_PRICES,
			perImage: {
				standard: { '1024x1024': 0.04, '1792x1024': 0.08, '1024x1792': 0.08 },
				hd: { '1024x1024': 0.08, '1792x1024': 0.12, '1024x1792': 0.12 },
			},
		},
	},
	{
		id: 'dall-e-2',
		shutdown: '2026-05-12',
		replacement: 'gpt-image-2.5-flare',
		endpoints: ['generations', 'edits', 'variations'],
		inputs: { edits: { ...DALL_E_INPUTS, maskBytesBelow: 4 * MB }, variations: DALL_E_INPUTS },
		sizes: ['256x256', '512x512', '1024x1024'],
		parameters: { quality: { oneOf: ['standard'], endpoints: ['generations', 'edits'] } },
		maxPromptLength: 1000,
		maxImagesPerRequest: 10,
		alwaysSend: { response_format: 'b64_json' },
		prices: {
			...DALL_E_PRICES,
			perImage: { standard: { '256x256': 0.016, '512x512': 0.018, '1024x1024': 0.02 } },
		},
	},
];

/** What a new node starts with. */
export const DEFAULT_MODEL = 'gpt-image-2.5-flare';
