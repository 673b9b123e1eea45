import type { IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../engine/jobs/error';
import { atStart } from '../../engine/jobs/label';
import type { ImageBytes } from '../../engine/jobs/source';

/** The largest image that any model takes, bytes. */
const LARGEST = 50 * 1024 * 1024;
/** Milliseconds. */
const TIMEOUT = 120_000;

/**
 * An image that n8n fetches when its job begins: without the credential, behind the instance's proxies and SSRF protection,
 * and no further than any model would take it.
 */
export function downloadedSource(context: IExecuteFunctions, url: string, label: string): ImageBytes {
	const refuse = (reason: string): ImageError =>
		new ImageError({
			kind: 'validation',
			code: 'not_downloaded',
			param: 'imageUrls',
			message: `${atStart(label)} (${withoutSecrets(url)}) ${reason}`,
		});
	return {
		kind: 'bytes',
		label,
		identity: url,
		read: async () => {
			const answer = await fetchFrom(context, url).catch((error: unknown) => {
				throw refuse(`could not be fetched: ${error instanceof Error ? error.message : String(error)}`);
			});
			if (answer.statusCode !== 200) throw refuse(`answers HTTP ${answer.statusCode}.`);
			const parts: Uint8Array[] = [];
			let length = 0;
			for await (const part of answer.body) {
				parts.push(part);
				length += part.length;
				// Leaving the loop closes the connection.
				if (length >= LARGEST)
					throw refuse(`has more than ${LARGEST / 1024 / 1024} MB. Use a smaller image.`);
			}
			return Buffer.concat(parts);
		},
	};
}

async function fetchFrom(context: IExecuteFunctions, url: string) {
	return (await context.helpers.httpRequest({
		method: 'GET',
		url,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		timeout: TIMEOUT,
		...abortable(context),
	})) as { statusCode: number; body: AsyncIterable<Uint8Array> };
}

function abortable(context: IExecuteFunctions): { abortSignal?: AbortSignal } {
	const abortSignal = context.getExecutionCancelSignal();
	return abortSignal ? { abortSignal } : {};
}

/** Signed addresses carry their secret behind the question mark. */
function withoutSecrets(url: string): string {
	const { origin, pathname } = new URL(url);
	return `${origin}${pathname}`.slice(0, 200);
}
