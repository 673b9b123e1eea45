import type { ImageHeader } from '../responses/imageHeader';

/** What an image's first bytes and its size say, before it is read. */
export interface SourceFacts {
	/** Size in bytes. */
	bytes: number;
	/** `undefined` for what is no image. */
	header: ImageHeader | undefined;
}

/** An image at hand. It is read when its request is sent, in pieces where that is possible. */
export interface ImageBytes {
	kind: 'bytes';
	/** How messages call it: `binary property "data"`. */
	label: string;
	/** The same for the same image, where that is known without reading it. */
	identity?: string;
	/** Where they are known before it is read. */
	facts?: SourceFacts;
	/** @throws ImageError where it cannot be had */
	read(): Promise<Buffer>;
	/** The same in pieces, from the beginning each time; where it can be had so, and its facts are known. */
	open?(): AsyncIterable<Uint8Array>;
}

/** An image that the server fetches by itself. */
export interface ImageReference {
	kind: 'url' | 'file_id';
	label: string;
	/** The address, or the file's id. */
	value: string;
}

/** An image to start from. */
export type ImageSource = ImageBytes | ImageReference;
