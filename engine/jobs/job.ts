import type { ImageEditParamsBase, ImageGenerateParamsBase } from 'openai/resources/images';
import type { UserPrices } from '../costs/price';
import type { Endpoint, OutputFormat, TextPrices } from '../models/model';
import type { ImageSource } from './source';

/** Who answers. `openai`: retired models are refused. `azure`: a model is a deployment's name. `compatible`: any other server. */
export type Provider = 'openai' | 'azure' | 'compatible';

/** The API's parameters that the engine knows: it validates them and counts on them. */
export const PARAMETER_NAMES = [
	'size',
	'quality',
	'background',
	'moderation',
	'output_format',
	'output_compression',
	'input_fidelity',
	'safety_identifier',
	'complexity',
	'frame_count',
	'frame_duration_ms',
	'svg',
	'partial_images',
	'style',
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** What an image is to be like, in the API's own names and types. Left out means the server's default. */
export type ImageParameters = { [Name in ParameterName]?: NonNullable<ApiParameters[Name]> };
type ApiParameters = ImageGenerateParamsBase & Pick<ImageEditParamsBase, 'input_fidelity'>;

/** A turn of a conversation whose model draws with the image model as its tool. */
export interface Conversation {
	/** The model that is talked to. */
	model: string;
	/** `auto`: the model decides by what was said and drawn before. */
	action: 'generate' | 'edit' | 'auto';
	/** The turn that this one follows. */
	previousResponseId?: string;
	/** The image to start from, where it is not the conversation's last. */
	imageCallId?: string;
	/** The user's own prices of the model. */
	prices?: TextPrices;
}

/** One thing to make: `n` images of one prompt. */
export interface ImageJob {
	/** Its place in the run, from 0. */
	index: number;
	/** How messages call it, at the beginning of a sentence: `Item 3`, `jobs[3]`. */
	label: string;
	endpoint: Endpoint;
	model: string;
	/** Empty for variations. */
	prompt: string;
	/** What an edit or a variation starts from, in order. */
	images?: readonly ImageSource[];
	/** Transparent where the first image is to be changed. */
	mask?: ImageSource;
	/** Drawn over the first image, to show what is meant. */
	markup?: ImageSource;
	/** With whom and what about; for the endpoint `responses` only. */
	conversation?: Conversation;
	/** How many images, 1 or more. */
	n: number;
	parameters: ImageParameters;
	/** Fields that the engine does not know, sent as they are. */
	additional?: Readonly<Record<string, unknown>>;
	prices?: UserPrices;
	/** The share of the price that is paid, as by the Batch API; 1 where it is left out. */
	priceShare?: number;
	/** What was found wrong while the job was read from its source; such a job is not sent. */
	problems?: ReadonlyArray<{ field: string; message: string }>;
}

/** What a job amounts to, whatever endpoint it goes through: what parameters and images are possible goes by it. */
export function operationOf({
	endpoint,
	conversation,
}: Pick<ImageJob, 'endpoint' | 'conversation'>): Exclude<Endpoint, 'responses'> {
	if (endpoint !== 'responses') return endpoint;
	return conversation?.action === 'edit' ? 'edits' : 'generations';
}

/** Whether the answer is asked for as a stream of events, with previews before the image. */
export function isStreamed({ parameters }: Pick<ImageJob, 'parameters'>): boolean {
	return (parameters.partial_images ?? 0) > 0;
}

/** The format that the job's images will have: the API's default is png. */
export function formatOf(job: Pick<ImageJob, 'parameters'>): OutputFormat {
	return job.parameters.output_format ?? 'png';
}
