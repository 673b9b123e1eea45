import { ImageError } from '../../engine/jobs/error';
import type { ImageBytes } from '../../engine/jobs/source';
import { readImageHeader } from '../../engine/responses/imageHeader';

const DATA_URL = /^data:[^,]{0,200};base64,/i;
/** Short texts are names and addresses; the smallest image takes more. */
const SHORTEST = 64;

/** An image that is written as base64 or as a data URL; `undefined` for any other text. */
export function encodedSource(text: string, label: string): ImageBytes | undefined {
	const base64 = text.replace(DATA_URL, '');
	const isDataUrl = base64.length < text.length;
	if (!isDataUrl && (text.length < SHORTEST || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text))) return undefined;
	const decode = (part: string) => Buffer.from(part, 'base64');
	const bytes = Buffer.byteLength(base64, 'base64');
	const header = readImageHeader(decode(base64.slice(0, 256 * 1024)));
	return {
		kind: 'bytes',
		label,
		identity: base64,
		...(header ? { facts: { bytes, header } } : {}),
		read: async () => {
			const decoded = decode(base64);
			if (decoded.length === 0)
				throw new ImageError({ kind: 'validation', message: `The ${label} is no valid base64.` });
			return decoded;
		},
	};
}
