import type { ImageJob } from '../jobs/job';
import type { ImageSource } from '../jobs/source';
import { extensionOf, readImageHeader } from '../responses/imageHeader';

/** An image as it goes into a request. */
export type RequestImage =
	| { kind: 'bytes'; bytes: Buffer; fileName: string; contentType: string }
	| { kind: 'url' | 'file_id'; value: string };

/** What an edit or a variation starts from, read and ready to be sent. */
export interface RequestInputs {
	images: RequestImage[];
	mask?: RequestImage;
	markup?: RequestImage;
}

/**
 * Reads a job's images. File names and content types are those of the bytes, whatever the source said.
 * @param check is shown the job again with all that is known of its images now, and throws where one does not do
 */
export async function readInputs(job: ImageJob, check: (job: ImageJob) => void): Promise<RequestInputs> {
	const read = new Map<ImageSource, Buffer>();
	const known = async <Source extends ImageSource | undefined>(source: Source): Promise<Source> => {
		if (source?.kind !== 'bytes') return source;
		const bytes = await source.read();
		const withFacts = { ...source, facts: { bytes: bytes.length, header: readImageHeader(bytes) } };
		read.set(withFacts, bytes);
		return withFacts;
	};
	const images: ImageSource[] = [];
	for (const image of job.images ?? []) images.push(await known(image));
	const mask = await known(job.mask);
	const markup = await known(job.markup);
	check({ ...job, images, ...(mask ? { mask } : {}), ...(markup ? { markup } : {}) });

	const ready = (source: ImageSource, name: string): RequestImage => {
		if (source.kind !== 'bytes') return { kind: source.kind, value: source.value };
		const { format, mimeType } = source.facts?.header ?? { format: 'png' as const, mimeType: 'image/png' };
		return {
			kind: 'bytes',
			bytes: read.get(source) ?? Buffer.alloc(0),
			fileName: `${name}.${extensionOf(format)}`,
			contentType: mimeType,
		};
	};
	return {
		images: images.map((image, index) => ready(image, `image_${index + 1}`)),
		...(mask ? { mask: ready(mask, 'mask') } : {}),
		...(markup ? { markup: ready(markup, 'markup') } : {}),
	};
}
