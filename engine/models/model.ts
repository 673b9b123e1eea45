/** What the image API can answer with. */
export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'svg';

/** The image endpoints, by the last part of their path. */
export type Endpoint = 'generations' | 'edits' | 'variations' | 'responses';

/** `WIDTHxHEIGHT` strings beyond the fixed list: which of them a model can draw. Lengths are pixels. */
export interface FreeSizes {
	/** Width and height are multiples of this. */
	step: number;
	maxEdge: number;
	minPixels: number;
	maxPixels: number;
	/** The longer edge over the shorter one, at most. */
	maxRatio: number;
}

/** What a parameter of the API may be for one model. A parameter without a rule is one the model does not have. */
export interface ParameterRule {
	oneOf?: readonly string[];
	/** Whole numbers, both ends included. */
	integer?: { min: number; max: number };
	/** In characters. */
	maxLength?: number;
	/** The output formats that the parameter goes with; all when left out. */
	formats?: readonly OutputFormat[];
	/** The output formats that single values go with. */
	formatsOfValue?: Readonly<Record<string, readonly OutputFormat[]>>;
	/** The endpoints that have the parameter; all of the model's when left out. */
	endpoints?: readonly Endpoint[];
	/** The endpoints that single values are possible on. */
	endpointsOfValue?: Readonly<Record<string, readonly Endpoint[]>>;
}

/** What an endpoint takes as images to start from. */
export interface InputRules {
	maxImages: number;
	formats: readonly OutputFormat[];
	/** Bytes that one image must stay under. */
	bytesBelow: number;
	/** Whether width and height must be the same. */
	square?: boolean;
	/** Bytes that a mask must stay under; absent where there are no masks. */
	maskBytesBelow?: number;
	/** Whether there is a `markup`. */
	markup?: boolean;
	/** Whether the server fetches images by their address or file id. */
	references?: boolean;
}

/** How many tokens an input image takes. */
export type InputTokens =
	/** 32-pixel patches, for gpt-image-2 and later. */
	| 'patches'
	/** 512-pixel tiles, and more for a high `input_fidelity`; for the first generation. */
	| 'tiles';

/** `size`, `prompt` and `n` have rules of their own beside this table. */
export type ParameterRules = Readonly<Partial<Record<string, ParameterRule>>>;

/** USD per million tokens. */
export interface TokenPrices {
	textIn: number;
	textInCached?: number;
	imageIn: number;
	imageInCached?: number;
	imageOut: number;
	/** Text that the image model writes; counted as image output where there is no price for it. */
	textOut?: number;
}

/** USD per image, by quality and `WIDTHxHEIGHT`. */
export type ImagePrices = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many tokens one image will take, known before it is made. Keys are qualities. */
export type OutputTokens =
	/** OpenAI's calculator for gpt-image-2 and later: tokens from a grid of so many cells on the long edge. */
	| { kind: 'grid'; grid: Readonly<Record<string, number>> }
	/** A grid that was only measured: the true count lies between these multiples of it. */
	| {
			kind: 'measured';
			grid: Readonly<Record<string, number>>;
			factor: Readonly<Record<string, readonly [number, number]>>;
	  }
	/** Published counts, by quality and size. */
	| { kind: 'table'; tokens: ImagePrices }
	/** No count is known; the published price per image stands in. */
	| { kind: 'perImage' };

/** USD per million tokens of a text model. */
export interface TextPrices {
	textIn: number;
	/** Input that the server had in its cache; `textIn` where it is left out. */
	textInCached?: number;
	textOut: number;
}

/** A text model that draws through the image tool of the Responses API, or that writes an SVG. */
export interface ConversationModel {
	id: string;
	/** ISO date. */
	shutdown?: string;
	/** What to use instead, once there is a shutdown date. */
	replacement?: string;
	/** `pricedAt`: the day on which the prices were read, ISO. */
	prices: TextPrices & { pricedAt: string; source: string };
}

export interface ModelPrices {
	/** Absent for models that are sold by the image. */
	tokens?: TokenPrices;
	perImage?: ImagePrices;
	outputTokens: OutputTokens;
	inputTokens?: InputTokens;
	/** Text tokens that every input image of an edit adds. */
	textTokensPerInputImage?: number;
	/** What the Batch API takes, as a share of the price; absent where it does not take the model. */
	batchShare?: number;
	/** The day on which the prices were read, ISO. */
	pricedAt: string;
	source: string;
}

export interface ImageModel {
	id: string;
	/** Dated names of the same model. */
	snapshots?: readonly string[];
	/** ISO dates. */
	released?: string;
	shutdown?: string;
	/** What to use instead, once there is a shutdown date. */
	replacement?: string;
	endpoints: readonly Endpoint[];
	inputs?: Readonly<Partial<Record<Endpoint, InputRules>>>;
	/** Fixed sizes, `auto` among them where the model chooses by itself. */
	sizes: readonly string[];
	freeSizes?: FreeSizes;
	parameters: ParameterRules;
	/** In characters. */
	maxPromptLength: number;
	/** `n` of one request, at most. */
	maxImagesPerRequest: number;
	/** The same, for single output formats. */
	maxImagesPerRequestOf?: Partial<Record<OutputFormat, number>>;
	/** Fields that every request of the model carries. */
	alwaysSend?: { response_format: 'b64_json' };
	prices: ModelPrices;
}
