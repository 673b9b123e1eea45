import { ImageError, type ImageErrorDetails } from '../jobs/error';
import type { Timing } from '../jobs/outcome';
import type { Portion } from '../jobs/portions';
import type { WireResponse } from '../requests/wire';
import { apiErrorIn, errorFromBody } from '../responses/errorResponse';
import { countOf, recordOf, textOf } from '../responses/fields';
import { readImageHeader } from '../responses/imageHeader';
import { imagesAnswerIn } from '../responses/imagesResponse';
import type { FoundImage } from '../responses/jsonImages';
import { SpareBuffers } from '../responses/spareBuffers';
import type { PortionOutcome } from '../runner/outcomes';
import type { ImageStore } from '../runner/ports';
import { noImage, resultOf, type Kept } from '../runner/result';
import type { SubmittedBatch } from './batch';
import type { JsonLine } from './jsonLines';

/** What a line of results turned out to be. `unknown`: of no request of the batch. */
export type LineKind = 'taken' | 'broken' | 'unknown';

/** The results of a batch's requests, in whatever order they come. */
export class Results<Ref> {
	/** For reading the lines. */
	readonly spare = new SpareBuffers();
	private readonly done = new Map<Portion, PortionOutcome<Ref>>();

	/** @param now milliseconds since 1970 */
	constructor(
		private readonly batch: SubmittedBatch,
		private readonly portions: ReadonlyMap<string, Portion>,
		private readonly store: ImageStore<Ref>,
		private readonly now: number,
	) {}

	/** Takes a line over, with its images. One that was taken before is passed over. */
	async take(line: JsonLine): Promise<LineKind> {
		if ('broken' in line) return 'broken';
		const document = recordOf(line.document);
		const portion = this.portions.get(textOf(document.custom_id) ?? '');
		if (!portion) return 'unknown';
		if (!this.done.has(portion)) this.done.set(portion, await this.outcome(portion, document, line.images));
		return 'taken';
	}

	/** What came of a request, also where that is nothing. */
	of(portion: Portion): PortionOutcome<Ref> {
		const done = this.done.get(portion);
		if (done) return done;
		return {
			portion,
			timing: this.timing(0),
			attempts: [],
			error: new ImageError(WHY_MISSING[this.batch.state]?.(this.batch) ?? MISSING),
		};
	}

	private async outcome(
		portion: Portion,
		document: Record<string, unknown>,
		images: readonly FoundImage[],
	): Promise<PortionOutcome<Ref>> {
		const record = { portion, timing: this.timing(1), attempts: [] };
		const answered = recordOf(document.response);
		const response: WireResponse = {
			status: countOf(answered.status_code),
			headers: { 'x-request-id': textOf(answered.request_id) ?? '' },
			body: nothing(),
		};
		const failure = apiErrorIn(document) ?? (response.status === 200 ? undefined : apiErrorIn(answered.body));
		if (failure || response.status !== 200)
			return { ...record, error: explained(errorFromBody(failure, response, this.now)) };
		try {
			const answer = imagesAnswerIn(answered.body);
			const kept: Array<Kept<Ref>> = [];
			for (const [place, { image }] of answer.entries.entries())
				kept.push(await this.keep(portion, place, images[image ?? -1]));
			return { ...record, result: resultOf(portion, answer, kept, [], response) };
		} catch (error) {
			if (!(error instanceof ImageError) || error.kind === 'storage') throw error;
			return { ...record, error };
		}
	}

	private async keep(
		{ job, first }: Portion,
		place: number,
		found: FoundImage | undefined,
	): Promise<Kept<Ref>> {
		if (!found) return { error: noImage() };
		if ('error' in found) return found;
		const { bytes } = found;
		const header = readImageHeader(bytes);
		if (!header) return { error: noImage() };
		try {
			const ref = await this.store.put({ job, index: first + place, bytes, header });
			this.spare.give(bytes);
			return { ref, header, bytes: bytes.length };
		} catch (error) {
			throw notStored(error);
		}
	}

	private timing(attempts: number): Timing {
		const { createdAt, endedAt } = this.batch;
		return { queuedMs: 0, durationMs: Math.max(0, (endedAt ?? this.now) - createdAt), attempts };
	}
}

function notStored(reason: unknown): ImageError {
	return new ImageError({
		kind: 'storage',
		code: 'not_stored',
		message:
			`An image could not be stored: ${reason instanceof Error ? reason.message : String(reason)}. ` +
			'The results are still with the server: make room, then collect the batch again.',
	});
}

const MISSING: ImageErrorDetails = {
	kind: 'invalid_response',
	code: 'missing_result',
	message: 'The batch has no result for this request, which may have been billed.',
	maybeBilled: true,
};

/** Why there is no result, by the state of the batch. */
const WHY_MISSING: Partial<Record<SubmittedBatch['state'], (batch: SubmittedBatch) => ImageErrorDetails>> = {
	expired: () => ({
		kind: 'cancelled',
		code: 'batch_expired',
		message: 'The batch expired before this request was done.',
	}),
	cancelled: () => ({
		kind: 'cancelled',
		code: 'batch_cancelled',
		message: 'The batch was cancelled before this request was done.',
	}),
	failed: ({ errors }) => ({
		kind: 'invalid_request',
		code: errors[0]?.code ?? 'batch_failed',
		message: `The batch was refused as a whole and nothing was made: ${refusals(errors)}`,
	}),
};

function refusals(errors: SubmittedBatch['errors']): string {
	const first = errors.slice(0, 3).map(({ message, line }) => (line ? `line ${line}: ${message}` : message));
	const more = errors.length > 3 ? [`and ${errors.length - 3} more`] : [];
	return [...first, ...more].join('; ') || 'no reason was given.';
}

/** What the Batch API itself says of a request that it did not get to. */
function explained(error: ImageError): ImageError {
	const { code } = error.details;
	if (code !== 'batch_expired' && code !== 'batch_cancelled') return error;
	return new ImageError({ ...error.details, kind: 'cancelled' });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
	// There is no body: the answer came as a line of a file.
}
