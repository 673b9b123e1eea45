import type { Transport, WireBody, WireResponse } from '../engine/requests/wire';
import { imagesAnswerIn } from '../engine/responses/imagesResponse';
import { IMAGES_API_KEYS, JsonImageReader } from '../engine/responses/jsonImages';
import { resultOf } from '../engine/runner/result';
import type { BillLine, Journal } from './journal';
import type { RunJob } from './runJob';

/** The field that tells the transport whose request it carries. It is taken off before the request goes out. */
export const JOB_FIELD = 'x-batch-job';

/**
 * Tells the journal what each answer cost as soon as it has ended, that is, before the run is over: after a kill nobody
 * else would know.
 */
export function bookedTransport(transport: Transport, journal: Journal, jobs: readonly RunJob[]): Transport {
	const byMark = new Map(jobs.map((job) => [job.whole.fingerprint, job]));
	return {
		...transport,
		send: async (request) => {
			const { mark, ...body } = unmarked(request);
			const response = await transport.send({ ...request, ...body });
			const job = byMark.get(mark ?? '');
			if (!job || response.status !== 200) return response;
			return { ...response, body: booked(response, job, journal) };
		},
	};
}

function unmarked({ json, multipart }: WireBody): WireBody & { mark?: string } {
	if (json) {
		const { [JOB_FIELD]: mark, ...rest } = json as Record<string, unknown>;
		return { json: rest, mark: String(mark) };
	}
	const part = multipart?.find(({ name }) => name === JOB_FIELD);
	return {
		...(multipart ? { multipart: multipart.filter((one) => one !== part) } : {}),
		...(part && 'value' in part ? { mark: part.value } : {}),
	};
}

/** Hands the pieces on, and reads along. The last images are kept before the bill is told. */
async function* booked(response: WireResponse, job: RunJob, journal: Journal): AsyncGenerator<Uint8Array> {
	const reader = new JsonImageReader(IMAGES_API_KEYS);
	for await (const piece of response.body) {
		follow(() => reader.push(piece));
		yield piece;
	}
	const bill = follow(() => billIn(reader.end(), response, job));
	if (bill) await journal.tell(bill);
}

/** What is wrong with an answer is for the engine to say. */
function follow<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

function billIn(document: unknown, response: WireResponse, job: RunJob): BillLine {
	const answer = imagesAnswerIn(document);
	const images = answer.entries.length;
	const { cost } = resultOf({ job, first: 0, n: images }, answer, [], [], response);
	const requestId = response.headers['x-request-id'] ?? null;
	return { kind: 'bill', job: job.whole.fingerprint, images, usage: answer.usage, cost, requestId };
}
