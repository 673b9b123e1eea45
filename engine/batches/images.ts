import { ImageError } from '../jobs/error';
import type { ImageBytes, ImageSource } from '../jobs/source';
import { readInputs, type RequestImage } from '../requests/inputs';
import { extensionOf, readImageHeader } from '../responses/imageHeader';
import type { BatchApi } from './api';
import { digest } from './digest';
import type { BatchableJob } from './lines';

/** The images at hand of a submission: each is read for its digest, and uploaded once however many jobs use it. */
export class BatchImages {
	private readonly digests = new Map<ImageBytes, string>();
	private readonly byIdentity = new Map<string, string>();
	private readonly fileIds = new Map<string, string>();

	/**
	 * Reads the images of a job.
	 * @param check is shown the job with all that is known of its images, and throws where one does not do
	 * @throws ImageError where one cannot be read, or does not do
	 */
	async read(job: BatchableJob, check: (job: BatchableJob) => void): Promise<void> {
		const sources = bytesOf(job);
		if (sources.length === 0) return;
		await readInputs(job, (known) => check({ ...known, id: job.id }));
		for (const source of sources) await this.digest(source);
	}

	private async digest(source: ImageBytes): Promise<void> {
		const { identity } = source;
		const known = identity === undefined ? undefined : this.byIdentity.get(identity);
		const value = known ?? (await digest(await source.read()));
		this.digests.set(source, value);
		if (identity !== undefined) this.byIdentity.set(identity, value);
	}

	/** Uploads those images of jobs that are not with the server yet. */
	async upload(jobs: Iterable<BatchableJob>, api: BatchApi): Promise<void> {
		for (const job of jobs) {
			for (const source of bytesOf(job)) {
				const value = this.digests.get(source) ?? '';
				if (this.fileIds.has(value)) continue;
				this.fileIds.set(value, await uploadImage(await source.read(), value, api));
			}
		}
	}

	/** By what an image is, wherever it lies: for fingerprints. */
	byContent = (source: ImageSource): RequestImage => {
		if (source.kind !== 'bytes') return { kind: source.kind, value: source.value };
		return { kind: 'file_id', value: `sha256:${this.digests.get(source) ?? ''}` };
	};

	/** By the id that its upload was given. */
	byFileId = (source: ImageSource): RequestImage => {
		if (source.kind !== 'bytes') return { kind: source.kind, value: source.value };
		return { kind: 'file_id', value: this.fileIds.get(this.digests.get(source) ?? '') ?? '' };
	};
}

function bytesOf({ images = [], mask, markup }: BatchableJob): ImageBytes[] {
	return [...images, mask, markup].filter((source) => source?.kind === 'bytes');
}

async function uploadImage(bytes: Buffer, name: string, api: BatchApi): Promise<string> {
	const header = readImageHeader(bytes);
	if (!header) {
		throw new ImageError({
			kind: 'validation',
			code: 'not_an_image',
			message: 'An image is no image any more.',
		});
	}
	const file = {
		fileName: `${name.slice(0, 16)}.${extensionOf(header.format)}`,
		contentType: header.mimeType,
		size: bytes.length,
		content: () => onePiece(bytes),
	};
	return await api.upload(file, 'vision');
}

async function* onePiece(bytes: Buffer): AsyncGenerator<Uint8Array> {
	yield await Promise.resolve(bytes);
}
