import { ImageError } from '../jobs/error';
import type { ImageJob } from '../jobs/job';
import type { PartialImage } from '../jobs/outcome';
import type { Portion } from '../jobs/portions';
import { requestForJob } from '../requests/forJob';
import type { ImagesAnswer } from '../responses/answer';
import { readErrorResponse } from '../responses/errorResponse';
import { readImageHeader } from '../responses/imageHeader';
import type { FoundImage } from '../responses/jsonImages';
import { readAnswer } from '../responses/readAnswer';
import type { SpareBuffers } from '../responses/spareBuffers';
import { wholeBody } from '../responses/wholeBody';
import type { ArrivedImage, RunPorts } from './ports';
import { noImage, onlyPartials, resultOf, withRequest, type Kept, type RequestResult } from './result';

/** What is to happen on the way. */
export interface RequestHooks {
	/** Is shown the job once its images to start from are read, and throws where one does not do. */
	check(job: ImageJob): void;
	/** The request goes out now. */
	sending(): void;
	/** The server's answer has begun, whatever it is. @param headers with names in lower case */
	answered(headers: Readonly<Record<string, string>>): void;
}

type Place = Pick<ArrivedImage, 'index' | 'partial'>;

/**
 * Sends one request and stores its images as they arrive.
 * @param spare buffers to use again
 * @throws ImageError where the request came to nothing: no image, not even a partial one, and no bill
 */
export async function requestImages<Ref>(
	portion: Portion,
	{ transport, store, clock, signal }: RunPorts<Ref>,
	timeoutMs: number,
	spare: SpareBuffers,
	{ check, sending, answered }: RequestHooks,
): Promise<RequestResult<Ref>> {
	const { job, first, n } = portion;
	const redact = (text: string) => transport.redact(text);
	const prepare = async () => {
		const request = await requestForJob(job, n, check);
		sending();
		return request;
	};
	// The images of the request are not held beyond the sending.
	const response = await transport.send({ ...(await prepare()), timeoutMs, signal });
	answered(response.headers);
	const succeeded = response.status >= 200 && response.status < 300;
	if (!succeeded) throw await readErrorResponse(response, redact, clock.now());

	const kept: Array<Kept<Ref>> = [];
	const partials: Array<PartialImage<Ref>> = [];
	const takers = {
		image: async (found: FoundImage, number: number): Promise<void> => {
			kept[number] = await keep(found, { index: first + number });
		},
		partial: async (found: FoundImage, index: number): Promise<void> => {
			const image = await keep(found, { index: first, partial: index });
			if ('ref' in image) partials.push({ ...image, index });
		},
	};
	const keep = async (found: FoundImage, place: Place): Promise<Kept<Ref>> => {
		if ('error' in found) return found;
		const stored = await storeImage(found.bytes, place);
		if ('ref' in stored) spare.give(found.bytes);
		return stored;
	};
	const storeImage = async (bytes: Buffer, place: Place): Promise<Kept<Ref>> => {
		const header = readImageHeader(bytes);
		if (!header) return { error: noImage() };
		try {
			return { ref: await store.put({ job, ...place, bytes, header }), header, bytes: bytes.length };
		} catch (error) {
			return { error: notStored(error) };
		}
	};

	let answer: ImagesAnswer;
	try {
		answer = await readAnswer(job.endpoint, response, {
			takers,
			redact,
			now: clock.now(),
			expected: n,
			spare,
		});
	} catch (error) {
		if (!(error instanceof ImageError)) throw error;
		if (partials.length > 0) return onlyPartials(partials, error, response);
		throw withRequest(error, response);
	}
	const images: Array<Kept<Ref>> = [];
	for (const { image, url } of answer.entries) {
		const arrived = image === undefined ? undefined : kept[image];
		images.push(
			arrived ?? (url === undefined ? { error: noImage() } : await fetchImage(url, first + images.length)),
		);
	}
	return resultOf(portion, answer, images, partials, response);

	async function fetchImage(url: string, index: number): Promise<Kept<Ref>> {
		try {
			const download = await transport.download(url, timeoutMs, signal);
			if (download.status !== 200) return { error: notDownloaded(`HTTP ${download.status}`) };
			return await storeImage(await wholeBody(download.body), { index });
		} catch (error) {
			return { error: notDownloaded(error instanceof Error ? error.message : 'unknown reason') };
		}
	}
}

function notStored(reason: unknown): ImageError {
	return new ImageError({
		kind: 'storage',
		code: 'not_stored',
		message: `The image was made but could not be stored: ${reason instanceof Error ? reason.message : String(reason)}`,
		maybeBilled: true,
	});
}

function notDownloaded(reason: string): ImageError {
	return new ImageError({
		kind: 'invalid_response',
		code: 'not_downloaded',
		message: `The server answered with the address of an image, which could not be fetched: ${reason}`,
		maybeBilled: true,
	});
}
