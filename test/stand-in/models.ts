import { conversationModels, unknownConversationModel } from './conversation-models';
import type { ConversationModel } from './conversation-models';

/** A quality as the API spells it. `standard` and `hd` are DALL-E's. */
export type Quality = 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'standard' | 'hd';

/** Which of OpenAI's ways of counting output tokens a model has; see tokens.ts. */
export type TokenRule = 'table' | 'mini' | 'grid-2' | 'grid-2.5' | 'measured-2.6';

/** What one image model takes. Written down from OpenAI's documents, apart from the engine's own catalogue. */
export interface ImageModel {
	id: string;
	/** `gpt`: GPT Image; `unknown`: a compatible server's own, about which nothing is known. */
	family: 'gpt' | 'dall-e-2' | 'dall-e-3' | 'unknown';
	/** ISO date from which the model answers. */
	released: string;
	/** ISO date from which it no longer does, null where none is set. */
	shutdown: string | null;
	/** `arbitrary`: any size within the limits in sizes.ts. */
	sizes: readonly string[] | 'arbitrary';
	qualities: readonly Quality[];
	transparent: boolean;
	complexity: boolean;
	/** `input_fidelity`'s values; none where it must be left out. */
	inputFidelities: ReadonlyArray<'low' | 'high'>;
	/** Whether edits take a `markup`. */
	markup: boolean;
	/** Whether the Batch API takes it. */
	batches: boolean;
	/** The longest prompt, in characters. */
	promptCharacters: number;
	tokens: TokenRule | null;
	/** A row of prices.ts. */
	price:
		'gpt-image-2' | 'gpt-image-1.5' | 'gpt-image-1-mini' | 'gpt-image-1' | 'dall-e-3' | 'dall-e-2' | null;
}

const threeSizes = ['1024x1024', '1024x1536', '1536x1024'] as const;
const threeQualities = ['low', 'medium', 'high'] as const;
const fiveQualities = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

const gpt1 = {
	family: 'gpt',
	sizes: threeSizes,
	qualities: threeQualities,
	transparent: true,
	complexity: false,
	inputFidelities: ['low', 'high'],
	markup: false,
	batches: true,
	promptCharacters: 32_000,
	tokens: 'table',
} as const;

const gpt2 = {
	...gpt1,
	sizes: 'arbitrary',
	transparent: false,
	inputFidelities: [],
	tokens: 'grid-2',
	price: 'gpt-image-2',
	released: '2026-04-21',
	shutdown: null,
} as const;

const gpt25 = {
	...gpt2,
	qualities: fiveQualities,
	transparent: true,
	markup: true,
	tokens: 'grid-2.5',
	released: '2026-09-08',
} as const;

const gpt26 = {
	...gpt25,
	batches: false,
	complexity: true,
	tokens: 'measured-2.6',
	released: '2026-11-04',
} as const;

const gpt15 = { ...gpt1, price: 'gpt-image-1.5', released: '2025-12-16', shutdown: '2026-12-01' } as const;

/** Every image model OpenAI has had behind `/v1/images`, as of 2026-11-21. */
const imageModels: readonly ImageModel[] = [
	{
		id: 'dall-e-2',
		family: 'dall-e-2',
		released: '2022-11-03',
		shutdown: '2026-05-12',
		sizes: ['256x256', '512x512', '1024x1024'],
		qualities: ['standard'],
		transparent: false,
		complexity: false,
		inputFidelities: [],
		markup: false,
		batches: false,
		promptCharacters: 1_000,
		tokens: null,
		price: 'dall-e-2',
	},
	{
		id: 'dall-e-3',
		family: 'dall-e-3',
		released: '2023-11-06',
		shutdown: '2026-05-12',
		sizes: ['1024x1024', '1792x1024', '1024x1792'],
		qualities: ['standard', 'hd'],
		transparent: false,
		complexity: false,
		inputFidelities: [],
		markup: false,
		batches: false,
		promptCharacters: 4_000,
		tokens: null,
		price: 'dall-e-3',
	},
	{
		id: 'gpt-image-1',
		...gpt1,
		batches: false,
		price: 'gpt-image-1',
		released: '2025-04-23',
		shutdown: '2026-10-23',
	},
	{
		id: 'gpt-image-1-mini',
		...gpt1,
		inputFidelities: ['low'],
		tokens: 'mini',
		price: 'gpt-image-1-mini',
		released: '2025-10-06',
		shutdown: '2026-12-01',
	},
	{ id: 'gpt-image-1.5', ...gpt15 },
	{ id: 'gpt-image-1.5-2025-12-16', ...gpt15 },
	{ id: 'chatgpt-image-latest', ...gpt15, batches: false },
	{ id: 'gpt-image-2', ...gpt2 },
	{ id: 'gpt-image-2-2026-04-21', ...gpt2 },
	{ id: 'gpt-image-2.5-flare', ...gpt25 },
	{ id: 'gpt-image-2.5-flare-2026-09-08', ...gpt25 },
	{ id: 'gpt-image-2.5-sunburst', ...gpt25 },
	{ id: 'gpt-image-2.5-sunburst-2026-09-08', ...gpt25 },
	{ id: 'gpt-image-2.6-flare', ...gpt26 },
	{ id: 'gpt-image-2.6-sunburst', ...gpt26 },
];

/** Models that are not for images, so that a client's picker has something to leave out. */
const textModels: ReadonlyArray<Pick<ImageModel, 'id' | 'released' | 'shutdown'>> = [
	...conversationModels.map(({ id, released, shutdown }) => ({ id, released, shutdown })),
	{ id: 'text-embedding-3-small', released: '2024-01-25', shutdown: null },
];

/** A model that a compatible server made up: anything goes, and nothing is known of its price. */
function unknownModel(id: string): ImageModel {
	return { id, ...gpt25, family: 'unknown', price: null };
}

/** The models of one provider on one day. */
export class Models {
	/** @param today ISO date; decides which models are alive where the provider is `openai`. */
	constructor(
		private readonly provider: 'openai' | 'compatible',
		private readonly today: string,
	) {}

	/** The image model of this id, or null where it is unknown, retired or not out yet. */
	find(id: string): ImageModel | null {
		const model = imageModels.find((candidate) => candidate.id === id);
		if (this.provider === 'compatible') return model ?? unknownModel(id);
		return model && this.isAlive(model) ? model : null;
	}

	/** The conversation model of this id, or null where it is unknown, retired or not out yet. */
	findConversation(id: string): ConversationModel | null {
		const model = conversationModels.find((candidate) => candidate.id === id);
		if (this.provider === 'compatible') return model ?? unknownConversationModel(id);
		return model && this.isAlive(model) ? model : null;
	}

	/** What `GET /v1/models` lists: image models and some others. */
	list(): Array<Pick<ImageModel, 'id' | 'released' | 'shutdown'>> {
		if (this.provider === 'compatible') {
			return [...imageModels, ...textModels].map((model) => ({ ...model, shutdown: null }));
		}
		return [...imageModels, ...textModels].filter((model) => this.isAlive(model));
	}

	private isAlive({ released, shutdown }: Pick<ImageModel, 'released' | 'shutdown'>): boolean {
		return released <= this.today && (shutdown === null || this.today < shutdown);
	}
}
