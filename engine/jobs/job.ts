import type { ImageEditParamsBase, ImageGenerateParamsBase } from 'openai/resources/images';
import type { UserPrices } from '../costs/price';
import type { Endpoint, OutputFormat } from '../models/model';
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
	'style',
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** What an image is to be like, in the API's own names and types. Left out means the server's default. */
export type ImageParameters = { [Name in ParameterName]?: NonNullable<ApiParameters[Name]> };
type ApiParameters = ImageGenerateParamsBase & Pick<ImageEditParamsBase, 'input_fidelity'>;

/** One thing to make: `n` images of one prompt. */
export interface ImageJob {
	/** Its place in the run, from 0. */
	index: number;
	/** How messages call it, at the beginning of a sentence: `Item 3`, `jobs[3]`. */
	label: string;
	endpoint: Exclude<Endpoint, 'responses'>;
	model: string;
	/** Empty for variations. */
	prompt: string;
	/** What an edit or a variation starts from, in order. */
	images?: readonly ImageSource[];
	/** Transparent where the first image is to be changed. */
	mask?: ImageSource;
	/** Drawn over the first image, to show what is meant. */
	markup?: ImageSource;
	/** How many images, 1 or more. */
	n: number;
	parameters: ImageParameters;
	/** Fields that the engine does not know, sent as they are. */
	additional?: Readonly<Record<string, unknown>>;
	prices?: UserPrices;
	/** What was found wrong while the job was read from its source; such a job is not sent. */
	problems?: ReadonlyArray<{ field: string; message: string }>;
}

/** The format that the job's images will have: the API's default is png. */
export function formatOf(job: Pick<ImageJob, 'parameters'>): OutputFormat {
	return job.parameters.output_format ?? 'png';
}
