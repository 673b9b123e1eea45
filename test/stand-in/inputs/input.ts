import sharp from 'sharp';
import type { BookedInput } from '../books';

/** What an image is for: `mask` and `markup` lie upon the first image. */
export type InputRole = 'image' | 'mask' | 'markup';

/** An image as it came, before anyone has looked at it. */
export interface GivenInput {
	role: InputRole;
	/** Where it came: a form's field, or a place in the JSON. */
	field: string;
	/** What errors call it. */
	param: string;
	fileName: string | null;
	/** As whoever sent it said. */
	contentType: string | null;
	bytes: Buffer;
	/** Of `bytes`, hexadecimal. */
	sha256: string;
	/** Longer than 50 MB; its bytes are not there. */
	tooLong: boolean;
	source: BookedInput['source'];
}

/** What the bytes themselves say. */
export interface Measures {
	/** sharp's name for it, such as `jpeg`. */
	format: string;
	mimeType: string;
	/** Pixels, as the image is seen: after its EXIF orientation. */
	width: number;
	height: number;
	hasAlpha: boolean;
}

/** An input with what its bytes say, null where they are no image. */
export type MeasuredInput = GivenInput & { measures: Measures | null };

/** An input that was found to be an image. */
export type InputImage = GivenInput & { measures: Measures };

/** What an edit or a variation starts from, found good. */
export interface OrderInputs {
	/** For the picture: what it says was done. */
	kind: 'edit' | 'variation';
	images: readonly [InputImage, ...InputImage[]];
	mask: InputImage | null;
	markup: InputImage | null;
}

/** Looks at the header of an input's bytes. What its name or its sender says does not count. */
export async function measure(input: GivenInput): Promise<MeasuredInput> {
	return { ...input, measures: await measuresOf(input.bytes) };
}

/** What the books keep of an input. */
export function booked({ measures, bytes, ...input }: MeasuredInput): BookedInput {
	const { field, fileName, contentType, sha256, source } = input;
	const { width, height } = measures ?? { width: 0, height: 0 };
	return { field, fileName, contentType, bytes: bytes.length, sha256, width, height, source };
}

async function measuresOf(bytes: Buffer): Promise<Measures | null> {
	try {
		const { format, mediaType, autoOrient, hasAlpha } = await sharp(bytes).metadata();
		return { format, mimeType: mediaType ?? '', ...autoOrient, hasAlpha };
	} catch {
		return null;
	}
}
