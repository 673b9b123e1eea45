import { ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import { atStart } from '../jobs/label';
import type { ImageBytes, ImageSource, SourceFacts } from '../jobs/source';
import { extensionOf, readImageHeader } from '../responses/imageHeader';
import type { FileContent } from './wire';

/** An image as it goes into a request. */
export type RequestImage = ({ kind: 'bytes' } & FileContent) | { kind: 'url' | 'file_id'; value: string };

/** What an edit or a variation starts from, ready to be sent. */
export interface RequestInputs {
	images: RequestImage[];
	mask?: RequestImage;
	markup?: RequestImage;
}

/**
 * Makes a job's images ready. Those whose facts are known are read while they are sent, the others now.
 * File names and content types are those of the bytes, whatever the source said.
 * @param check is shown the job again with all that is known of its images now, and throws where one does not do
 */
export async function readInputs(job: ImageJob, check: (job: ImageJob) => void): Promise<RequestInputs> {
	const images: ImageSource[] = [];
	for (const image of job.images ?? []) images.push(await known(image));
	const mask = job.mask && (await known(job.mask));
	const markup = job.markup && (await known(job.markup));
	check({ ...job, images, ...(mask ? { mask } : {}), ...(markup ? { markup } : {}) });
	return {
		images: images.map((image, index) => ready(image, `image_${index + 1}`)),
		...(mask ? { mask: ready(mask, 'mask') } : {}),
		...(markup ? { markup: ready(markup, 'markup') } : {}),
	};
}

/** Reads an image whose facts are not known, or that does not come in pieces; sees that the others can be read. */
async function known(source: ImageSource): Promise<ImageSource> {
	if (source.kind !== 'bytes') return source;
	try {
		if (source.facts && source.open) {
			// Leaving the loop closes the source.
			for await (const _ of source.open()) break;
			return source;
		}
		const bytes = await source.read();
		return {
			...source,
			facts: { bytes: bytes.length, header: readImageHeader(bytes) },
			open: () => onePiece(bytes),
		};
	} catch (error) {
		throw error instanceof ImageError ? error : notReadable(source, error);
	}
}

/** Nothing was sent yet. */
function notReadable({ label }: ImageBytes, error: unknown): ImageError {
	const reason = error instanceof Error ? error.message : String(error);
	return new ImageError({
		kind: 'validation',
		code: 'not_readable',
		type: 'validation_error',
		message: `${atStart(label)} could not be read: ${reason}`,
	});
}

async function* onePiece(bytes: Buffer): AsyncGenerator<Uint8Array> {
	yield await Promise.resolve(bytes);
}

function ready(source: ImageSource, name: string): RequestImage {
	if (source.kind !== 'bytes') return { kind: source.kind, value: source.value };
	const { header, bytes } = source.facts as SourceFacts;
	return {
		kind: 'bytes',
		size: bytes,
		content: () => (source as Required<ImageBytes>).open(),
		fileName: `${name}.${extensionOf(header?.format ?? 'png')}`,
		contentType: header?.mimeType ?? 'image/png',
	};
}

/** JSON's way of naming an image. */
export async function reference(image: RequestImage): Promise<{ image_url: string } | { file_id: string }> {
	if (image.kind !== 'bytes') {
		return image.kind === 'url' ? { image_url: image.value } : { file_id: image.value };
	}
	const pieces: Uint8Array[] = [];
	for await (const piece of image.content()) pieces.push(piece);
	return { image_url: `data:${image.contentType};base64,${Buffer.concat(pieces).toString('base64')}` };
}
