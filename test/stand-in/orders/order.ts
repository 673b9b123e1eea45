import type { OrderInputs } from '../inputs/input';
import type { ImageModel, Quality } from '../models';

export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'svg';

/** What is to be drawn: a request that was found good, with every default and every `auto` decided. */
export interface ImageOrder {
	model: ImageModel;
	/** As it was sent, directives and all. */
	prompt: string;
	n: number;
	/** Pixels. */
	width: number;
	height: number;
	quality: Quality;
	background: 'opaque' | 'transparent';
	outputFormat: OutputFormat;
	/** 0 to 100; for jpeg and webp. */
	outputCompression: number;
	/** For gif, else null. */
	animation: { frames: number; frameMs: number } | null;
	/** For svg, else null: the text model that writes it. */
	author: { model: string; effort: string } | null;
	/** What an edit or a variation starts from; null for a generation. */
	inputs: OrderInputs | null;
	/** Tokens that the inputs come to besides the prompt's, before they are multiplied by n. */
	inputTokens: { text: number; image: number };
	/** How the picture comes back. GPT Image models only know `b64_json`. */
	delivery: 'b64_json' | 'url';
	/** How many partial pictures come before it where it is streamed, 0 to 3; null where it is not. */
	stream: { partials: number } | null;
	/** Echoed where one was sent. */
	safetyIdentifier: string | null;
}
