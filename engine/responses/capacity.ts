/** Three bytes for four characters of base64, if the answer says how long it is. */
export function likelyBytes(headers: Readonly<Record<string, string>>, images: number): number | undefined {
	const length = Number(headers['content-length']);
	if (!(length > 0) || headers['content-encoding'] !== undefined) return undefined;
	return Math.min(Math.ceil((length * 0.75) / images) + 1024, MAX_CAPACITY);
}

/** A server's word is not believed beyond this, bytes. */
const MAX_CAPACITY = 64 * 1024 * 1024;
